"""The queue is worked off, and nothing is lost or decided twice on the way."""

from __future__ import annotations

import gc
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from policy import facts
from policy.models import Decision, EvaluationRequest, Track
from policy.services import decisions, evaluation, judging
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import Drained, evaluate_pending
from policy.services.requests import LEASE, MOST_ATTEMPTS, PAUSE
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree whose rulesets decide from NOW on."""
    root = trees.small_tree(tmp_path)
    _activate(root)
    return root


def _activate(root: Path, **moment: Any) -> None:
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    asked = {"live_from": NOW, "at": NOW} | moment
    bundle_activate(bundle=bundle, activated_by=None, why="test", **asked)


def _queue(number: int, **fields: Any) -> list[Track]:
    release = factories.release()
    tracks = [factories.track(release=release, **fields) for _ in range(number)]
    for track in tracks:
        factories.request(track=track)
    return tracks


def _states() -> list[str]:
    return list(EvaluationRequest.objects.order_by("id").values_list("state", flat=True))


@pytest.mark.usefixtures("tree")
def test_waiting_tracks_are_decided_and_their_requests_point_at_the_decisions() -> None:
    short, fine = _queue(1, duration_seconds=10) + _queue(1)
    assert evaluate_pending(now=NOW) == Drained(claimed=2, decided=2)
    first, second = EvaluationRequest.objects.order_by("id")
    assert first.decision is not None
    assert second.decision is not None
    assert (first.decision.track, first.decision.effect) == (short, "review")
    assert (second.decision.track, second.decision.effect) == (fine, "allow")
    assert (first.state, first.done_at, first.claim, first.lease_until) == ("done", NOW, None, None)
    assert evaluate_pending(now=NOW) == Drained()


def test_without_an_active_bundle_tracks_wait_and_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert evaluate_pending(now=NOW) == Drained()
    assert not caplog.records
    _queue(2)
    evaluate_pending(now=NOW)
    assert _states() == ["queued", "queued"]
    [record] = caplog.records
    assert "no bundle is active: run `manage.py bundle_activate`" in record.message
    _activate(trees.small_tree(tmp_path))
    assert evaluate_pending(now=NOW).decided == 2


def test_a_new_activation_is_picked_up_by_the_next_batch(tree: Path) -> None:
    [track] = _queue(1, duration_seconds=10)
    evaluate_pending(now=NOW)
    stricter = trees.SHORT.replace("effect: review", "effect: block")
    trees.write_ruleset(tree, "length", {"1.1.0": trees.version_text("length", stricter)})
    _activate(trees.lock(tree), live_from=NOW + timedelta(hours=1))
    factories.request(track=track, as_of=NOW + timedelta(minutes=1))
    evaluate_pending(now=NOW + timedelta(minutes=1))
    factories.request(track=track, as_of=NOW + timedelta(hours=1))
    evaluate_pending(now=NOW + timedelta(hours=1))
    effects = Decision.objects.order_by("pk").values_list("effect", flat=True)
    assert list(effects) == ["review", "review", "block"]


@pytest.mark.usefixtures("tree")
def test_every_request_is_evaluated_as_of_its_own_instant() -> None:
    days = [NOW, NOW + timedelta(hours=1), NOW + timedelta(days=1)]
    for as_of in days:
        factories.request(as_of=as_of)
    evaluate_pending(now=days[-1])
    assert list(Decision.objects.order_by("pk").values_list("as_of", flat=True)) == days


@pytest.mark.usefixtures("tree")
def test_two_requests_for_one_track_and_instant_come_to_one_decision() -> None:
    [track] = _queue(1)
    factories.request(track=track)
    assert evaluate_pending(now=NOW).decided == 2
    assert Decision.objects.count() == 1
    assert EvaluationRequest.objects.filter(decision=Decision.objects.get()).count() == 2


@pytest.mark.usefixtures("tree")
def test_others_are_told_before_the_work_begins_when_more_is_waiting() -> None:
    _queue(3)
    told: list[int] = []

    def tell() -> None:
        told.append(Decision.objects.count())

    evaluate_pending(now=NOW, limit=2, tell_others=tell)
    assert told == [0]
    evaluate_pending(now=NOW, limit=2, tell_others=tell)
    assert told == [0]
    assert Decision.objects.count() == 3


@pytest.mark.usefixtures("tree")
def test_a_track_that_cannot_be_judged_fails_alone_and_is_parked_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tracks = _queue(3)
    judge, poison = judging.judge, tracks[1].title.encode()

    def crash(bundle: Any, snapshot: bytes) -> Any:
        if poison in snapshot:
            raise ZeroDivisionError("a mistake of ours")
        return judge(bundle, snapshot)

    monkeypatch.setattr(evaluation, "judge", crash)
    assert evaluate_pending(now=NOW) == Drained(claimed=3, decided=2, failed=1)
    now = NOW
    for attempt in range(1, MOST_ATTEMPTS):
        now += PAUSE * 2**attempt
        drained = evaluate_pending(now=now)
    assert drained == Drained(claimed=1, failed=1, parked=1)
    request = EvaluationRequest.objects.get(track=tracks[1])
    assert (request.state, request.attempts) == ("parked", MOST_ATTEMPTS)
    assert request.error == "ZeroDivisionError: a mistake of ours"
    assert Decision.objects.count() == 2


@pytest.mark.usefixtures("tree")
def test_a_track_that_cannot_be_written_does_not_keep_its_batch_from_being_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tracks = _queue(3)
    record = decisions.decisions_record

    def refuse(*, judged: Any, **rest: Any) -> Any:
        if any(each.track_id == tracks[1].pk for each in judged):
            raise IntegrityError("this one is not for the database")
        return record(judged=judged, **rest)

    monkeypatch.setattr(evaluation, "decisions_record", refuse)
    assert evaluate_pending(now=NOW) == Drained(claimed=3, decided=2, failed=1)
    assert _states() == ["done", "queued", "done"]


@pytest.mark.usefixtures("tree")
def test_when_the_database_is_in_trouble_nobody_is_blamed_and_the_lease_brings_all_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _queue(3)

    def trouble(**_: Any) -> Any:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(evaluation, "decisions_record", trouble)
        with pytest.raises(OperationalError):
            evaluate_pending(now=NOW)
    assert _states() == ["claimed"] * 3
    assert evaluate_pending(now=NOW + LEASE, limit=1000).decided == 3


@pytest.mark.usefixtures("tree")
def test_facts_that_cannot_be_found_out_make_the_rule_indeterminate_not_the_track_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _queue(1)
    collect = facts.collect_each

    def partly(subjects: Any) -> Any:
        gap = b'"unknown":["track.duration_seconds","track.isrc_well_formed"]'
        found = collect(subjects)
        return {
            subject: facts.Collected(each.document[:-1] + b"," + gap + b"}", "")
            for subject, each in found.items()
        }

    monkeypatch.setattr(facts, "collect_each", partly)
    evaluate_pending(now=NOW)
    decision = Decision.objects.get()
    assert decision.effect == "review"
    assert set(decision.findings.values_list("status", flat=True)) == {"indeterminate"}
    assert decision.cases.count() == 1


@pytest.mark.usefixtures("tree")
def test_a_worker_that_was_overtaken_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _queue(2)
    collect = facts.collect_each

    def slowly(subjects: Any) -> Any:
        found = collect(subjects)
        monkeypatch.setattr(facts, "collect_each", collect)
        later = NOW + LEASE
        assert evaluate_pending(now=later, limit=100).decided == 2
        Track.objects.update(duration_seconds=10)
        return found

    monkeypatch.setattr(facts, "collect_each", slowly)
    evaluate_pending(now=NOW)
    assert Decision.objects.count() == 2
    assert set(Decision.objects.values_list("decided_at", flat=True)) == {NOW + LEASE}


@pytest.mark.usefixtures("tree")
def test_a_request_whose_track_has_no_facts_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tracks = _queue(2)
    collect = facts.collect_each

    def without(subjects: Any) -> Any:
        return {of: x for of, x in collect(subjects).items() if of.track_id != tracks[0].pk}

    monkeypatch.setattr(facts, "collect_each", without)
    assert evaluate_pending(now=NOW) == Drained(claimed=2, decided=1, failed=1)


@pytest.mark.usefixtures("tree")
def test_a_batch_takes_the_same_number_of_queries_whatever_its_size() -> None:
    def queries(number: int) -> list[str]:
        _queue(number, duration_seconds=10, isrc_well_formed=False)
        with CaptureQueriesContext(connection) as context:
            assert evaluate_pending(now=NOW).decided == number
        return [query["sql"] for query in context.captured_queries]

    queries(1)  # the bundle is loaded, and every later batch finds what the one before left
    few, many = queries(5), queries(200)
    assert len(few) == len(many), "\n".join(sql[:200] for sql in many)


def test_the_collector_is_as_it_was_after_a_batch() -> None:
    with evaluation._collector_off():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
