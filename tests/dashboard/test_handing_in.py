"""Handing a message in on its page: what is taken, what is refused and how it is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from policy import tasks
from policy.ingest.limits import MESSAGE_BYTES
from policy.ingest.refusals import MessageRefused, Refusal
from policy.lang.source import Source
from policy.models import AuditEntry, Delivery, Party, Track
from policy.selectors.delivery_pages import WIDEST, explain_refusal
from policy.services.evaluation import evaluate_pending
from tests import factories, messages
from tests.cast import Cast
from tests.dashboard.conftest import As
from tests.dashboard.delivering import (
    FIXTURES,
    SAMPLES,
    URL,
    hand_in,
    nothing_was_kept,
    text,
    waiting_cast,
)


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the workers are told."""
    told: list[str] = []
    monkeypatch.setattr(tasks, "nudge", lambda: told.append("look"))
    return told


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    """The cast under small rules; Northwind's delivery of the song still waits."""
    return waiting_cast(tmp_path)


def test_a_message_is_followed_until_it_is_decided(
    cast: Cast, client_as: As, nudges: list[str]
) -> None:
    client = client_as("distributor")
    tracks = [messages.track("A1", isrc="ZZTST2600001"), messages.track("A2", duration_seconds=9)]
    response = hand_in(client, messages.message(id="first-of-may", tracks=tracks))
    delivery = Delivery.objects.get(message_id="first-of-may")
    assert response["Location"] == f"{URL}{delivery.uuid}/"
    assert delivery.account == cast.northwind
    assert AuditEntry.objects.get(action="delivery_record").actor == cast["distributor"]
    assert nudges == ["look"]

    waiting = client.get(response["Location"])
    assert "0 of 2 decided" in text(waiting)
    progress = f"{response['Location']}progress/"
    assert f'hx-get="{progress}" hx-trigger="every 2s"' in waiting.content.decode()
    assert b"<html" not in client.get(progress).content

    evaluate_pending(now=timezone.now())
    for url in (progress, response["Location"]):
        decided = client.get(url)
        assert b"hx-trigger" not in decided.content, "a page that is complete asks no more"
        for track in Track.objects.filter(delivery=delivery):
            assert reverse("decision-detail", args=[track.decisions.get().uuid]).encode() in (
                decided.content
            )
            assert reverse("track-detail", args=[track.uuid]).encode() in decided.content
        assert "Review: 1" in text(decided)


def test_an_ern_message_goes_in(client_as: As) -> None:
    raw = (SAMPLES / "03-partly-vocals-ai.xml").read_bytes()
    response = hand_in(client_as("distributor"), raw, "03-partly-vocals-ai.xml")
    page = text(client_as("distributor").get(response["Location"]))
    assert "ERN 4.3.2" in page
    assert "03-partly-vocals-ai.xml" in page
    assert hashlib.sha256(raw).hexdigest() in page


def test_the_message_comes_back_as_it_was_sent(client_as: As) -> None:
    client = client_as("distributor")
    for raw, name, kind in (
        ((SAMPLES / "02-none.xml").read_bytes(), "näive name.xml", "application/xml"),
        (messages.message(), "message.json", "application/json"),
    ):
        page = hand_in(client, raw, name)["Location"]
        response = client.get(f"{page}raw/")
        assert response.content == raw
        assert response["Content-Type"] == kind
        assert response["Content-Disposition"].startswith("attachment; filename")
        assert response["X-Content-Type-Options"] == "nosniff"


def test_the_same_message_again_is_the_same_delivery(client_as: As) -> None:
    client, raw = client_as("distributor"), messages.message()
    first, again = hand_in(client, raw), hand_in(client, raw)
    assert first["Location"] == again["Location"]
    assert Delivery.objects.count() == 2


def test_another_message_under_the_same_id_is_refused_with_a_way_to_the_first(
    client_as: As,
) -> None:
    client = client_as("distributor")
    first = hand_in(client, messages.message(id="twice"))
    response = hand_in(client, messages.message(id="twice", tracks=[messages.track("B1")]))
    assert response.status_code == 409
    assert "Message twice was delivered before" in text(response)
    assert first["Location"].encode() in response.content
    assert Delivery.objects.count() == 2


def test_a_refused_message_shows_its_mistake_and_leaves_nothing(
    cast: Cast, client_as: As, nudges: list[str]
) -> None:
    parties = Party.objects.count()
    raw = (SAMPLES / "12-invalid-value.xml").read_bytes()
    response = hand_in(client_as("distributor"), raw, "12-invalid-value.xml")
    assert response.status_code == 422
    page = text(response)
    assert "12-invalid-value.xml was not taken: 1 mistake. Nothing of it was kept." in page
    assert "Line 38 , column 156" in page
    assert "ResourceList/SoundRecording/Contributor/AiContribution" in page
    assert "Some is not a value of AiContribution ." in page
    assert "Use All , Partly or None ." in page
    assert b"&lt;AiContribution&gt;<mark>Some</mark>&lt;/AiContribution&gt;" in response.content
    assert nothing_was_kept()
    assert Party.objects.count() == parties
    assert nudges == []


@pytest.mark.parametrize("name", ["ern/many-mistakes.xml", "catalogue-mistakes.json"])
def test_all_mistakes_are_told_at_once(name: str, client_as: As) -> None:
    raw = (FIXTURES / name).read_bytes()
    api = client_as("distributor").post(
        "/api/deliveries/", raw, f"application/{name.rpartition('.')[2]}"
    )
    told = api.json()["problems"]
    assert len(told) > 5
    page = text(hand_in(client_as("distributor"), raw, name))
    assert f"{len(told)} mistakes" in page
    for problem in told:
        assert problem["code"] in page
        assert f"Line {problem['line']}" in page
        words = problem["message"].partition("`")[0].strip()
        assert words[1:] in page
    assert nothing_was_kept()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "This file is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "was not taken: 1 mistake."),
        (b"PK\x03\x04" + bytes(64), "was not taken: 1 mistake."),
        (b"title,artist\nBlue Hour,Nadir Field\n", "was not taken: 1 mistake."),
        (b"<html><body>no music</body></html>", "was not taken: 1 mistake."),
        (b"[1, 2]", "was not taken: 1 mistake."),
        (b"{", "was not taken: 1 mistake."),
    ],
    ids=["empty", "picture", "archive", "table", "web page", "list", "half"],
)
def test_what_is_no_message_gets_one_clear_message(raw: bytes, says: str, client_as: As) -> None:
    response = hand_in(client_as("distributor"), raw, "cover.png")
    assert response.status_code in (400, 422)
    assert says in text(response)
    assert response.content.count(b'role="alert"') == 1
    assert nothing_was_kept()


def test_no_file_is_asked_for(client_as: As) -> None:
    response = client_as("distributor").post(URL, {"file": "only a name"})
    assert response.status_code == 400
    assert "Choose a file" in text(response)


def test_a_message_that_is_too_big_is_refused_with_the_limit(client_as: As) -> None:
    response = hand_in(client_as("distributor"), b" " * (MESSAGE_BYTES + 1), "huge.xml")
    assert response.status_code == 413
    says = "huge.xml is too big. A message may have 32 MB; send its releases one by one."
    assert says in text(response)
    assert nothing_was_kept()


def test_a_login_with_several_accounts_says_for_whom(cast: Cast, client_as: As) -> None:
    factories.membership(user=cast["distributor"], account=cast.southgate)
    client = client_as("distributor")
    choice = client.get(URL).content
    assert b'<option value="northwind">' in choice
    response = hand_in(client, messages.message())
    assert response.status_code == 400
    assert "Choose for whom" in text(response)
    assert nothing_was_kept()
    assert hand_in(client, messages.message(), account="southgate").status_code == 302
    assert Delivery.objects.filter(account=cast.southgate).count() == 1


@pytest.mark.parametrize("key", ["southgate", "nobody", "not a key"])
def test_nobody_delivers_for_others(key: str, client_as: As) -> None:
    response = hand_in(client_as("distributor"), messages.message(), account=key)
    assert response.status_code == 400
    assert "delivers for no such account" in text(response)
    assert nothing_was_kept()


@pytest.mark.parametrize("name", ["label", "stranger"])
def test_a_login_without_an_account_delivers_nothing(name: str, client_as: As) -> None:
    response = hand_in(client_as(name), messages.message())
    assert response.status_code == 400
    assert "This login delivers nothing" in text(response)
    assert nothing_was_kept()


def test_staff_delivers_for_any_account(cast: Cast, client_as: As) -> None:
    assert hand_in(client_as("analyst"), messages.message(), account="southgate").status_code == 302
    assert Delivery.objects.filter(account=cast.southgate).exists()


def test_a_form_of_another_site_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["distributor"])
    assert hand_in(client, messages.message()).status_code == 403
    assert nothing_was_kept()


def test_what_a_message_says_is_never_code(client_as: As) -> None:
    client, evil = client_as("distributor"), "<script>alert(1)</script>"
    hand_in(client, messages.message(id=evil, tracks=[messages.track(title=evil)]), f"{evil}.json")
    delivery = Delivery.objects.get(message_id=evil)
    broken = json.dumps({"format": evil, evil: 1}).encode()
    for page in (client.get(URL), client.get(f"{URL}{delivery.uuid}/"), hand_in(client, broken)):
        assert evil.encode() not in page.content
        assert b"&lt;script&gt;" in page.content


# --- Quoting a line -------------------------------------------------------------------------------


@given(line=st.text(max_size=400), column=st.integers(1, 500), width=st.integers(0, 500))
def test_a_quoted_line_is_part_of_the_text_and_never_wide(
    line: str, column: int, width: int
) -> None:
    line = line.replace("\n", " ").replace("\r", " ")
    refusal = Refusal("code", "it is wrong", "m.xml", line=2, column=column, width=width)
    source = Source("m.xml", f"first\n{line}\nlast")
    (mistake,) = explain_refusal(MessageRefused([refusal], source)).mistakes
    quoted = mistake.before + mistake.wrong + mistake.after
    assert len(quoted) <= 2 * WIDEST + 3
    assert mistake.before.lstrip("…") + mistake.wrong.rstrip("…") in line or "…" in line
    assert line[column - 1 : column].startswith(mistake.wrong[:1]) or not mistake.wrong


def test_a_mistake_without_a_place_quotes_nothing() -> None:
    refusal = Refusal("code", "did it break?", "m.xml", help="try again\ndid you try?")
    (mistake,) = explain_refusal(MessageRefused([refusal])).mistakes
    assert (mistake.before, mistake.wrong, mistake.after) == ("", "", "")
    assert (mistake.says, mistake.helps) == ("Did it break?", ("Try again.", "Did you try?"))
