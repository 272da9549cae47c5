"""A grant is withdrawn: what stays, what stops, who is told, and what that was known beforehand."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from policy.models import (
    Consent,
    EvaluationRequest,
    Job,
    Notice,
    Party,
    Track,
    Usage,
    UsageCheck,
)
from policy.services import withdrawals
from policy.services.consents import consents_store
from policy.services.jobs import LEASE, Cursor
from policy.services.saying import ConsentRefused
from policy.services.usage_checks import NotChecked, usage_check
from policy.services.usages import usage_register, usage_report
from policy.services.withdrawal_preview import grants_standing, withdrawal_preview
from policy.services.withdrawals import withdraw, withdrawal_job
from policy.services.work import work_pending
from tests import factories
from tests.factories import NOW
from tests.usages import LATER, live, owned, said, says

pytestmark = pytest.mark.django_db

THEN = NOW + timedelta(hours=2)
WEEK = timedelta(days=7)


class World:
    """A label's three tracks of which two are in a planned use, and one use that took place."""

    def __init__(self) -> None:
        live()
        self.label = factories.party(name="Halcyon Records")
        self.labs = factories.party(name="Aural Labs")
        self.tracks = [owned(master=self.label) for _ in range(3)]
        for track in self.tracks:
            factories.involvement(track=track, party=self.label)
            says(track, layer="publishing")
        self.grant = factories.consent(grantor=self.label, source="contract")
        other = owned()
        says(other)
        self.planned = self._use(usage_register, "planned", *self.tracks[:2], other)
        self.past = self._use(usage_report, "past", self.tracks[0], at=NOW)
        usage_check(usage=self.past, at=NOW)
        EvaluationRequest.objects.all().delete()

    def _use(self, service: Any, reference: str, *tracks: Track, at: Any = LATER) -> Usage:
        told = said(*tracks, licensee=self.labs, reference=reference, at=at)
        usage: Usage = service(said=told, actor=None, at=NOW).usage
        return usage


def _work() -> None:
    while work_pending(clock=lambda: THEN).kind:
        pass


@pytest.fixture
def world() -> World:
    return World()


def test_a_preview_says_what_stays_what_stops_and_who_is_told(world: World) -> None:
    factories.decision(track=world.tracks[0])
    found = withdrawal_preview(grants=[world.grant], at=THEN)
    assert (found.tracks, found.redecided, found.owners) == (3, 1, 3)
    assert [each.usage for each in found.past] == [world.past]
    [running] = found.running
    assert (running.usage, running.tracks, running.stopped) == (world.planned, 2, 2)
    assert running.deadline.due_at == THEN + WEEK
    assert running.deadline.rule == "use-withdrawn"
    roles = [(one.role, one.due_at) for one in found.told]
    assert roles == [("licensee", THEN + WEEK), *[("deliverer", None)] * 3, *[("owner", None)] * 3]


def test_a_preview_writes_nothing(world: World) -> None:
    models = (Consent, EvaluationRequest, Job, Notice, UsageCheck)
    before = [model._default_manager.count() for model in models]
    withdrawal_preview(grants=[world.grant], at=THEN)
    assert [model._default_manager.count() for model in models] == before


def test_what_is_refused_anyway_does_not_stop_because_of_a_withdrawal(world: World) -> None:
    blocked = world.tracks[1].shares.get(layer="publishing").party
    factories.consent(
        grantor=blocked, layer="publishing", track=world.tracks[1], decision="denied",
        source="contract", recorded_at=NOW + timedelta(minutes=1),
    )  # fmt: skip
    [running] = withdrawal_preview(grants=[world.grant], at=THEN).running
    assert (running.tracks, running.stopped) == (2, 1)


def test_a_withdrawal_stops_what_its_preview_said(world: World) -> None:
    preview = withdrawal_preview(grants=[world.grant], at=THEN)
    [made] = withdraw(consents=[world.grant], actor=None, at=THEN)
    _work()
    queued = EvaluationRequest.objects.values_list("track", flat=True)
    assert sorted(queued) == [track.pk for track in world.tracks]
    check = UsageCheck.objects.get(usage=world.planned)
    assert check.counts == {"allow": 1, "block": preview.running[0].stopped}
    must = Notice.objects.get(kind="use_must_stop")
    assert (must.party, must.usage, must.due_at) == (world.labs, world.planned, THEN + WEEK)
    told = Notice.objects.filter(kind="consent_withdrawn")
    assert told.exclude(party=None).count() == preview.owners + 1  # and the licensee
    assert told.exclude(account=None).count() == 3
    assert set(Notice.objects.values_list("consent", flat=True)) == {made.consent.pk}
    assert UsageCheck.objects.get(usage=world.past).counts == {"allow": 1}
    world.planned.refresh_from_db()
    assert world.planned.stage == "planned"


@pytest.mark.parametrize("assurance", ["verified_party", ""])
def test_what_is_declared_in_an_artists_name_does_not_outlast_the_artists_own_withdrawal(
    world: World, assurance: str
) -> None:
    song, singer = world.tracks[0], factories.party(name="Nadir Field")
    factories.contributor(track=song, party=singer)
    factories.involvement(track=song, party=singer, kind="contributor")
    grants = [
        factories.consent(grantor=singer, layer="performer", source="contract", **subject)
        for subject in ({}, {"track": song})
    ]
    told: dict[str, Any] = {"at": THEN, "assurance": assurance}
    [running] = withdrawal_preview(grants=grants[:1], **told).running
    [made] = withdraw(consents=grants[:1], actor=None, **told)
    assert made.consent.assurance == (assurance or "self_declared")
    _work()
    counts = UsageCheck.objects.get(usage=world.planned).counts
    assert counts.get("block", 0) == running.stopped == (1 if assurance else 0)


def test_what_was_reported_and_goes_on_must_stop_too_and_keeps_its_evidence(world: World) -> None:
    told = said(world.tracks[2], licensee=world.labs, reference="on", at=NOW, ends_at=LATER + WEEK)
    usage = usage_report(said=told, actor=None, at=NOW).usage
    evidence = usage_check(usage=usage, at=NOW)
    withdraw(consents=[world.grant], actor=None, at=THEN)
    _work()
    assert Notice.objects.get(kind="use_must_stop", usage=usage).due_at == THEN + WEEK
    later = UsageCheck.objects.get(usage=usage, reported=False)
    assert (later.counts, later.as_of) == ({"block": 1}, THEN)
    assert usage_check(usage=usage, at=LATER) == evidence


def test_no_notice_names_who_withdrew(world: World) -> None:
    withdraw(consents=[world.grant], actor=None, at=THEN)
    _work()
    assert not Notice.objects.filter(text__contains="Halcyon").exists()


@pytest.mark.parametrize("steps", range(8))
def test_a_worker_that_dies_after_any_step_leaves_nothing_twice_and_nothing_out(
    world: World, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawals, "CHUNK", 1)
    [made] = withdraw(consents=[world.grant], actor=None, at=THEN)

    class Killed(BaseException):
        """The worker is gone."""

    kept: list[Cursor] = [{}]

    def save(cursor: Cursor) -> None:
        if len(kept) > steps:
            raise Killed
        kept.append(cursor)

    with suppress(Killed):
        withdrawal_job(
            subject_id=made.consent.pk, now=THEN, cursor={}, save_cursor=save, renew=lambda: None
        )
    withdrawal_job(
        subject_id=made.consent.pk,
        now=THEN + LEASE,
        cursor=kept[-1],
        save_cursor=lambda _: None,
        renew=lambda: None,
    )
    assert EvaluationRequest.objects.count() == 3
    assert UsageCheck.objects.filter(usage=world.planned).count() == 1
    assert Notice.objects.count() == 3 + 3 + 1 + 1


def test_a_withdrawal_that_begins_later_leaves_its_tracks_to_the_sweep(world: World) -> None:
    withdraw(consents=[world.grant], actor=None, at=THEN, since=LATER + WEEK)
    _work()
    assert not EvaluationRequest.objects.exists()
    assert UsageCheck.objects.get(usage=world.planned).counts == {"allow": 3}
    assert not Notice.objects.filter(kind="use_must_stop").exists()


def test_what_a_delivery_withdraws_is_carried_out_too(world: World) -> None:
    grant = factories.consent(grantor=world.label, track=world.tracks[2], use="remix")
    message = factories.delivery(received_at=THEN, message_created_at=THEN)
    rows = consents_store(said=(), standing=[grant], delivery=message)
    [row] = [row for row in rows if row.decision == "withdrawn"]
    told = said(world.tracks[2], licensee=world.labs, reference="mix", kind="remix", at=LATER)
    usage = usage_register(said=told, actor=None, at=NOW).usage
    _work()
    assert Job.objects.get().state == "done"
    assert not EvaluationRequest.objects.exists()
    assert UsageCheck.objects.get(reported=False).usage == usage
    assert set(Notice.objects.values_list("consent", flat=True)) == {row.pk}


def test_only_grants_that_stand_can_be_withdrawn(world: World) -> None:
    withdraw(consents=[world.grant], actor=None, at=THEN)
    with pytest.raises(ConsentRefused, match="something later has replaced it"):
        withdraw(consents=[world.grant], actor=None, at=THEN)
    assert Job.objects.count() == 1


def test_the_grants_of_a_party_are_found_by_what_they_are_about(world: World) -> None:
    own = factories.consent(grantor=world.label, use="remix", track=world.tracks[0])
    factories.consent(grantor=world.label, use="cover", valid_until=THEN)
    find = grants_standing
    assert list(find(grantor=world.label, at=THEN)) == [world.grant, own]
    assert list(find(grantor=world.label, at=THEN, use="remix")) == [own]
    assert list(find(grantor=world.label, at=THEN, scope="catalogue")) == [world.grant]
    assert list(find(grantor=world.labs, at=THEN)) == []


def test_without_rules_nobody_can_say_what_stops() -> None:
    grant = factories.consent(grantor=factories.party())
    with pytest.raises(NotChecked, match="no bundle is active"):
        withdrawal_preview(grants=[grant], at=NOW)


def test_a_party_of_nothing_stops_nothing() -> None:
    live()
    grant = factories.consent(grantor=Party.objects.create(name="X", name_key="x", created_at=NOW))
    found = withdrawal_preview(grants=[grant], at=NOW)
    assert (found.tracks, found.past, found.running, found.told) == (0, (), (), ())


def test_a_model_does_not_forget_what_was_removed(world: World) -> None:
    Track.objects.filter(pk=world.tracks[0].pk).update(removed_at=NOW)
    [running] = withdrawal_preview(grants=[world.grant], at=THEN).running
    assert (running.tracks, running.stopped) == (2, 2)
    withdraw(consents=[world.grant], actor=None, at=THEN)
    _work()
    assert "must leave out 2 of its tracks" in Notice.objects.get(kind="use_must_stop").text
    assert EvaluationRequest.objects.count() == 2
