"""What nobody claimed in time goes to the market, once, and is taken back where that was wrong."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from policy import facts
from policy.models import (
    AuditEntry,
    EvaluationRequest,
    Obligation,
    Party,
    PayoutLine,
    PayoutStatement,
    Pool,
    Posting,
    Track,
    Transaction,
)
from policy.selectors.pool_pages import get_pool_page
from policy.services.payout_statements import statements_issue
from policy.services.pool_runs import pool_run
from policy.services.pools import Period, PoolRefused
from policy.services.releases import Released, hold_release
from tests import factories, money
from tests.factories import NOW
from tests.guards import unguarded

pytestmark = pytest.mark.django_db

AFTER = NOW + timedelta(days=100)
LATER = AFTER + timedelta(days=1)


@pytest.fixture
def parties(tmp_path: Path) -> tuple[Party, Party]:
    """Two owners; unclaimed money is held for 60 days from the end of its period."""
    money.in_force(tmp_path, unmatched_hold="5184000s", training_deduction=0)
    return factories.party(name="Ana"), factories.party(name="Ben")


@pytest.fixture
def pool(parties: tuple[Party, Party]) -> Pool:
    """Of 1,000.00 EUR Ana gets 375.00 and Ben 250.00; 375.00 are of a recording of nobody's."""
    ana, ben = parties
    lab = factories.party(name="Soundlab")
    orphan = money.song(master={}, publishing={ben: 10_000})
    other = money.song(master={ana: 10_000}, publishing={ben: 10_000})
    money.usage(licensee=lab, tracks={orphan: None, other: None})
    made = money.pool(licensee=lab)
    pool_run(pool=made, at=NOW)
    return made


def orphans() -> Track:
    """The track of which nobody has the recording."""
    return PayoutLine.objects.get(hold="unmatched", run__corrected_by=None).track


def decided(track: Track) -> Obligation:
    """A decision that the track's money is to be released."""
    return factories.obligation(
        finding=factories.finding(decision=factories.decision(track=track)),
        do="release_payout", of="service", party=None, details={"key": "market_share"},
    )  # fmt: skip


def balances() -> dict[str, int]:
    """What lies on the accounts of parties and of what is held."""
    rows = Posting.objects.filter(account__kind__in=("payable", "hold")).order_by()
    sums = rows.values_list("account__party__name", "account__key").annotate(Sum("amount"))
    return {name or key: amount for name, key, amount in sums}


def test_what_nobody_claimed_goes_by_market_share(pool: Pool) -> None:
    duty = decided(orphans())
    assert balances() == {"Ana": 37_500, "Ben": 25_000, "unmatched": 37_500}
    (released,) = hold_release(at=AFTER)
    assert balances() == {"Ana": 60_000, "Ben": 40_000, "unmatched": 0}
    assert released.run is not None
    run = released.run
    assert (run.gross, run.paid, run.held, run.lines) == (37_500, 37_500, 0, 3)
    lines = run.payout_lines.values_list("party__name", "net", "basis")
    assert set(lines) == {
        ("Ana", 22_500 * 10**6, "market_share"), ("Ben", 7_500 * 10**6, "market_share"),
    }  # fmt: skip
    posted = Transaction.objects.get(kind="release")
    assert posted.reason == f"unclaimed money of pool {pool.key}, run 1, by market share"
    duty.refresh_from_db()
    assert duty.state == "done"
    assert AuditEntry.objects.filter(action="hold_release", object_uuid=run.uuid).count() == 1
    assert hold_release(at=LATER) == []
    _proved()


def test_the_pool_of_what_is_released_has_a_page(pool: Pool) -> None:
    decided(orphans())
    (released,) = hold_release(at=AFTER)
    assert released.run is not None
    lead = factories.user(name="lead", staff=True)
    page = get_pool_page(lead, released.run.pool.uuid)
    assert page is not None
    assert page.row.title == f"Unclaimed money of {pool.title}"
    with pytest.raises(PoolRefused, match="there is no scheme `released`"):
        pool_run(pool=released.run.pool, at=LATER)


def test_a_statement_of_then_tells_of_it(pool: Pool, parties: tuple[Party, Party]) -> None:
    statements_issue(period=Period(money.SINCE, money.UNTIL), at=NOW)
    decided(orphans())
    hold_release(at=AFTER)
    day = AFTER.date()
    quarter = Period(day.replace(day=1), (day + timedelta(days=40)).replace(day=1))
    statements_issue(period=quarter, at=AFTER + timedelta(days=70))
    told = PayoutStatement.objects.filter(party=parties[0]).values_list("earned", "paid")
    assert list(told.order_by("pk")) == [(37_500, 37_500), (22_500, 22_500)]
    assert balances() == {"Ana": 0, "Ben": 0, "unmatched": 0}
    _proved()


def test_without_a_decision_it_waits_and_its_tracks_are_queued(pool: Pool) -> None:
    EvaluationRequest.objects.all().delete()
    assert hold_release(at=AFTER) == [Released(pool, 37_500, None, 1)]
    assert list(EvaluationRequest.objects.values_list("track", "as_of")) == [
        (orphans().pk, AFTER),
    ]
    assert not Transaction.objects.filter(kind="release").exists()
    duty = decided(orphans())
    Obligation.objects.filter(pk=duty.pk).update(details={})
    assert hold_release(at=AFTER)[0].undecided == 1
    Obligation.objects.filter(pk=duty.pk).update(details=duty.details, state="lapsed")
    assert hold_release(at=AFTER)[0].undecided == 1


def test_what_is_younger_stays_held(pool: Pool) -> None:
    decided(orphans())
    due = Period(money.SINCE, money.UNTIL).ends_at + timedelta(days=60)
    assert hold_release(at=due) == []
    assert hold_release(at=due + timedelta(seconds=1))[0].run is not None


def test_where_nobody_is_paid_there_is_no_market(parties: tuple[Party, Party]) -> None:
    lab = factories.party()
    money.usage(licensee=lab, tracks={money.song(master={}, publishing={}): None})
    pool = money.pool(licensee=lab)
    pool_run(pool=pool, at=NOW)
    decided(PayoutLine.objects.filter(hold="unmatched")[0].track)
    assert hold_release(at=AFTER) == [Released(pool, 100_000, None)]
    assert not Transaction.objects.filter(kind="release").exists()


def test_an_owner_who_is_found_late_gets_it_back_from_the_market(
    pool: Pool, parties: tuple[Party, Party]
) -> None:
    track = orphans()
    decided(track)
    hold_release(at=AFTER)
    carl = factories.party(name="Carl")
    factories.share(track=track, party=carl, layer="master", basis_points=10_000)
    pool_run(pool=pool, at=LATER)
    assert balances()["unmatched"] == -37_500, "till the next release, which corrects the first"
    (again,) = hold_release(at=LATER)
    assert again.run is not None
    assert (again.run.number, again.run.gross, again.run.lines) == (2, 0, 0)
    assert balances() == {"Ana": 37_500, "Ben": 25_000, "Carl": 37_500, "unmatched": 0}
    assert hold_release(at=LATER) == []
    _proved()


def test_what_is_released_waits_no_more_as_a_fact(pool: Pool) -> None:
    track = orphans()

    def waits() -> bool:
        found = facts.collect([track.pk], as_of=LATER)[track.pk]
        return b'"unmatched_since":"' in found.document

    assert waits()
    decided(track)
    hold_release(at=AFTER)
    assert not waits()


def test_without_a_time_to_hold_nothing_is_released(pool: Pool, tmp_path: Path) -> None:
    money.in_force(tmp_path / "other", at=NOW)
    with pytest.raises(PoolRefused, match="`unmatched_hold`: is missing on that day"):
        hold_release(at=AFTER)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("poolrun SET scheme = '{}'", "it does not say what run it releases the money of"),
        ("poolrun SET gross = 1, paid = 1", "it releases 1 and takes 37500; run "),
    ],
)
def test_a_release_of_what_was_not_held_is_named(pool: Pool, changed: str, said: str) -> None:
    decided(orphans())
    hold_release(at=AFTER)
    last = "(SELECT max(id) FROM policy_poolrun)"
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE policy_{changed} WHERE id = {last}")
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("ledger_verify", stdout=out)
    assert f"what is released was held for nobody known\n{'':17}  first: poolrun" in out.getvalue()
    assert said in out.getvalue()


def test_the_command_says_what_became_of_it(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: AFTER)
    told = []
    for _time in range(3):
        out = io.StringIO()
        call_command("hold_release", stdout=out)
        told.append(out.getvalue())
        if len(told) == 1:
            decided(orphans())
    assert told == [
        f"pool {pool.key}: 375.00 EUR waits for decisions on 1 track, which are queued: come again"
        "\n",
        f"pool {pool.key}: 375.00 EUR released as pool released-{pool.pk}, run 1\n",
        "nothing is to be released\n",
    ]


def _proved() -> None:
    out = io.StringIO()
    call_command("ledger_verify", stdout=out)
    assert "all hold" in out.getvalue()
