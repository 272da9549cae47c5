"""`sample_load`: a catalogue and its logins, however often it runs."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from policy.management import demo, demo_uses
from policy.models import (
    Account,
    Delivery,
    Dispute,
    EvaluationRequest,
    Membership,
    PayoutStatement,
    PoolRun,
    Track,
    Usage,
    UsageCheck,
)
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.rulesets import ruleset_publish
from tests.trees import SHIPPED

pytestmark = pytest.mark.django_db

LOGINS = ("analyst", "lead", "label", "artist", "distributor")


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, settings: Settings) -> None:
    settings.STATE = tmp_path


def run(**options: Any) -> str:
    """Output of the command, with few releases."""
    out = io.StringIO()
    call_command("sample_load", releases=4, stdout=out, stderr=out, **options)
    return out.getvalue()


def numbers() -> tuple[int, ...]:
    """How many rows there are of what the command makes."""
    models = (Delivery, Track, Account, EvaluationRequest, Membership)
    return tuple(model.objects.count() for model in models)


def test_it_may_run_at_any_time() -> None:
    first = run()
    before = numbers()
    assert "the sample catalogue is there" in run()
    assert numbers() == before
    assert first.splitlines()[-1] == run().splitlines()[-1]  # the password stays


def test_what_is_missing_is_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    found = demo.messages(seed=1, deliveries=4)
    for number in (5, 9):
        monkeypatch.setattr(demo, "messages", lambda n=number, **_: found[:n])
        run()
        assert Delivery.objects.count() == number


def test_another_catalogue_does_not_go_into_the_same_database() -> None:
    run()
    before = numbers()
    with pytest.raises(CommandError, match="sample catalogue of another --seed or --releases"):
        call_command("sample_load", releases=9, stdout=io.StringIO(), stderr=io.StringIO())
    assert numbers() == before


def test_the_logins_work_and_see_their_own() -> None:
    password = run().split()[-1]
    for name in LOGINS:
        assert Client().login(username=name, password=password), name
    distributor = Membership.objects.get(user__username="distributor")
    assert distributor.account is not None
    assert distributor.account.tracks.exists()
    for name in ("label", "artist"):
        parties = [m.party for m in Membership.objects.filter(user__username=name)]
        assert any(party and party.involvements.exists() for party in parties), name
    staff = {m.user.username for m in Membership.objects.filter(user__is_staff=True)}
    assert staff == set()


def test_the_password_is_kept_for_nobody_else() -> None:
    run()
    path = Path(settings.STATE) / "demo-password"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().strip() == demo.password()


def test_the_password_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAVE_DEMO_PASSWORD", "swordfish swordfish")
    assert "swordfish swordfish" in run()
    assert Client().login(username="lead", password="swordfish swordfish")
    assert not (Path(settings.STATE) / "demo-password").exists()


def test_a_password_that_somebody_changed_stays_changed() -> None:
    run()
    client = Client()
    user = Membership.objects.get(user__username="distributor").user
    user.set_password("changed by its owner")
    user.save()
    run()
    assert client.login(username="distributor", password="changed by its owner")


def test_every_own_message_but_the_invalid_one_is_in_it() -> None:
    names = {message.name for message in demo.messages(seed=1, deliveries=1)}
    shipped = {path.name for path in demo.MESSAGES.glob("*.xml")}
    assert shipped - names == {demo.INVALID}


def test_not_where_real_catalogues_are(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="marked as production"):
        run()
    assert not Delivery.objects.exists()


def test_a_number_of_releases_must_be_one() -> None:
    with pytest.raises(CommandError, match="`many` is no number of releases"):
        call_command("sample_load", "--releases=many")


# --- Over HTTP ---------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only five messages, ERN and JSON."""
    found = demo.messages(seed=1, deliveries=12)
    chosen = [one for one in found if one.name.endswith(".json")][:2]
    chosen += [one for one in found if one.name.endswith(".xml")][:3]
    monkeypatch.setattr(demo, "messages", lambda **_: chosen)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("few")
def test_messages_may_be_delivered_over_http(live_server: Any) -> None:
    out = run(url=live_server.url)
    assert "5 of 5" in out
    assert Delivery.objects.count() == 5
    assert set(Delivery.objects.values_list("format", flat=True)) >= {"catalogue/1"}
    assert "the sample catalogue is there" in run(url=live_server.url)
    assert Client().login(username="analyst", password=out.split()[-1])


@pytest.mark.usefixtures("few")
def test_an_address_that_does_not_answer() -> None:
    with pytest.raises(CommandError, match="does not answer"):
        run(url="http://127.0.0.1:9")
    with pytest.raises(CommandError, match="`nonsense` is no address"):
        run(url="nonsense")
    assert json.dumps(numbers()[:2]) == "[0, 0]"


def test_a_licensee_trains_generates_and_pays_once() -> None:
    at = timezone.now()
    ruleset_publish(root=SHIPPED, published_by=None, at=at)
    bundle = bundle_build(root=SHIPPED, at=at).bundle
    bundle_activate(bundle=bundle, live_from=at, activated_by=None, why="test", at=at)
    out = io.StringIO()
    for _ in range(2):
        call_command("sample_load", releases=40, stdout=out, stderr=out)
    assert "licensee     licensee: Oriole Tones" in out.getvalue()
    stages = Usage.objects.values_list("stage").annotate(Count("pk")).order_by("stage")
    assert list(stages) == [("planned", 1), ("reported", 1 + len(demo_uses.OUTPUTS))]
    assert UsageCheck.objects.count() == Usage.objects.count()
    runs = PoolRun.objects.all()
    assert runs.count() == 2
    assert all(run.paid and run.held for run in runs)
    assert Dispute.objects.get().closed_at is None
    assert PayoutStatement.objects.exists()
    call_command("ledger_verify", stdout=out)
    assert "all hold" in out.getvalue()
