"""Rules that have ended, and values that never hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from policy.engines.lints.dates import expired_dates
from tests.engines.lints.looking import draft, look, rule, told

WHEN = "has(track.seconds) && track.seconds > params.most"
ENDING = "effective: {from: 2026-08-02, until: 2026-10-01}\n"

ENDED = "expired-rules: the rules ended on `2026-10-01`: they are silent on every later subject"


def parameters(*days: str) -> str:
    """A number with a value from each of the days on."""
    lines = [f"      - {{from: {day}, value: 9, reference: {{title: Ours}}}}" for day in days]
    return "parameters:\n  most:\n    type: int\n    doc: A limit.\n    values:\n" + "\n".join(
        lines
    )


@pytest.mark.parametrize(("today", "over"), [(date(2026, 9, 30), False), (date(2026, 10, 1), True)])
def test_rules_end_with_the_last_day_before_until(tmp_path: Path, today: date, over: bool) -> None:
    known = parameters("2026-01-01")
    at = look(tmp_path, draft(rule("one", WHEN), head=ENDING), today=today, parameters=known)
    message = (
        "expired-rules: the rules ended on `2026-10-01`: they are silent on every later subject"
    )
    assert told(expired_dates, at) == [message] * over


@pytest.mark.parametrize(
    ("days", "unmet"),
    [
        (("2026-08-02",), []),
        (("2026-01-01", "2026-08-02"), ["2026-01-01"]),
        (("2026-01-01", "2026-08-03"), []),
        (("2026-01-01", "2026-09-30"), []),
        (("2026-01-01", "2026-10-01", "2027-01-01"), ["2026-10-01", "2027-01-01"]),
    ],
)
def test_values_that_hold_on_no_day_of_the_rules(
    tmp_path: Path, days: tuple[str, ...], unmet: list[str]
) -> None:
    version = draft(rule("one", WHEN), head=ENDING)
    at = look(tmp_path, version, today=date(2026, 9, 1), parameters=parameters(*days))
    assert told(expired_dates, at) == [
        f"expired-value: the value of `most` from `{day}` holds on no day" for day in unmet
    ]


@pytest.mark.parametrize(("reader", "told_of"), [("rules", False), ("accounting", True)])
def test_values_that_only_accounting_reads(tmp_path: Path, reader: str, told_of: bool) -> None:
    said = f"    read_by: {reader}\n    values:"
    known = parameters("2026-01-01", "2026-08-02").replace("    values:", said)
    version = draft(rule("one", "has(track.seconds)"), head=ENDING)
    at = look(tmp_path, version, today=date(2026, 9, 1), parameters=known)
    assert (
        told(expired_dates, at)
        == ["expired-value: the value of `most` from `2026-01-01` holds on no day"] * told_of
    )
