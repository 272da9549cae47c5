"""What is written for a decision, once, and what becomes of earlier duties and cases."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.models import (
    Bundle,
    Case,
    Decision,
    DecisionTally,
    FactSnapshot,
    Finding,
    Obligation,
    Track,
)
from policy.services.bundles import bundle_build
from policy.services.decisions import Judged, decisions_record
from policy.services.judging import judge
from policy.services.programs import loaded
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    root = trees.small_tree(tmp_path)
    ruleset_publish(root=root, published_by=None, at=NOW)
    return bundle_build(root=root, at=NOW).bundle


def _judged(bundle: Bundle, track: Track, *, as_of: datetime = NOW, **facts: Any) -> Judged:
    """A track judged on facts of its own: fine unless told otherwise."""
    told = {"title": track.title, "isrc_well_formed": True, "duration_seconds": 180} | facts
    document = json.dumps({"as_of": as_of.isoformat(), "track": told}).encode()
    return Judged(
        track.pk,
        track.account_id,
        as_of,
        document,
        hashlib.sha256(document).hexdigest(),
        judge(loaded(bundle.digest), document),
    )


def _record(bundle: Bundle, *judged: Judged, at: datetime = NOW) -> list[Decision]:
    ids = decisions_record(bundle=bundle, judged=judged, at=at)
    return [Decision.objects.get(pk=ids[each.key]) for each in judged]


BAD: dict[str, Any] = {"isrc_well_formed": False, "duration_seconds": 10}


def test_all_of_a_decision_is_written(bundle: Bundle) -> None:
    track = factories.track()
    owner = factories.party()
    factories.share(track=track, party=owner)
    judged = _judged(bundle, track, **BAD)
    [decision] = _record(bundle, judged)
    assert (decision.effect, decision.worldwide, decision.territories) == ("review", "review", [])
    assert (decision.bundle, decision.account, decision.as_of) == (bundle, track.account, NOW)
    assert zlib.decompress(bytes(decision.snapshot.content)) == judged.document
    assert zlib.decompress(bytes(decision.trace)) == judged.judgement.trace
    findings = {finding.rule_key: finding for finding in decision.findings.all()}
    assert findings["too-short"].determining
    assert not findings["isrc-malformed"].determining
    assert findings["too-short"].reason == f'"{track.title}" lasts 10 s; 30 s is the least.'
    assert findings["too-short"].rule.key == "too-short"
    assert findings["too-short"].territories is None
    duties = {duty.do: duty for duty in decision.obligations.all()}
    assert duties["notify"].party == owner
    assert duties["notify"].due_at == NOW + 2 * DAY
    assert duties["hold_payout"].party is None
    assert duties["hold_payout"].due_at is None
    assert duties["request_correction"].finding == findings["isrc-malformed"]
    assert {duty.state for duty in duties.values()} == {"open"}


def test_a_repeat_finds_its_decision_and_writes_nothing(bundle: Bundle) -> None:
    judged = _judged(bundle, factories.track(), **BAD)
    first = _record(bundle, judged)
    again = _record(bundle, judged, at=NOW + DAY)
    assert first == again
    assert Decision.objects.count() == FactSnapshot.objects.count() == 1
    assert (Finding.objects.count(), Obligation.objects.count()) == (2, 3)
    assert _tallies() == {(None, "review"): 1, (judged.account_id, "review"): 1}


def test_equal_facts_of_two_tracks_are_one_snapshot_and_two_decisions(bundle: Bundle) -> None:
    tracks = [factories.track(title="Twin") for _ in range(2)]
    decisions = _record(bundle, *(_judged(bundle, track) for track in tracks))
    assert decisions[0].snapshot == decisions[1].snapshot
    assert decisions[0] != decisions[1]


def test_tallies_count_all_and_each_account(bundle: Bundle) -> None:
    release = factories.release()
    tracks = [factories.track(release=release) for _ in range(3)]
    other = factories.track()
    fine = [_judged(bundle, track) for track in (*tracks[:2], other)]
    _record(bundle, *fine, _judged(bundle, tracks[2], **BAD))
    _record(bundle, _judged(bundle, other, deliveries=2))
    assert _tallies() == {
        (None, "allow"): 4,
        (None, "review"): 1,
        (release.account_id, "allow"): 2,
        (release.account_id, "review"): 1,
        (other.account_id, "allow"): 2,
    }


def _tallies() -> dict[tuple[int | None, str], int]:
    rows = DecisionTally.objects.values_list("account_id", "effect", "count")
    return {(account, effect): count for account, effect, count in rows}


def test_duties_stand_with_the_latest_decision_and_keep_their_deadline(bundle: Bundle) -> None:
    track = factories.track()
    [first] = _record(bundle, _judged(bundle, track, **BAD))
    Obligation.objects.filter(do="request_correction").update(state="acknowledged")
    later = _judged(bundle, track, as_of=NOW + DAY, isrc_well_formed=False)
    [second] = _record(bundle, later, at=NOW + DAY)
    assert set(first.obligations.values_list("state", flat=True)) == {"lapsed"}
    [correction] = second.obligations.filter(do="request_correction")
    assert correction.state == "acknowledged"
    assert correction.due_at == NOW + 14 * DAY, "delivering anew gains no time"
    assert not second.obligations.filter(do="notify").exists(), "no longer demanded"


def test_of_two_new_decisions_on_a_track_only_the_later_has_standing_duties(
    bundle: Bundle,
) -> None:
    track = factories.track()
    judged = [_judged(bundle, track, as_of=NOW + DAY * days, **BAD) for days in (1, 0)]
    later, earlier = _record(bundle, *judged)
    assert earlier.pk < later.pk
    assert set(earlier.obligations.values_list("state", flat=True)) == {"lapsed"}
    assert set(later.obligations.values_list("state", flat=True)) == {"open"}
    assert Case.objects.get().decision == later


def test_who_a_duty_binds_is_read_from_shares_in_force_detections_and_the_account(
    bundle: Bundle,
) -> None:
    account = factories.account(party=factories.party(name="Deliverer"))
    track = factories.track(release=factories.release(account=account))
    owners = sorted((factories.party() for _ in range(2)), key=lambda party: party.pk)
    for owner in owners:
        factories.share(track=track, party=owner)
    factories.share(track=track, party=factories.party(), valid_until=NOW.date())
    factories.share(track=track, party=factories.party(), layer="publishing")
    [decision] = _record(bundle, _judged(bundle, track, **BAD))
    told = decision.obligations.order_by("pk")
    assert [duty.party for duty in told.filter(do="notify")] == owners
    assert [duty.party for duty in told.filter(do="request_correction")] == [account.party]


def test_a_case_is_opened_once_and_told_of_later_decisions(bundle: Bundle) -> None:
    track = factories.track()
    [first] = _record(bundle, _judged(bundle, track, **BAD))
    case = Case.objects.get()
    assert (case.track, case.decision, case.state, case.opened_at) == (track, first, "open", NOW)
    [fine] = _record(bundle, _judged(bundle, track, deliveries=2), at=NOW + DAY)
    _record(bundle, _judged(bundle, track, deliveries=3, **BAD), at=NOW + 2 * DAY)
    events = list(case.events.order_by("pk"))
    assert [event.what for event in events] == ["opened", "decided_again", "decided_again"]
    assert events[0].note == f'"{track.title}" lasts 10 s; 30 s is the least.'
    assert (events[1].decision, events[1].note) == (fine, "Now: allow.")
    assert Case.objects.count() == 1


def test_a_closed_case_does_not_keep_a_new_one_from_being_opened(bundle: Bundle) -> None:
    track = factories.track()
    _record(bundle, _judged(bundle, track, **BAD))
    Case.objects.update(state="closed", closed_at=NOW)
    _record(bundle, _judged(bundle, track, deliveries=2, **BAD))
    assert list(Case.objects.order_by("pk").values_list("state", flat=True)) == ["closed", "open"]


def test_no_case_for_what_nobody_needs_to_look_at(bundle: Bundle) -> None:
    _record(bundle, _judged(bundle, factories.track(), isrc_well_formed=False))
    assert not Case.objects.exists()


def test_nothing_is_left_behind_when_something_fails(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("policy.services.decisions._count", fail)
    with pytest.raises(RuntimeError):
        _record(bundle, _judged(bundle, factories.track(), **BAD))
    assert not FactSnapshot.objects.exists()
    assert not Decision.objects.exists()
    assert not Obligation.objects.exists()


def test_a_batch_takes_the_same_number_of_queries_whatever_its_size(bundle: Bundle) -> None:
    def queries(number: int) -> Sequence[dict[str, Any]]:
        release = factories.release()
        tracks = [factories.track(release=release) for _ in range(number)]
        judged = [_judged(bundle, track, **BAD) for track in tracks]
        with CaptureQueriesContext(
            connection,
        ) as context:
            decisions_record(bundle=bundle, judged=judged, at=NOW)
        return context.captured_queries

    few, many = queries(5), queries(200)
    assert len(few) == len(many) <= 26, "\n".join(query["sql"][:200] for query in many)
    assert Decision.objects.count() == 205
