"""Laws of pools through the services: whatever is corrected in whatever order, money is conserved,
the same inputs come to the same balances, and nothing is posted for what has not changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.models import Dispute, Party, Pool, Posting, Share, Track, Transaction
from policy.services.disputes import dispute_close, dispute_open
from policy.services.ledger_proof import ledger_prove
from policy.services.payout_proof import payouts_prove
from policy.services.payout_statements import statements_issue
from policy.services.pool_runs import pool_run
from policy.services.pools import Period, pool_change
from tests import factories, money
from tests.factories import NOW

PARTIES = 4
CURRENCIES = {"EUR": 2, "JPY": 0, "KWD": 3}


@dataclass(frozen=True, slots=True)
class Song:
    """Shares by the number of a party, for both layers; weights of its uses."""

    master: Mapping[int, int | None]
    publishing: Mapping[int, int | None]
    weights: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Change:
    """What happens between two runs: another income, or a dispute that begins or ends."""

    income: int | None = None
    song: int = 0
    layer: str = "master"


shares = st.dictionaries(
    st.integers(0, PARTIES - 1),
    st.one_of(
        st.none(), st.sampled_from([0, 1, 3_333, 5_000, 6_667, 10_000]), st.integers(0, 12_000)
    ),
    max_size=3,
)
weights = st.lists(st.one_of(st.none(), st.integers(0, 500_000)), min_size=1, max_size=2)
songs = st.lists(st.builds(Song, shares, shares, weights), min_size=1, max_size=4)
incomes = st.one_of(st.sampled_from([0, 1, 2, 100]), st.integers(0, 10**12))
changes = st.lists(
    st.builds(Change, incomes)
    | st.builds(Change, st.none(), st.integers(0, 3), st.sampled_from(["master", "publishing"])),
    max_size=4,
)


@pytest.fixture
def _rules(db: None, tmp_path: Path) -> None:
    money.in_force(tmp_path)


def balances() -> dict[tuple[str, str, str], int]:
    """What every account holds, by kind, key and currency; empty ones are left out."""
    rows = Posting.objects.order_by().values_list("account__kind", "account__key", "currency")
    return {(kind, key, code): sum for kind, key, code, sum in rows.annotate(Sum("amount")) if sum}


def prove() -> None:
    """Hold everything to what the ledger promises."""
    assert [proof for proof in (*ledger_prove(), *payouts_prove()) if proof.wrong] == []


@dataclass(frozen=True, slots=True)
class World:
    """A licensee's pool over songs of a few parties."""

    pool: Pool
    parties: Sequence[Party]
    tracks: Sequence[Track]


def make(told: Sequence[Song], scheme: str, currency: str, income: int) -> World:
    """The rows of a world."""
    lab, *parties = (factories.party() for _ in range(PARTIES + 1))
    tracks = []
    for song in told:
        layers = [
            {parties[number]: share for number, share in layer.items()}
            for layer in (song.master, song.publishing)
        ]
        track = money.song(master=layers[0], publishing=layers[1])
        for weight in song.weights:
            money.usage(licensee=lab, kind="generate_output", tracks={track: weight}, units=3)
        tracks.append(track)
    money.usage(licensee=lab, tracks=dict.fromkeys(tracks))
    kinds = ["generate_output"]
    pool = money.pool(licensee=lab, scheme=scheme, kinds=kinds, currency=currency, income=income)
    return World(pool, parties, tracks)


def apply(change: Change, world: World) -> None:
    """Let a change happen; a dispute that is open already ends."""
    if change.income is not None:
        pool_change(pool=world.pool, income=change.income, at=NOW)
        return
    track = world.tracks[change.song % len(world.tracks)]
    there = Dispute.objects.filter(track=track, layer=change.layer, closed_at=None).first()
    if there:
        dispute_close(dispute=there, outcome="settled", at=NOW)
        return
    dispute_open(
        track=track, party=world.parties[0], kind="shares", layer=change.layer, finding_at=NOW,
        at=NOW,
    )  # fmt: skip


def moments() -> Iterator[timedelta]:
    """How much later each run is."""
    return (timedelta(minutes=number) for number in range(1, 100))


@pytest.mark.usefixtures("_rules")
@settings(max_examples=12)
@given(songs, st.sampled_from(["training", "outputs", "alike", "kept", "micro"]),
       st.sampled_from(sorted(CURRENCIES)), incomes, changes)  # fmt: skip
def test_money_is_conserved_whatever_is_corrected(
    told: list[Song], scheme: str, currency: str, income: int, happened: list[Change]
) -> None:
    with transaction.atomic():
        world = make(told, scheme, currency, income)
        for change, later in zip([None, *happened], moments(), strict=False):
            if change:
                apply(change, world)
            run = pool_run(pool=world.pool, at=NOW + later).run
            posted = Transaction.objects.count()
            assert pool_run(pool=world.pool, at=NOW + later).run == run
            assert Transaction.objects.count() == posted
            statements_issue(period=Period(money.SINCE, money.UNTIL), at=NOW + later)
        prove()
        transaction.set_rollback(True)


@pytest.mark.usefixtures("_rules")
@settings(max_examples=8)
@given(songs, incomes, incomes)
def test_a_correction_and_its_correction_lead_back(
    told: list[Song], first: int, second: int
) -> None:
    with transaction.atomic():
        world = make(told, "outputs", "EUR", first)
        pool_run(pool=world.pool, at=NOW)
        before = balances()
        for income in (second, first):
            pool_change(pool=world.pool, income=income, at=NOW)
            pool_run(pool=world.pool, at=NOW)
        assert balances() == before
        transaction.set_rollback(True)


@pytest.mark.usefixtures("_rules")
@settings(max_examples=8)
@given(songs, incomes, st.randoms(use_true_random=False))
def test_the_order_in_which_shares_came_is_irrelevant(
    told: list[Song], income: int, random: object
) -> None:
    with transaction.atomic():
        world = make(told, "outputs", "EUR", income)
        run = pool_run(pool=world.pool, at=NOW).run
        rows = list(Share.objects.all())
        Share.objects.all().delete()
        random.shuffle(rows)  # type: ignore[attr-defined]
        for row in rows:
            row.pk = None
            row.save(force_insert=True)
        assert pool_run(pool=world.pool, at=NOW).run == run
        transaction.set_rollback(True)
