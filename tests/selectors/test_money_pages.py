"""Pages of consents, uses, pools, the ledger and payout statements: who is told what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.accounting.statements import decode, encode, write
from policy.facts import uses as facts
from policy.models import Attribution, Consent, PayoutLine, PayoutTerms
from policy.selectors import answers
from policy.selectors.consent_pages import (
    ConsentAsked,
    get_consent_page,
    get_consent_registry,
    list_consents,
)
from policy.selectors.decision_search import Place
from policy.selectors.ledger_pages import (
    LedgerAsked,
    account_purpose,
    get_account_page,
    get_transaction_page,
    list_accounts,
    list_transactions,
)
from policy.selectors.payout_pages import (
    get_party_money,
    get_statement_file,
    get_statement_page,
    list_statements,
)
from policy.selectors.pool_pages import get_pool_page, list_pools
from policy.selectors.usage_pages import (
    UsageAsked,
    get_usage_page,
    list_usages,
    list_usages_of,
)
from policy.selectors.visibility import WIDE
from tests import factories, uses
from tests.cast import NAMES, Cast, make_cast
from tests.factories import NOW
from tests.uses import Uses, make_uses

FIRST = Place()
EARLIER = NOW - timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast()
    factories.decision(track=made.song)
    return made


@pytest.fixture
def made(cast: Cast) -> Uses:
    return make_uses(cast)


def test_a_licensee_sees_its_uses_whole_and_owners_those_that_took_place(
    cast: Cast, made: Uses
) -> None:
    seen = {
        name: [row.kind for row in list_usages(cast[name], UsageAsked(), FIRST, size=9).rows]
        for name in NAMES
    }
    took_place = ["generate_output", "train_generative"]
    assert seen["analyst"] == seen["licensee"] == ["train_generative", *took_place]
    assert seen["label"] == seen["other_label"] == seen["distributor"] == took_place
    assert seen["stranger"] == []


@pytest.mark.parametrize("wide", [0, WIDE], ids=["wide", "narrow"])
def test_wide_and_narrow_logins_see_the_same(
    wide: int, cast: Cast, made: Uses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policy.selectors.visibility.WIDE", wide)
    rows = list_usages(cast["label"], UsageAsked(), FIRST, size=9).rows
    assert [row.uuid for row in rows] == [made.output.uuid, made.training.uuid]


def test_an_owner_is_told_nothing_of_a_use_but_its_own_works(cast: Cast, made: Uses) -> None:
    page = get_usage_page(cast["label"], made.training.uuid, FIRST, size=9)
    assert page is not None
    assert [track.title for track in page.tracks.rows] == ["Lantern Song"]
    assert page.tracks.rows[0].answer is not None
    assert page.tracks.rows[0].answer.answer.effect == "allow"
    row = page.row
    assert (row.whole, row.reference, row.tracks, row.units) == (False, "", 0, 0)
    assert (page.check, page.groups, page.query, page.notices) == (None, (), (), ())
    assert page.relied == page.artificial_units == 0
    assert get_usage_page(cast["label"], made.plan.uuid, FIRST, size=9) is None


def test_the_licensee_reads_its_answers_without_a_name(cast: Cast, made: Uses) -> None:
    page = get_usage_page(cast["licensee"], made.training.uuid, FIRST, size=9)
    assert page is not None
    assert page.check is not None
    assert {count.effect: count.count for count in page.check.counts if count.count} == {
        "allow": 1,
        "block": 1,
    }
    assert page.check.worst == "block"
    blocked = next(group for group in page.groups if group.answer.effect == "block")
    assert [(one.layer, one.territory) for one in blocked.answer.blocking] == [
        ("master", "Worldwide")
    ]
    assert (page.relied, page.groups_bounded) == (1, False)
    assert [track.seen for track in page.tracks.rows] == [False, False], "no works of its own"
    assert cast.brightwater.name not in str(page)
    assert cast.halcyon.name not in str(page.groups)


def test_staff_read_who_is_paid_for_an_output(cast: Cast, made: Uses) -> None:
    line = PayoutLine.objects.get(run=made.run, party=cast.halcyon)
    line.pk, line.position, line.kind = None, 9, "generate_output"
    line._state.adding = True
    line.save()
    page = get_usage_page(cast["analyst"], made.output.uuid, FIRST, size=9)
    assert page is not None
    assert page.payees == ("Halcyon Records",)
    for name in ("licensee", "label"):
        other = get_usage_page(cast[name], made.output.uuid, FIRST, size=9)
        assert other is not None
        assert other.payees == ()


def test_a_title_is_left_open_as_the_facts_leave_it() -> None:
    assert answers.TITLE == facts.TITLE


def test_the_tracks_of_a_plan_are_those_that_were_answered(cast: Cast, made: Uses) -> None:
    Attribution.objects.all()._raw_delete(using="default")
    user, seen, place = cast["licensee"], [], FIRST
    for _ in range(3):
        page = get_usage_page(user, made.training.uuid, place, size=1)
        assert page is not None
        seen += [track.title for track in page.tracks.rows]
        if not page.tracks.older:
            break
        place = Place("older", page.tracks.rows[-1].uuid)
    assert seen == ["Lantern Cover", "Lantern Song"]
    back = get_usage_page(user, made.training.uuid, Place("newer", cast.song.uuid), size=1)
    assert back is not None
    assert [track.title for track in back.tracks.rows] == ["Lantern Cover"]
    assert back.tracks.older
    assert not back.tracks.newer


def test_the_uses_of_a_track_are_for_whoever_sees_it(cast: Cast, made: Uses) -> None:
    found = list_usages_of(cast["distributor"], cast.song.uuid, FIRST, size=9)
    assert found is not None
    assert len(found.rows) == 2
    assert list_usages_of(cast["licensee"], cast.song.uuid, FIRST, size=9) is None


def test_pages_of_uses_take_the_same_queries_for_any_number(cast: Cast, made: Uses) -> None:
    counts = []
    for number in (0, 7):
        for at in range(number):
            more = uses.usage(cast.oriole, f"more-{at}")
            for track in (cast.song, factories.track()):
                Attribution.objects.create(usage=more, track=track)
                Attribution.objects.get_or_create(usage=made.training, track=track)
        with CaptureQueriesContext(connection) as queries:
            list_usages(cast["analyst"], UsageAsked(), FIRST, size=50)
            get_usage_page(cast["analyst"], made.training.uuid, FIRST, size=50)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 18


def test_only_the_party_and_staff_read_its_consents(cast: Cast, made: Uses) -> None:
    asked = ConsentAsked(known=NOW)
    for name in NAMES:
        mine = name in ("analyst", "label")
        found = get_consent_registry(cast[name], cast.halcyon.uuid, asked, FIRST, size=9)
        assert (found is not None) == mine, name
        assert (get_consent_page(cast[name], made.grant.uuid, now=NOW) is not None) == mine, name
    assert list_consents(cast["licensee"], asked, FIRST, size=9).rows == ()


def test_what_was_in_force_then_stays_what_was_known_then(cast: Cast, made: Uses) -> None:
    later = NOW + timedelta(days=3)
    factories.consent(
        grantor=cast.halcyon, decision="withdrawn", replaces=made.grant, valid_from=later,
        recorded_at=later,
    )  # fmt: skip

    def said(on: object, known: object) -> list[str]:
        asked = ConsentAsked(known=known, on=on)  # type: ignore[arg-type]  # instants
        page = list_consents(cast["label"], asked, FIRST, size=9)
        return [record.decision for record in page.rows]

    assert said(NOW, NOW) == ["granted"]
    assert said(later, later) == ["withdrawn"]
    assert said(later, NOW) == ["granted"]
    assert said(NOW, EARLIER) == []
    page = get_consent_page(cast["label"], made.grant.uuid, now=later)
    assert page is not None
    assert not page.may_be_withdrawn
    assert page.replaced_by == Consent.objects.get(decision="withdrawn").uuid
    assert [usage.uuid for usage in page.relied] == [made.training.uuid]


def test_a_pool_is_for_its_licensee_and_adds_up(cast: Cast, made: Uses) -> None:
    for name in NAMES:
        seen = list_pools(cast[name], FIRST, size=9).rows
        assert bool(seen) == (name in ("analyst", "licensee")), name
    page = get_pool_page(cast["licensee"], made.pool.uuid)
    assert page is not None
    assert sum(one.amount for one in page.destinations) == 0
    assert [(one.kind, one.reason, one.amount) for one in page.destinations] == [
        ("pool", "", -100_000),
        ("payable", "", 63_000),
        ("hold", "dispute", 27_000),
        ("deduction", "", 10_000),
    ]
    assert [(run.number, run.current, run.corrects) for run in page.runs] == [
        (2, True, 1),
        (1, False, None),
    ]
    assert [(one.rule, one.do, one.details) for one in page.rules] == [
        ("training-pool", "accrue", (("rate", "master_rate"),))
    ]
    assert [number.name for number in page.numbers] == ["training_key", "training_deduction"]


def test_an_account_tells_what_moved_with_the_balance_after_it(cast: Cast, made: Uses) -> None:
    page = get_account_page(cast["label"], made.payable.uuid, FIRST, size=2)
    assert page is not None
    assert page.row.balance == 63_000
    assert [(move.amount, move.balance) for move in page.moves.rows] == [
        (63_000, 63_000),
        (-50_400, 0),
    ]
    older = Place("older", page.moves.rows[-1].uuid)
    rest = get_account_page(cast["label"], made.payable.uuid, older, size=2)
    assert rest is not None
    assert [(move.amount, move.balance) for move in rest.moves.rows] == [(50_400, 50_400)]
    assert rest.moves.newer
    assert not rest.moves.older
    assert get_account_page(cast["other_label"], made.payable.uuid, FIRST, size=2) is None


def test_of_a_transaction_a_party_sees_its_own_postings(cast: Cast, made: Uses) -> None:
    assert made.run.transaction is not None
    page = get_transaction_page(cast["label"], made.run.transaction.uuid)
    assert page is not None
    assert [(row.kind, row.amount) for row in page.postings] == [("payable", 63_000)]
    assert (page.hidden, page.pool, page.previous) == (3, None, "")
    every = get_transaction_page(cast["analyst"], made.run.transaction.uuid)
    assert every is not None
    assert sum(row.amount for row in every.postings) == every.hidden == 0
    assert every.pool == made.pool.uuid
    assert [len(list_transactions(cast[name], FIRST, size=9).rows) for name in NAMES] == [
        3, 3, 0, 0, 0, 0,
    ]  # fmt: skip


def test_no_row_id_of_a_party_is_told(cast: Cast, made: Uses) -> None:
    keys = [row.key for row in list_accounts(cast["analyst"], LedgerAsked(), FIRST, size=9).rows]
    assert sorted(keys) == ["", "dispute", "oriole-2026-10", "training"]
    assert account_purpose("party:17") == ""
    assert account_purpose("third-party:1x") == "third-party:1x"


def test_a_statement_is_for_its_party_and_the_same_in_every_format(cast: Cast, made: Uses) -> None:
    for name in NAMES:
        mine = name in ("analyst", "label")
        assert bool(list_statements(cast[name], None, FIRST, size=9).rows) == mine, name
        assert (get_statement_page(cast[name], made.statement.uuid) is not None) == mine, name
        assert (get_statement_file(cast[name], made.statement.uuid, "csv") is not None) == mine
    page = get_statement_page(cast["label"], made.statement.uuid)
    assert page is not None
    document = decode(encode(page.document))
    for form in ("csv", "json", "dsr"):
        file = get_statement_file(cast["label"], made.statement.uuid, form)
        assert file is not None
        assert file.content == write(document, form)


def test_a_party_reads_what_it_earned_what_is_held_and_why(cast: Cast, made: Uses) -> None:
    factories.membership(user=cast["stranger"], party=cast.writer)
    PayoutTerms.objects.create(party=cast.writer, currency="SEK", changed_at=NOW)
    own = get_party_money(cast["stranger"], cast.writer.uuid)
    assert own is not None
    assert own.paid_in == "SEK"
    assert own.earned == ()
    assert [(row.hold, row.net, row.licensee) for row in own.held] == [
        ("dispute", 27_000_000_000, "Oriole AI")
    ]
    assert [(use.kind, use.usages) for use in own.uses.rows] == [
        ("generate_output", 1),
        ("train_generative", 1),
    ]
    assert [dispute.party.name for dispute in own.disputes if dispute.party] == ["Ines Okafor"]
    label = get_party_money(cast["label"], cast.halcyon.uuid)
    assert label is not None
    assert label.paid_in == ""
    assert [row.net for row in label.earned] == [63_000_000_000]
    assert [dispute.party for dispute in label.disputes] == [None], "who disputes is not told"
    assert get_party_money(cast["licensee"], cast.halcyon.uuid) is None
