"""Commands about uses: what people read of an answer, a report and a withdrawal."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from policy.models import Consent, Job, Track, Usage
from policy.services import usage_checks
from tests import factories
from tests.factories import NOW
from tests.plugins.goldens import CheckGolden
from tests.usages import live, owned, says

pytestmark = pytest.mark.django_db

SINCE = "2026-11-23"


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    """A label with two tracks, one granted by all; another track is refused. The clock stands."""
    live()
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    factories.party(name="Aural Labs")
    label = factories.party(name="Halcyon Records")
    writer = factories.party(name="Ana Lund")
    for title, isrc in (("Open Door", "ZZTST2690001"), ("Shut Door", "ZZTST2690002")):
        track = owned(master=label, publishing=writer)
        track.title, track.isrc = title, isrc
        track.save()
        track.account.name = f"Deliverer of {title}"
        track.account.save()
        factories.involvement(track=track, party=label)
    says(track, "denied", layer="publishing")
    says(_track("ZZTST2690001"), layer="publishing")
    factories.consent(grantor=label, source="contract")
    for use in ("generate_output", "remix"):
        says(_track("ZZTST2690001"), use=use)


def _track(isrc: str) -> Track:

    return Track.objects.get(isrc=isrc)


def _run(name: str, *arguments: object) -> str:
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out, stderr=out)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<uuid>", out.getvalue())


def _register(*arguments: str) -> str:
    plain = ("run-1", "--licensee", "Aural Labs", "--kind", "train_generative", "--from", SINCE)
    return _run("usage_register", *plain, *arguments)


def test_a_use_from_its_plan_to_a_withdrawal(golden: CheckGolden, tmp_path: Path) -> None:
    told = [_register("--all", "--model", "Aria", "--model-version", "2")]
    usage = Usage.objects.get()
    told.append(_run("usage_check", usage.uuid))
    told.append(_run("usage_check", usage.uuid, "--last", "--tracks"))
    report = tmp_path / "outputs.jsonl"
    line = {
        "reference": "song-1", "kind": "generate_output", "at": "2026-11-22T12:00:00Z",
        "method": "ear 1", "tracks": [{"isrc": "ZZTST2690001", "weight": 0.25}],
    }  # fmt: skip
    report.write_text(json.dumps(line), encoding="utf-8")
    told.append(_run("usage_report", report, "--licensee", "Aural Labs"))
    told.append(_run("usage_report", report, "--licensee", "Aural Labs"))
    label = ("--party", "Halcyon Records")
    told.append(_run("consent_withdraw", *label, "--preview"))
    told.append(_run("consent_withdraw", *label, "--use", "train_generative"))
    told.append(_run("usage_stop", usage.uuid, "--why", "withdrawn"))
    told.append(_run("usage_stop", usage.uuid, "--why", "withdrawn"))
    golden("commands/usages.txt", "\n".join(told))


def test_mistakes_are_told_together(golden: CheckGolden, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        _register("--until", "2026-11-01", "--territory", "XX", "--model-version", "2")
    report = tmp_path / "outputs.csv"
    report.write_text(
        "reference,kind,at,isrc,weight\n"
        "song-1,generate_output,2026-11-22T12:00:00Z,ZZTST2690001,2\n"
        "song-2,remixing,2026-11-22T12:00:00Z,ZZTST2690001,\n"
        "song-3,remix,soon,ZZTST0000000,\n",
        encoding="utf-8",
    )
    with pytest.raises(CommandError) as bad:
        _run("usage_report", report, "--licensee", "Aural Labs")
    golden("commands/usages_refused.txt", f"{refused.value}\n\n{bad.value}\n")
    assert not Usage.objects.exists()


def test_a_large_use_is_answered_by_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_checks, "AT_ONCE", 1)
    assert "a worker answers" in _register("--all")
    assert Job.objects.get().kind == "usage_check"


def test_a_use_can_be_registered_without_an_answer() -> None:
    assert _register("--isrc", "ZZ-TST-26-90001", "--no-ask").count("\n") == 2
    assert _register("--isrc", "ZZTST2690001", "--no-ask").splitlines()[0].endswith("before")


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("usage_check", ("00000000-0000-4000-8000-000000000000",), "there is no use"),
        ("usage_stop", ("00000000-0000-4000-8000-000000000000", "--why", "x"), "there is no use"),
        ("usage_report", ("nowhere.csv", "--licensee", "Aural Labs"), "nowhere.csv is no file"),
        ("consent_withdraw", ("--party", "Nobody"), "there is no party `Nobody`"),
        ("consent_withdraw", ("--party", "Aural Labs"), "Aural Labs has no such grant"),
        (
            "consent_withdraw",
            ("--consent", "00000000-0000-4000-8000-000000000000"),
            "there is no statement",
        ),
    ],
)
def test_what_is_not_there_is_told(name: str, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        _run(name, *arguments)


def test_a_name_that_several_have_is_no_name() -> None:
    factories.party(name="Aural Labs")
    with pytest.raises(CommandError, match="several parties are called `Aural Labs`"):
        _register("--all")


def test_a_refusal_cannot_be_withdrawn() -> None:
    denied = Consent.objects.get(decision="denied")
    with pytest.raises(CommandError, match="only a grant can be withdrawn"):
        _run("consent_withdraw", "--consent", denied.uuid)
