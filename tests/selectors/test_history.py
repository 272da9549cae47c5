"""Earlier and later decisions on a track, with what differed."""

from __future__ import annotations

import msgspec
import pytest

from policy.models import Decision, Track
from policy.selectors import history
from policy.selectors.history import changed_facts, track_history
from policy.selectors.masking import Reader
from tests import factories
from tests.engines.making import document

STAFF = Reader(everything=True)


def test_changed_facts_are_named_by_path_and_a_list_counts_once() -> None:
    before = document(title="Blue", contributors=[])
    after = document(title="Red", isrc="GBAAA2600001")
    assert changed_facts(before, after) == ("contributors", "isrc", "title")
    assert changed_facts(before, before) == ()


def _decide(track: Track, bundle: object, **facts: object) -> Decision:
    snapshot = factories.snapshot(document=msgspec.json.encode(document(**facts)))
    return factories.decision(track=track, bundle=bundle, snapshot=snapshot)  # type: ignore[arg-type]  # a bundle


@pytest.mark.django_db
def test_each_decision_says_what_was_new() -> None:
    track, bundle, newer = factories.track(), factories.bundle(), factories.bundle()
    first = _decide(track, bundle)
    second = _decide(track, bundle, title="Red")
    third = _decide(track, newer, title="Green")
    ruled = factories.decision(track=track, bundle=newer, made_by=factories.user(staff=True))
    _decide(factories.track(), bundle, title="Another")
    found = track_history(track.pk, STAFF)
    assert [each.uuid for each in found.decisions] == [
        ruled.uuid, third.uuid, second.uuid, first.uuid,
    ]  # fmt: skip
    assert [each.differed for each in found.decisions] == [
        ("ruled by a person",), ("other rules", "title"), ("title",), (),
    ]  # fmt: skip
    assert not found.more
    latest = found.latest()
    assert latest is not None
    assert latest.by_person


@pytest.mark.django_db
def test_the_same_facts_at_another_instant_are_not_called_hidden() -> None:
    track, bundle = factories.track(), factories.bundle()
    for place, rules in ((1, bundle), (2, bundle), (3, factories.bundle())):
        raw = msgspec.json.encode(document() | {"as_of": f"2026-11-22T1{place}:00:00Z"})
        factories.decision(track=track, bundle=rules, snapshot=factories.snapshot(document=raw))
    seen = track_history(track.pk, STAFF).decisions
    assert [each.differed for each in seen] == [("other rules",), ("the same facts, later",), ()]


@pytest.mark.django_db
def test_what_is_hidden_is_not_named_as_new() -> None:
    track, bundle = factories.track(), factories.bundle()
    parties = [{"name": "Mirna", "layer": "master", "basis_points": 1, "territories": []}]
    other = [{**parties[0], "basis_points": 2}]
    _decide(track, bundle, parties=parties)
    _decide(track, bundle, parties=other)
    seen = track_history(track.pk, Reader(everything=False)).decisions[0]
    assert seen.differed == ("facts not shown to you",)
    assert track_history(track.pk, STAFF).decisions[0].differed == ("parties",)


@pytest.mark.django_db
def test_many_changes_are_counted_and_old_decisions_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "SHOWN", 2)
    track, bundle = factories.track(), factories.bundle()
    _decide(track, bundle)
    _decide(track, bundle, title="Red")
    changes = {"title": "G", "deliveries": 9, "isrc": "X", "genre": "Pop", "language": "en"}
    _decide(track, bundle, **changes)
    found = track_history(track.pk, STAFF)
    assert found.decisions[0].differed == ("deliveries, genre, isrc and 2 more",)
    assert found.decisions[1].differed == ("title",), "against one that is not listed any more"
    assert found.more
