"""Money by command: from a pool to payout statements, and what is said of mistakes."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from policy.models import Dispute, EvaluationRequest, Job, Party, PayoutStatement, Pool, Track
from tests import factories, money
from tests.plugins.goldens import CheckGolden

pytestmark = pytest.mark.django_db

PERIOD = ("2026-07-01", "2026-10-01")


@pytest.fixture
def song(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Track:
    """A song of Halcyon's that Soundlab trained on; the clock stands still, like NOW."""
    monkeypatch.setattr(timezone, "now", lambda: factories.NOW)
    money.in_force(tmp_path, at=factories.NOW)
    lab, label = factories.party(name="Soundlab"), factories.party(name="Halcyon")
    track = money.song(master={label: 10_000}, publishing={label: 10_000})
    money.usage(licensee=lab, tracks={track: None})
    return track


def run(*arguments: object, **options: Any) -> str:
    """Output of a command."""
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def opened(key: str = "soundlab-q3", *more: str) -> str:
    """Open Soundlab's pool."""
    return run(
        "pool_open", key, *PERIOD, "--licensee", "Soundlab", "--scheme", "training", "--kind",
        "train_generative", "--currency", "EUR", "--income", "1000.00", *more,
    )  # fmt: skip


def shown(text: str) -> str:
    """A text without the UUIDs of this run."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)


def test_from_a_pool_to_payout_statements(song: Track, golden: CheckGolden) -> None:
    told = [
        opened(),
        run("dispute_open", "--track", song.uuid, "--party", "Soundlab", "--kind", "ownership",
            "--layer", "master"),
        run("pool_run", "soundlab-q3"),
        run("statements_issue", *PERIOD),
        run("dispute_answer", Dispute.objects.get().uuid),
        run("dispute_close", Dispute.objects.get().uuid, "rejected"),
        run("pool_run", "soundlab-q3"),
        run("pool_run", "soundlab-q3"),
        run("pool_change", "soundlab-q3", "--income", "1200"),
        run("pool_run", "soundlab-q3"),
        run("rate_record", "EUR", "JPY", "160.3", "--source", "ECB", "--date", "2026-11-20"),
        run("statements_issue", *PERIOD),
        run("statements_issue", *PERIOD),
    ]  # fmt: skip
    golden("commands/money.txt", shown("".join(told)).replace(str(song), "SONG"))


@pytest.mark.parametrize("format", ["csv", "json", "dsr"])
def test_a_payout_statement_is_the_same_bytes_wherever_it_goes(
    song: Track, format: str, tmp_path: Path
) -> None:
    opened()
    run("pool_run", "soundlab-q3")
    run("statements_issue", *PERIOD)
    uuid = PayoutStatement.objects.get().uuid
    printed = run("statement_write", uuid, "--format", format)
    path = Path(run("statement_write", uuid, "--format", format, "--to", tmp_path).strip())
    assert path.parent == tmp_path
    assert path.read_bytes().decode() == printed
    assert song.isrc in printed
    with pytest.raises(CommandError, match="cannot be written"):
        run("statement_write", uuid, "--to", tmp_path / "nowhere")


def test_work_can_be_left_to_the_workers(song: Track) -> None:
    opened()
    assert run("pool_run", "soundlab-q3", "--later") == "pool soundlab-q3 is queued\n"
    run("statements_issue", *PERIOD, "--later")
    assert list(Job.objects.order_by("pk").values_list("kind", flat=True)) == [
        "pool_run",
        "statements",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pool_run", "soundlab"), "there is no pool `soundlab`; there are soundlab-q3"),
        (("pool_change", "soundlab-q3"), "nothing to change: give --income or --minimum"),
        (("pool_change", "soundlab-q3", "--income", "1.234"), "income: `1.234` is too exact"),
        (("statements_issue", "2026-10-01", "2026-07-01"), "before it begins on 2026-10-01"),
        (("statements_issue", "2026-07", "2026-10-01"), "`2026-07` is no day"),
        (("statements_issue", "2026-10-01", "2027-01-01"), "the period ends on 2027-01-01"),
        (("rate_record", "EUR", "JPY", "much", "--source", "ECB"), "`much` is no rate"),
        (("rate_record", "EUR", "JPY", "1", "--source", "E", "--date", "2027-01-01"), "to come"),
        (("rate_record", "EUR", "JPY", "99999999.123456789012", "--source", "E"), "too exact"),
        (("rate_record", "EUR", "JPY", "1", "--source", "E" * 201), "up to 200 characters"),
        (("statements_issue", *PERIOD, "--currency", "eur"), "`eur` is no currency"),
        (("statements_issue", *PERIOD, "--currency", "EUR", "--later"), "all currencies"),
        (("statements_issue", "2026-10-01", "2027-01-01", "--later"), "ends on 2027-01-01"),
        (
            (
                "dispute_open",
                "--track",
                "TRACK",
                "--party",
                "Halcyon",
                "--kind",
                "shares",
                "--layer",
                "master",
                "--territory",
                "de",
            ),
            "`de` is no territory",
        ),
        (
            (
                "dispute_open",
                "--track",
                "TRACK",
                "--party",
                "Halcyon",
                "--kind",
                "shares",
                "--layer",
                "master",
                "--finding",
                "0001-01-01T00:00:00+05:00",
            ),
            "is no instant",
        ),
        (("dispute_answer", "00000000-0000-4000-8000-000000000000"), "there is no dispute"),
        (("statement_write", "00000000-0000-4000-8000-000000000000"), "no payout statement"),
    ],
)
def test_a_mistake_is_told(song: Track, arguments: tuple[str, ...], words: str) -> None:
    opened()
    with pytest.raises(CommandError, match=re.escape(words)):
        run(*(song.uuid if each == "TRACK" else each for each in arguments))


@pytest.mark.usefixtures("song")
def test_a_pool_is_not_left_to_the_workers_before_its_period_is_over() -> None:
    opened()
    Pool.objects.update(period_until="2027-01-01")
    with pytest.raises(CommandError, match="can be run from 2027-01-01 on"):
        run("pool_run", "soundlab-q3", "--later")
    assert not Job.objects.exists()


@pytest.mark.usefixtures("song")
def test_all_mistakes_of_a_pool_are_told_at_once() -> None:
    with pytest.raises(CommandError) as refused:
        opened("other", "--kind", "trainin", "--scheme", "nothing")
    assert str(refused.value).count("\n") == 1
    assert Party.objects.count() == 2


def test_a_dispute_is_closed_once_and_has_the_track_evaluated(song: Track) -> None:
    run("dispute_open", "--track", song.uuid, "--party", "Halcyon", "--kind", "shares", "--layer",
        "master", "--finding", (factories.NOW - timedelta(days=1)).isoformat())  # fmt: skip
    uuid = Dispute.objects.get().uuid
    run("dispute_close", uuid, "settled")
    with pytest.raises(CommandError, match=r"was closed on 2026-11-22 \(settled\)"):
        run("dispute_close", uuid, "settled")
    with pytest.raises(CommandError, match="there is no track"):
        run("dispute_open", "--track", uuid, "--party", "Halcyon", "--kind", "shares", "--layer",
            "master")  # fmt: skip
    assert EvaluationRequest.objects.filter(track=song).count() == 2
