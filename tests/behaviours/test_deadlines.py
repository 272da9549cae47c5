"""Deadlines to the instant: days of 24 hours in UTC, whatever clocks and calendars do meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from policy.models import Obligation
from policy.selectors.decision_search import Place
from policy.selectors.party_page import get_party_page
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.behaviours.judging import Facts, judged, rules

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")

STARTS = {
    "an ordinary day": datetime(2026, 11, 22, 12, tzinfo=UTC),
    "before clocks go back": datetime(2026, 10, 20, 23, 30, tzinfo=BERLIN),
    "before clocks go forward": datetime(2027, 3, 25, 0, 30, tzinfo=BERLIN),
    "the hour that comes twice": datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=NEW_YORK),
    "before a leap day": datetime(2028, 2, 27, 12, tzinfo=UTC),
    "on a leap day": datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    "over the new year": datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
}
TICK = timedelta(microseconds=1)
"""The finest difference between two instants on record."""


def _root(folder: Path, days: int) -> Path:
    """A tree whose one rule gives the deliverer so many days."""
    rule = trees.MALFORMED.replace("P14D", f"P{days}D")
    text = trees.version_text("identity", rule)
    trees.write_ruleset(folder, "identity", {"1.0.0": text})
    return trees.lock(folder)


def _duty(root: Path, at: datetime) -> Obligation:
    """The duty of a deliverer whose track is decided at an instant."""
    ruleset_publish(root=root, published_by=None, at=at)
    bundle = bundle_build(root=root, at=at).bundle
    bundle_activate(bundle=bundle, live_from=at, activated_by=None, why="test", at=at)
    account = factories.account(party=factories.party())
    release = factories.release(account=account)
    track = factories.track(release=release, isrc_well_formed=False)
    factories.request(track=track, as_of=at, created_at=at)
    evaluate_pending(now=at)
    return Obligation.objects.get(party=account.party)


def _overdue(duty: Obligation, now: datetime) -> bool:
    """Whether the page of the party that a duty binds calls it overdue."""
    assert duty.party is not None
    page = get_party_page(User(is_staff=True), duty.party.uuid, Place(), now=now)
    assert page is not None
    [shown] = page.duties
    return shown.overdue


@pytest.mark.django_db
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("days", [7, 30])
def test_a_duty_is_overdue_after_its_last_day_and_not_before(
    days: int, start: str, tmp_path: Path
) -> None:
    at = STARTS[start]
    duty = _duty(_root(tmp_path, days), at)
    due = at.astimezone(UTC) + timedelta(days=days)
    assert duty.due_at == due
    day_before, day, day_after = (
        at.astimezone(UTC) + timedelta(days=number) for number in (days - 1, days, days + 1)
    )
    assert not _overdue(duty, day_before)
    assert not _overdue(duty, day)
    assert _overdue(duty, day + TICK)
    assert _overdue(duty, day_after)


def test_a_day_has_24_hours_also_where_a_clock_was_turned() -> None:
    """Thirty days after half past eleven in Berlin it is half past ten there, a clock hour less."""
    start = STARTS["before clocks go back"]
    due = (start.astimezone(UTC) + timedelta(days=30)).astimezone(BERLIN)
    assert (due.day, due.hour, due.minute) == (19, 22, 30)


def _dispute(opened_at: str, *, answered: bool = False) -> Facts:
    return {
        "dispute": {
            "kind": "ownership",
            "layer": "master",
            "territory": "DE",
            "opened_at": opened_at,
            "finding_at": opened_at,
            "answered": answered,
        }
    }


@pytest.mark.parametrize(
    ("opened_at", "day_30"),
    [
        ("2026-11-01T12:00:00Z", "2026-12-01T12:00:00Z"),
        ("2026-10-20T12:00:00+02:00", "2026-11-19T11:00:00+01:00"),
        ("2027-03-10T12:00:00+01:00", "2027-04-09T13:00:00+02:00"),
        ("2028-02-15T00:00:00Z", "2028-03-16T00:00:00Z"),
        ("2027-02-15T00:00:00Z", "2027-03-17T00:00:00Z"),
    ],
    ids=["ordinary", "clocks back", "clocks forward", "leap year", "common year"],
)
def test_the_other_side_of_a_dispute_has_thirty_days_to_answer(opened_at: str, day_30: str) -> None:
    day = timedelta(days=1)
    last = datetime.fromisoformat(day_30)
    expected = {
        last - day: {"disputed-master", "dispute-awaits-answer"},
        last: {"disputed-master", "dispute-awaits-answer"},
        last + timedelta(seconds=1): {"dispute-expired"},
        last + day: {"dispute-expired"},
    }
    for now, told in expected.items():
        found = judged(_dispute(opened_at), "compensation", as_of=now.isoformat())
        assert {rule for rule in rules(found) if rule.startswith("dispute")} == told
    duties = _duties_of("dispute-awaits-answer", opened_at, answered=False)
    assert ("request_evidence", "rights_holders", "P30D") in duties


def test_an_answer_can_be_appealed_for_seven_days() -> None:
    assert _duties_of("dispute-answered", "2026-11-20T00:00:00Z", answered=True) == {
        ("request_evidence", "rights_holders", "P7D")
    }


def _duties_of(name: str, opened_at: str, *, answered: bool) -> set[tuple[str, str, str]]:
    found = judged(_dispute(opened_at, answered=answered), "compensation", as_of=opened_at)
    [rule] = [rule for rule in found.rules if rule.rule == name]
    return {(duty.do, duty.of, duty.within) for duty in rule.obligations}
