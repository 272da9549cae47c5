"""`consent_say`, `consent_show`, `condition_prove`: what a person says, proves and looks up."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from policy.models import Consent, ConsentProof, EvaluationRequest, Party, Track
from tests import factories
from tests.factories import NOW
from tests.plugins.goldens import CheckGolden

pytestmark = pytest.mark.django_db

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the time; it is NOW at first."""
    time = [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: time[0])
    return lambda at: time.__setitem__(0, at)


@pytest.fixture
def song() -> Track:
    """A track of Halcyon Records, which has all of its master."""
    label = factories.party(name="Halcyon Records", name_key="halcyon records")
    track = factories.track(title="Lantern Song", isrc="ZZTST2600001")
    factories.involvement(track=track, party=label)
    return track


def run(command: str, *arguments: object) -> str:
    """Output of a command, with UUIDs made the same."""
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return _UUID.sub("UUID", out.getvalue())


def test_what_is_said_is_shown_as_it_was_known(
    song: Track, clock: Callable[[datetime], None], tmp_path: Path, golden: CheckGolden
) -> None:
    factories.party(name="Songsmith", name_key="songsmith")
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"I allow it.")
    say = ("consent_say", "--party", "halcyon RECORDS", "--layer", "master")
    told = run(*say, "--decision", "granted", "--use", "remix", "--use", "cover")
    told += run(
        *say, "--decision", "granted", "--use", "train_generative", "--scope", "recording",
        "--subject", "ZZ-TST-26-00001", "--licensee", "Songsmith", "--model", "Songsmith",
        "--model-version", "4", "--territory", "SE", "--territory", "DE",
        "--until", "2027-01-01", "--condition", "payment", "--terms", "2 cents each",
        "--source", "contract", "--assurance", "contract", "--evidence", letter,
    )  # fmt: skip
    clock(NOW + timedelta(days=1))
    told += run(*say, "--decision", "denied", "--use", "remix")
    told += "---\n" + run("consent_show", "--track", "zz-tst-26-00001")
    told += "---\n" + run("consent_show", "--party", "Halcyon Records", "--known", NOW.isoformat())
    told += "---\n" + run("consent_show", "--track", song.uuid, "--on", "2020-01-01")
    golden("commands/consent_show.txt", told)
    assert set(EvaluationRequest.objects.values_list("track", "cause")) == {(song.pk, "consent")}


def test_a_condition_is_proven_by_a_document(song: Track, tmp_path: Path) -> None:
    party = Party.objects.get(name="Halcyon Records")
    grant = factories.consent(grantor=party, track=song, condition="payment")
    bill = tmp_path / "bill.pdf"
    bill.write_bytes(b"Paid.")
    assert run("condition_prove", grant.uuid, bill) == "UUID proven for everybody by bill.pdf\n"
    assert ConsentProof.objects.get().evidence_digest.startswith("9d5a902a")
    plain = factories.consent(grantor=party, track=song)
    with pytest.raises(CommandError, match="it has no condition that could be met"):
        run("condition_prove", plain.uuid, bill)


def test_all_mistakes_are_told_and_nothing_is_recorded(song: Track) -> None:
    with pytest.raises(CommandError) as refused:
        run(
            "consent_say", "--party", "Halcyon Records", "--layer", "master", "--use", "remix",
            "--decision", "denied", "--scope", "artist", "--territory", "Germany",
            "--condition", "credit",
        )  # fmt: skip
    assert str(refused.value) == (
        "nothing was recorded:\n"
        "  subject: name the artist\n"
        "  territories: `Germany` is no territory code: write one such as `DE`\n"
        "  condition: only a grant can have a condition"
    )
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("consent_show", "--party", "Nobody"), "there is no party `Nobody`"),
        (("consent_show", "--track", "ZZTST2600009"), "there is no track `ZZTST2600009`"),
        (("condition_prove", "x", "no-file"), "no-file cannot be read: No such file"),
        (("condition_prove", "x", __file__), "`x` is no UUID"),
    ],
)
def test_names_that_nobody_has(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=re.escape(message)):
        run(*arguments)


def test_a_name_that_several_bear_is_not_guessed() -> None:
    for _ in range(2):
        factories.party(name="Mara", name_key="mara")
        factories.track(isrc="ZZTST2600001")
    with pytest.raises(CommandError, match="several parties are called `Mara`"):
        run("consent_show", "--party", "Mara")
    with pytest.raises(CommandError, match="several tracks carry the ISRC"):
        run("consent_show", "--track", "ZZTST2600001")
