"""Owners read for a batch, in a stream and one statement at a time give the same answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, TypeAlias

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.detect.names import name_key
from policy.facts import owners as owners_module
from policy.facts.owners import UNKNOWN, OwnerSaid, owners_of, owners_stream
from policy.models import Consent, ConsentProof, Contributor, Party, Share, Track
from policy.registry.owners import Owned, Stake, owners
from policy.registry.said import Ask, Said, in_force, may_speak
from policy.registry.territories import where
from tests import factories
from tests.factories import NOW

DAY = timedelta(days=1)
ASK = Ask(use="remix", at=NOW, known_at=NOW, model="M", model_version="2")
LAYERS = ("master", "publishing", "performer")
PLACES: tuple[list[str], ...] = ([], [], ["DE"], ["DE", "SE"])


@pytest.mark.django_db
@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from((1, 2, 20_000)))
def test_batch_stream_and_one_at_a_time_agree(dice: Random, chunk: int) -> None:
    with _undone(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(owners_module, "CHUNK", chunk)
        parties = _world(dice)
        ask = replace(
            ASK, licensee=dice.choice((None, parties[0].pk)), model=dice.choice(("", "M")),
            territories=dice.choice(((), ("DE",), ("DE", "US"))),
            known_at=NOW - dice.choice((0, 2)) * DAY,
        )  # fmt: skip
        ask = replace(ask, model_version="2" if ask.model else "")
        tracks = list(Track.objects.select_related("release").order_by("pk"))
        expected = {track.pk: _one_at_a_time(track, ask) for track in tracks}
        batch = owners_of(ask, [track.pk for track in tracks])
        assert {pk: _told(found) for pk, found in batch.items()} == expected
        assert dict(owners_stream(ask)) == batch


@contextmanager
def _undone() -> Iterator[None]:
    """Leaves no rows behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _world(dice: Random) -> list[Party]:
    """Some tracks, owners, performers and statements of every kind."""
    parties = [factories.party() for _ in range(4)]
    accounts = [factories.account() for _ in range(2)]
    albums = [factories.release(account=one, record_label="Nørd") for one in accounts]
    tracks = [
        factories.track(release=dice.choice(albums), isrc=f"ZZTST26{n % 2:05d}", iswc="T1")
        for n in range(4)
    ]
    for track in tracks:
        for party in dice.sample(parties, 2):
            factories.share(
                track=track, party=party, layer=dice.choice(LAYERS),
                basis_points=dice.choice((None, 5_000, 10_000)), territories=dice.choice(PLACES),
            )  # fmt: skip
        factories.contributor(track=track, party=dice.choice(parties))
    for _ in range(12):
        _consent(dice, parties, tracks)
    return parties


def _consent(dice: Random, parties: list[Party], tracks: list[Track]) -> None:
    track, scope = dice.choice(tracks), dice.choice(Consent.Scope.values)
    subject: dict[str, dict[str, Any]] = {
        "track": {"track": track},
        "release": {"release": track.release},
        "recording": {"subject_key": track.isrc},
        "work": {"subject_key": "T1"},
        "artist": {"subject_key": "nadir field"},
        "label": {"subject_key": "nord"},
    }
    version = dice.choice(("", "", "1", "2"))
    row = factories.consent(
        scope=scope, grantor=dice.choice(parties), use="remix", layer=dice.choice(LAYERS),
        decision=dice.choice(Consent.Decision.values), source=dice.choice(Consent.Source.values),
        licensee=dice.choice((None, None, parties[0], parties[1])),
        model="M" if version else "", model_version=version,
        territories=dice.choice(PLACES), valid_from=NOW - dice.choice((-1, 0, 3)) * DAY,
        recorded_at=NOW - dice.choice((0, 1, 3)) * DAY, condition=dice.choice(("none", "payment")),
        delivery=dice.choice((None, factories.delivery(account=track.account))),
        assurance=dice.choice(("self_declared", "verified_party")),
        **subject.get(scope, {}),
    )  # fmt: skip
    if dice.random() < 0.3:
        factories.consent_proof(consent=row, licensee=dice.choice((None, parties[0])))
    if dice.random() < 0.2:
        factories.consent(
            grantor=row.grantor, replaces=row, use="cover", recorded_at=NOW - DAY, layer=row.layer
        )


def _one_at_a_time(track: Track, ask: Ask) -> list[Row]:
    """The answers from rows read and looked at one by one."""
    stakes = [
        Stake(row.party_id, row.layer, row.basis_points, where(row.territories, ()))
        for row in Share.objects.filter(track=track).order_by("pk")
    ]
    performers = set(Contributor.objects.filter(track=track).values_list("party", flat=True))
    rows = Consent.objects.filter(use=ask.use).select_related("delivery", "replaced_by")
    said = [_said(row, ask) for row in rows if _covers(row, track)]
    held = [one for one in said if in_force(one, at=ask.at, known_at=ask.known_at)]
    found = owners(stakes, [pk for pk in performers if pk], held, ask)
    return sorted(map(_row, found), key=str)


Row: TypeAlias = tuple[int, str, str, int | None, str, str, str, bool, bool, tuple[int, ...]]


def _row(one: Owned) -> Row:
    owner, told = one.owner if one.owner > 0 else UNKNOWN, one.answer
    return (
        owner, one.layer, one.territory, one.basis_points, told.contract, told.preference,
        told.condition, told.condition_met, told.model_covered, told.spoke,
    )  # fmt: skip


def _told(found: tuple[OwnerSaid, ...]) -> list[Row]:
    rows: list[Row] = [
        (
            one.party, one.layer, one.territory, one.basis_points, one.contract, one.preference,
            one.condition, one.condition_met, one.model_covered, one.consents,
        )
        for one in found
    ]  # fmt: skip
    return sorted(rows, key=str)


def _said(row: Consent, ask: Ask) -> Said:
    later = getattr(row, "replaced_by", None)
    proven = ConsentProof.objects.filter(consent=row, recorded_at__lte=ask.known_at)
    return Said(
        id=row.pk, grantor=row.grantor_id or 0, layer=row.layer, use=row.use,
        decision=row.decision, scope=row.scope, source=row.source, assurance=row.assurance,
        valid_from=row.valid_from, valid_until=row.valid_until, recorded_at=row.recorded_at,
        replaced_at=later.recorded_at if later else None, licensee=row.licensee_id,
        model=row.model, model_version=row.model_version,
        where=where(row.territories, row.excluded_territories), condition=row.condition,
        condition_met=any(one.licensee_id in (None, ask.licensee) for one in proven),
    )  # fmt: skip


def _covers(row: Consent, track: Track) -> bool:
    if row.scope in ("track", "release"):
        return track.pk == row.track_id or track.release_id == row.release_id
    keys = {
        "catalogue": "", "recording": track.isrc, "work": track.iswc,
        "artist": track.artist_key, "label": name_key(track.release.record_label),
    }  # fmt: skip
    by = row.delivery.account_id if row.delivery else None
    heard = may_speak(row.decision, said_by=by, delivered_by=track.account_id)
    return heard and keys[row.scope] == row.subject_key


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_stream_that_reads_ahead_on_a_connection_of_its_own_agrees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("policy.facts.owners.CHUNK", 3)
    party = factories.party()
    tracks = [factories.track() for _ in range(8)]
    for track in tracks:
        factories.share(track=track, party=party)
        factories.consent(grantor=party, track=track)
    found = dict(owners_stream(ASK))
    assert found == owners_of(ASK, [track.pk for track in tracks])
    assert len(found) == 8
    before = set(threading.enumerate())
    half: Any = owners_stream(ASK)
    next(half)
    half.close()
    assert set(threading.enumerate()) <= before, "whoever stops leaves no thread behind"
