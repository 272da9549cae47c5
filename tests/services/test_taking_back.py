"""What says less than what stood is carried out as a withdrawal is, whoever says it and how."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from policy.models import Consent, Job, Notice, Party, Track, Usage, UsageCheck
from policy.services.consent_files import consent_file_import
from policy.services.consent_rows import FileOf
from policy.services.consents import consents_store, statement_of
from policy.services.registry import consent_say
from policy.services.saying import Saying
from policy.services.sweeps import SETTLED, consents_sweep
from policy.services.usage_checks import usage_check
from policy.services.usages import usage_register, usage_report
from policy.services.withdrawal_preview import withdrawal_preview
from policy.services.withdrawals import withdraw
from policy.services.work import work_pending
from tests import factories
from tests.factories import NOW
from tests.usages import LATER, live, owned, said, says

pytestmark = pytest.mark.django_db

THEN = NOW + timedelta(hours=2)
YES = b"User-Agent: *\nContent-Usage: train-ai=y\n"
NO = b"User-Agent: *\nContent-Usage: train-ai=n\n"


@pytest.fixture
def label() -> Party:
    live()
    return factories.party(name="Halcyon Records")


@pytest.fixture
def track(label: Party) -> Track:
    """A track whose master is the label's, and whose publisher says yes."""
    made = owned(master=label)
    factories.involvement(track=made, party=label)
    says(made, layer="publishing")
    return made


def _planned(*tracks: Track) -> Usage:
    told = said(*tracks, reference="planned")
    return usage_register(said=told, actor=None, at=NOW).usage


def _work() -> None:
    while work_pending(clock=lambda: THEN).kind:
        pass


def _says(label: Party, decision: str, at: datetime = NOW, **fields: Any) -> list[Consent]:
    saying = Saying(
        grantor=label, layer="master", uses=("train_generative",), decision=decision, **fields
    )
    return consent_say(saying=saying, at=at)


def _stopped(usage: Usage) -> None:
    [must] = Notice.objects.filter(kind="use_must_stop", usage=usage)
    assert must.party == usage.licensee
    assert "must leave out 1 of its tracks" in must.text
    assert UsageCheck.objects.filter(usage=usage).latest("pk").counts == {"block": 1}


def test_a_refusal_in_place_of_a_grant_stops_uses_and_is_told(label: Party, track: Track) -> None:
    _says(label, "granted")
    usage = _planned(track)
    _says(label, "denied", at=THEN)
    _work()
    _stopped(usage)
    told = Notice.objects.filter(kind="consent_withdrawn")
    assert told.filter(account=track.account).count() == 1
    assert told.filter(party__shares__track=track).exclude(party=label).count() == 1


def test_a_refusal_that_outranks_a_grant_stops_uses_too(label: Party, track: Track) -> None:
    _says(label, "granted")
    usage = _planned(track)
    _says(label, "denied", at=THEN, scope="track", subject=track)
    _work()
    _stopped(usage)


def test_a_condition_on_what_was_granted_without_one_stops_uses(label: Party, track: Track) -> None:
    _says(label, "granted")
    usage = _planned(track)
    _says(label, "granted", at=THEN, condition="payment")
    _work()
    [must] = Notice.objects.filter(kind="use_must_stop")
    assert must.usage == usage


def test_a_grant_that_only_grows_tells_nobody(label: Party, track: Track) -> None:
    _says(label, "granted", territories=("DE",))
    _planned(track)
    _says(label, "granted", at=THEN)
    _work()
    assert not Notice.objects.filter(kind="use_must_stop").exists()


@pytest.mark.parametrize("raw", [NO, b"# nothing is said any more\n"])
def test_a_file_that_says_no_or_nothing_any_more_stops_uses_once(
    label: Party, track: Track, raw: bytes
) -> None:
    file = FileOf(raw=YES, name="robots.txt", format="aipref", party=label, layers=("master",))
    consent_file_import(file=file, at=NOW)
    assert not Job.objects.exists()
    usage = _planned(track)
    consent_file_import(file=replace(file, raw=raw), at=THEN)
    assert Job.objects.count() == 1
    _work()
    [must] = Notice.objects.filter(kind="use_must_stop")
    assert (must.usage, must.party) == (usage, usage.licensee)


def test_who_relied_on_what_a_file_ends_is_told(label: Party, track: Track) -> None:
    file = FileOf(raw=YES, name="robots.txt", format="aipref", party=label, layers=("master",))
    consent_file_import(file=file, at=NOW)
    past = usage_report(said=said(track, at=NOW), actor=None, at=NOW).usage
    usage_check(usage=past, at=NOW)
    consent_file_import(file=replace(file, raw=NO), at=THEN)
    _work()
    told = Notice.objects.get(party=past.licensee)
    assert "you relied on" in told.text
    assert "changed as of 2026-11-22" in told.text


def test_a_message_that_refuses_what_it_granted_stops_uses(label: Party, track: Track) -> None:
    grant = factories.consent(grantor=label, track=track)
    usage = _planned(track)
    message = factories.delivery(account=track.account, received_at=THEN, message_created_at=THEN)
    no = replace(statement_of(grant), decision="denied", valid_from=None)
    consents_store(said=[no], standing=[grant], delivery=message)
    _work()
    _stopped(usage)


def test_a_use_is_told_of_only_the_tracks_that_a_preview_says(label: Party, track: Track) -> None:
    [grant] = _says(label, "granted")
    other = owned(master=label)
    factories.involvement(track=other, party=label)
    says(other, "denied", layer="publishing")
    _planned(track, other)
    [running] = withdrawal_preview(grants=[grant], at=THEN).running
    assert (running.tracks, running.stopped) == (2, 1)
    withdraw(consents=[grant], actor=None, at=THEN)
    _work()
    [must] = Notice.objects.filter(kind="use_must_stop")
    assert "must leave out 1 of its tracks" in must.text


def _swept(at: datetime) -> None:
    consents_sweep(now=at + SETTLED)
    while work_pending(clock=lambda: at + SETTLED).kind:
        pass


def test_a_use_that_goes_on_stops_when_a_later_withdrawal_begins(
    label: Party, track: Track
) -> None:
    [grant] = _says(label, "granted")
    told = said(track, reference="running", at=NOW)
    usage = usage_register(said=told, actor=None, at=NOW).usage
    withdraw(consents=[grant], actor=None, at=THEN, since=LATER)
    _work()
    _swept(LATER - timedelta(hours=1))
    assert not Notice.objects.filter(kind="use_must_stop").exists()
    for after in (1, 2, 3):
        _swept(LATER + timedelta(hours=after))
    _stopped(usage)


def test_a_use_that_goes_on_stops_when_the_grant_ends(label: Party, track: Track) -> None:
    _says(label, "granted", valid_until=LATER)
    told = said(track, reference="running", at=NOW)
    usage = usage_register(said=told, actor=None, at=NOW).usage
    _swept(THEN)
    _swept(LATER)
    [must] = Notice.objects.filter(kind="use_must_stop")
    assert (must.usage, "has ended its consent" in must.text) == (usage, True)


def test_a_use_that_begins_after_the_end_of_a_grant_is_not_told_again(
    label: Party, track: Track
) -> None:
    _says(label, "granted", valid_until=LATER)
    told = said(track, reference="later", at=LATER + timedelta(days=3))
    usage_register(said=told, actor=None, at=NOW)
    _swept(THEN)
    _swept(LATER)
    assert not Notice.objects.exists()
