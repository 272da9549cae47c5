"""The probes: what they say when all is well and when something is not."""

import pytest
from django.test import Client
from pytest_django import Settings

from policy import health

Parts = dict[str, object]


def silent() -> None:
    """Be a part that does not answer."""
    raise ConnectionRefusedError("secret-host:5432")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Parts:
    parts: Parts = {name: lambda: None for name in health.PARTS}
    monkeypatch.setattr(health, "PARTS", parts)
    monkeypatch.setattr(health, "_answers", health._Answers())
    return parts


def test_live_needs_nothing(client: Client) -> None:
    answer = client.get("/live")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_health_needs_no_login_and_is_not_kept(client: Client, parts: Parts) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "workers": "ok"}
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["database", "broker", "workers"])
def test_health_names_what_does_not_answer_and_no_more(
    client: Client, parts: Parts, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    parts[name] = silent
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["status"] == "degraded"
    assert answer.json()[name] == "no answer"
    assert b"secret-host" not in answer.content
    assert "secret-host" in caplog.text  # told to the operator


def test_asking_often_asks_behind_rarely(
    client: Client, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    parts["broker"] = lambda: asked.append(1)
    for _ in range(3):
        client.get("/health/")
    assert len(asked) == 1
    monkeypatch.setattr(health, "_KEPT", -1)
    client.get("/health/")
    assert len(asked) == 2


@pytest.mark.django_db
def test_the_database_is_asked() -> None:
    health.ask_database()


def test_a_broker_without_workers_is_seen() -> None:
    health.ask_broker()  # the one in memory answers
    with pytest.raises(TimeoutError, match="no worker answered"):
        health.ask_workers()


def test_production_redirects_pages_to_tls_and_leaves_probes(
    client: Client, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/login/").status_code == 301
    assert client.get("/live").status_code == 200
