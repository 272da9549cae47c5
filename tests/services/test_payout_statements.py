"""Payout statements: balances, thresholds, currencies, revisions; and that unchanged is unsaid."""

from __future__ import annotations

import zlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db.models import Sum

from policy.accounting.exchange import Rate
from policy.accounting.statements import Document, decode
from policy.models import (
    Notice,
    Party,
    PayoutStatement,
    PayoutTerms,
    Pool,
    Posting,
    Track,
    Transaction,
)
from policy.services import payout_statements
from policy.services.disputes import dispute_close, dispute_open
from policy.services.payout_statements import Issued, StatementsRefused, Step, statements_issue
from policy.services.pool_runs import pool_run
from policy.services.pools import Period, pool_change
from policy.services.rates import RateRefused, rate_record
from tests import factories, money
from tests.factories import NOW

pytestmark = pytest.mark.django_db

PERIOD = Period(money.SINCE, money.UNTIL)
LATER = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _rules(tmp_path: Path) -> None:
    money.in_force(tmp_path)


def document(row: PayoutStatement) -> Document:
    """The stored document."""
    return decode(zlib.decompress(bytes(row.document)))


def statement(party: Party, **fields: object) -> PayoutStatement:
    """The party's newest payout statement."""
    return PayoutStatement.objects.filter(party=party, **fields).latest("pk")


def owed(party: Party, currency: str = "EUR") -> int:
    """What the ledger says that is owed to a party."""
    rows = Posting.objects.filter(account__party=party, account__kind="payable", currency=currency)
    return rows.aggregate(amount=Sum("amount"))["amount"] or 0


def one_song(income: int = 100_000) -> tuple[Pool, Track, Party, Party]:
    """A pool over one song, not run yet: 67.5 % of it for the label, 22.5 % for the writer."""
    lab, label, writer = (factories.party(name=name) for name in ("Soundlab", "Halcyon", "Ines"))
    song = money.song(master={label: 10_000}, publishing={writer: 10_000})
    money.usage(licensee=lab, tracks={song: None})
    return money.pool(licensee=lab, income=income), song, label, writer


def test_a_statement_tells_all_of_a_party_and_is_paid() -> None:
    pool, song, label, writer = one_song()
    run = pool_run(pool=pool, at=NOW).run
    assert statements_issue(period=PERIOD, at=NOW) == [Issued("EUR", 2, 2, 90_000)]
    row = statement(label)
    assert (row.opening, row.earned, row.held, row.paid, row.closing) == (0, 67_500, 0, 67_500, 0)
    told = document(row)
    (line,) = told.lines
    assert (line.track, line.title, line.licensee) == (str(song.uuid), song.title, "Soundlab")
    assert (line.net, line.gross, line.deducted) == (67_500 * 10**6, 75_000 * 10**6, 7_500 * 10**6)
    assert (line.rule, line.decision) == (
        "earns-master",
        str(run.payout_lines.earliest("pk").decision.uuid),
    )
    assert told.payout is not None
    assert row.payout is not None
    assert told.payout.transaction == str(row.payout.uuid)
    assert (owed(label), owed(writer)) == (0, 0)
    assert Notice.objects.filter(party=label, kind="statement_issued").count() == 1


def test_the_same_again_says_nothing() -> None:
    pool, *_ = one_song()
    pool_run(pool=pool, at=NOW)
    statements_issue(period=PERIOD, at=NOW)
    assert statements_issue(period=PERIOD, at=LATER) == [Issued("EUR")]
    assert (PayoutStatement.objects.count(), Notice.objects.count()) == (2, 2)


def test_a_balance_below_the_threshold_is_carried_forward_and_still_told() -> None:
    pool, _, label, writer = one_song(income=2_000)
    pool_run(pool=pool, at=NOW)
    statements_issue(period=PERIOD, at=NOW)
    assert statement(label).paid == 1_350
    row = statement(writer)
    assert (row.earned, row.paid, row.closing, row.payout) == (450, 0, 450, None)
    assert document(row).threshold == 1_000
    next_quarter = Period(money.UNTIL, date(2027, 1, 1))
    after = NOW + timedelta(days=60)
    statements_issue(period=next_quarter, at=after)
    carried = statement(writer)
    assert (carried.opening, carried.earned, carried.closing) == (450, 0, 450)
    assert PayoutStatement.objects.filter(party=label).count() == 1
    assert owed(writer) == 450


@pytest.mark.parametrize("first", [0, 1])
def test_a_pool_is_paid_in_one_period_however_periods_overlap(first: int) -> None:
    pool, _, label, _ = one_song()
    periods = [PERIOD, Period(date(2026, 7, 1), date(2026, 12, 1))]
    pool_run(pool=pool, at=LATER)
    after = NOW + timedelta(days=60)
    statements_issue(period=periods[first], at=after)
    assert statements_issue(period=periods[1 - first], at=after) == [Issued("EUR")]
    pool_run(pool=pool_change(pool=pool, income=120_000, at=LATER), at=LATER)
    assert statements_issue(period=periods[1 - first], at=after) == [Issued("EUR")]
    assert statements_issue(period=periods[first], at=after) == [Issued("EUR", 2, 2, 18_000)]
    assert owed(label) == 0


def test_a_corrected_period_gets_a_revision_that_shows_the_difference() -> None:
    pool, _, label, _ = one_song()
    pool_run(pool=pool, at=NOW)
    statements_issue(period=PERIOD, at=NOW)
    first = statement(label)
    pool_run(pool=pool_change(pool=pool, income=120_000, at=LATER), at=LATER)
    statements_issue(period=PERIOD, at=LATER)
    second = statement(label)
    assert (second.revision, second.corrects) == (2, first)
    assert (second.opening, second.earned, second.paid) == (0, 13_500, 13_500)
    back, anew = document(second).lines
    assert (back.status, back.corrects) == ("reversed", document(first).lines[0].reference)
    assert (back.net, anew.net) == (-67_500 * 10**6, 81_000 * 10**6)
    assert owed(label) == 0


def test_too_much_was_paid_and_is_carried_as_a_debt() -> None:
    pool, _, label, _ = one_song()
    pool_run(pool=pool, at=NOW)
    statements_issue(period=PERIOD, at=NOW)
    pool_run(pool=pool_change(pool=pool, income=80_000, at=LATER), at=LATER)
    statements_issue(period=PERIOD, at=LATER)
    row = statement(label)
    assert (row.earned, row.paid, row.closing, owed(label)) == (-13_500, 0, -13_500, -13_500)


def test_what_is_held_is_told_and_paid_after_a_won_dispute() -> None:
    pool, song, label, writer = one_song()
    dispute = dispute_open(
        track=song, party=writer, kind="ownership", layer="master", finding_at=NOW, at=NOW
    )
    pool_run(pool=pool, at=NOW)
    statements_issue(period=PERIOD, at=NOW)
    row = statement(label)
    assert (row.earned, row.held, row.closing) == (0, 67_500, 0)
    (line,) = document(row).lines
    assert (line.status, line.hold, line.rule) == ("held", "disputed-master", "disputed-master")
    dispute_close(dispute=dispute, outcome="rejected", at=LATER)
    pool_run(pool=pool, at=LATER)
    statements_issue(period=PERIOD, at=LATER)
    row = statement(label)
    assert (row.revision, row.earned, row.held, row.paid) == (2, 67_500, 0, 67_500)
    assert [line.status for line in document(row).lines] == ["reversed", "payable"]
    assert PayoutStatement.objects.filter(party=writer).count() == 1  # nothing changed for it


def test_a_party_is_paid_in_its_own_currency_at_a_recorded_rate() -> None:
    pool, _, label, writer = one_song()
    pool_run(pool=pool, at=NOW)
    PayoutTerms.objects.create(party=label, currency="JPY", changed_at=NOW)
    with pytest.raises(StatementsRefused, match="rate_record EUR JPY"):
        statements_issue(period=PERIOD, at=NOW)
    assert not PayoutStatement.objects.exists()
    rate_record(rate=Rate("EUR", "JPY", 1_603, 10), source="ECB", day=NOW.date(), at=NOW)
    statements_issue(period=PERIOD, at=NOW)
    row = statement(label)
    payout = document(row).payout
    assert payout is not None
    assert (payout.currency, payout.digits, payout.amount) == ("JPY", 0, 108_202)  # 675 x 160.3
    assert (payout.numerator, payout.denominator, payout.source) == (1_603, 10, "ECB")
    assert (row.paid, owed(label), owed(label, "JPY")) == (67_500, 0, 0)
    kinds = Transaction.objects.order_by("pk").values_list("kind", "reason")
    assert list(kinds)[1:] == [
        ("payout", "payout statements 2026-07-01 to 2026-09-30: paid in EUR"),
        ("conversion", "payout statements 2026-07-01 to 2026-09-30: EUR/JPY 2026-11-22 at 1603/10"
                       " by ECB"),
        ("payout", "payout statements 2026-07-01 to 2026-09-30: EUR paid in JPY"),
    ]  # fmt: skip
    sums = Posting.objects.order_by().values_list("currency").annotate(Sum("amount"))
    assert dict(sums) == {"EUR": 0, "JPY": 0}
    assert statement(writer).paid == 22_500


def test_all_that_is_missing_is_told_at_once() -> None:
    pool, _, label, _ = one_song()
    pool_run(pool=pool, at=NOW)
    PayoutTerms.objects.create(party=label, currency="SEK", changed_at=NOW)
    with pytest.raises(StatementsRefused) as refused:
        statements_issue(period=PERIOD, at=NOW)
    assert len(refused.value.problems) == 2  # a rate and a threshold
    assert "payout_minimum_sek" in str(refused.value)


def test_a_period_that_is_not_over_waits() -> None:
    with pytest.raises(StatementsRefused, match="the period ends on 2027-01-01"):
        statements_issue(period=Period(money.UNTIL, date(2027, 1, 1)), at=NOW)


def test_who_is_interrupted_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payout_statements, "CHUNK", 1)
    pool, *_ = one_song()
    pool_run(pool=pool, at=NOW)
    done: list[Step] = []

    def stop(step: Step) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(step)

    with pytest.raises(KeyboardInterrupt):
        statements_issue(period=PERIOD, at=NOW, step=stop)
    assert PayoutStatement.objects.count() == 1
    assert statements_issue(period=PERIOD, at=NOW, after=done[0]) == [Issued("EUR", 1, 1, 22_500)]
    assert Transaction.objects.filter(kind="payout").count() == 2


def test_the_number_of_queries_does_not_grow_with_the_parties(
    django_assert_max_num_queries: object,
) -> None:
    lab = factories.party()
    pool = money.pool(licensee=lab)
    for _ in range(12):
        party = factories.party()
        song = money.song(master={party: 10_000}, publishing={party: 10_000})
        money.usage(licensee=lab, tracks={song: None})
    pool_run(pool=pool, at=NOW)
    with django_assert_max_num_queries(50):  # type: ignore[operator]
        statements_issue(period=PERIOD, at=NOW)
    assert PayoutStatement.objects.count() == 12


def test_a_rate_is_recorded_once_and_never_changed() -> None:
    rate = Rate("EUR", "USD", 108, 100)
    row = rate_record(rate=rate, source="ECB", day=NOW.date(), at=NOW)
    again = Rate("EUR", "USD", 27, 25)
    assert rate_record(rate=again, source="ECB", day=NOW.date(), at=LATER) == row
    with pytest.raises(RateRefused, match="108/100; rates are history"):
        rate_record(rate=Rate("EUR", "USD", 2, 1), source="ECB", day=NOW.date(), at=NOW)


def test_all_that_is_wrong_with_a_rate() -> None:
    with pytest.raises(RateRefused) as refused:
        rate_record(rate=Rate("EUX", "EUX", 0, 1), source=" ", day=LATER.date(), at=NOW)
    assert len(refused.value.problems) == 6
