"""Consents are bitemporal: what is said anew stands from then on, and the past stays as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from policy.models import Account, Consent
from policy.services.consents import Further, Standing, Statement, further
from policy.services.registry import consent_withdraw_row
from tests import factories
from tests.factories import NOW
from tests.messages import consent, deliver, message, purge, release, track
from tests.shared import shared_or_skip

DAY = timedelta(days=1)
PLACES = ("DE", "FR", "US", "elsewhere")


# --- Laws --------------------------------------------------------------------------------------


def day(number: int) -> datetime:
    """The start of a day of the months around NOW."""
    return datetime(2026, 11, 1, tzinfo=UTC) + number * DAY


def holds_in(said: Statement, place: str) -> bool:
    """Whether a statement speaks about a place."""
    return place not in said.excluded and (not said.territories or place in said.territories)


def granted(rows: Iterable[Standing], at: datetime) -> set[tuple[str, str]]:
    """Use and place of everything that is granted at an instant."""
    return {
        (row.said.use, place)
        for row in rows
        for place in PLACES
        if row.said.decision == "granted"
        and row.since <= at
        and (row.said.valid_until is None or at < row.said.valid_until)
        and holds_in(row.said, place)
    }


def refused(rows: Iterable[Standing], at: datetime) -> set[tuple[str, str]]:
    """Use and place of everything that is denied or withdrawn at an instant."""
    flipped = [
        replace(row, said=replace(row.said, decision="granted"))
        for row in rows
        if row.said.decision != "granted"
    ]
    return granted(flipped, at)


def after(standing: Sequence[Standing], rows: Sequence[Further]) -> list[Standing]:
    """What stands when the further rows are there."""
    gone = {row.replaces for row in rows}
    kept = [row for row in standing if row.id not in gone]
    first = max((row.id for row in standing), default=0) + 1
    new = [
        Standing(first + place, replace(row.said, valid_from=row.since), row.since)
        for place, row in enumerate(rows)
    ]
    return kept + new


codes = st.sets(st.sampled_from(PLACES[:3]), max_size=2).map(lambda found: tuple(sorted(found)))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """A grant of one of two uses, with days around those of the messages."""
    begin = draw(st.none() | st.integers(0, 40))
    end = draw(st.none() | st.integers((begin or 0) + 1, 60))
    territories = draw(codes)
    return Statement(
        subject=(1, None),
        grantor=1,
        layer="master",
        use=draw(st.sampled_from(["train_generative", "data_mining"])),
        decision="granted",
        source="ern_deal",
        territories=territories,
        excluded=() if territories else draw(codes),
        valid_from=None if begin is None else day(begin),
        valid_until=None if end is None else day(end),
    )


messages = st.lists(st.lists(statements(), max_size=4), min_size=1, max_size=5)


def turns(at: datetime, rows: Iterable[Standing]) -> list[datetime]:
    """The instants from one on at which something begins or ends."""
    found = {at, *(row.since for row in rows), *(row.said.valid_until or at for row in rows)}
    return sorted(one for one in found if one >= at)


def told(said: Iterable[Statement], at: datetime) -> list[Standing]:
    """Statements as if they stood alone."""
    return [Standing(0, one, one.valid_from or at) for one in said]


@given(messages)
def test_what_is_granted_from_now_on_is_what_was_said_last(story: list[list[Statement]]) -> None:
    standing: list[Standing] = []
    for number, said in enumerate(story, start=10):
        at = day(number)
        standing = after(standing, further(standing, said, at))
        alone = told(said, at)
        for later in turns(at, [*standing, *alone]):
            assert granted(standing, later) == granted(alone, later)


@given(messages)
def test_saying_the_same_again_adds_nothing(story: list[list[Statement]]) -> None:
    standing: list[Standing] = []
    for number, said in enumerate(story, start=10):
        standing = after(standing, further(standing, said, day(number)))
        assert further(standing, said, day(number)) == []
        assert further(standing, said, day(number) + DAY / 2) == []


@given(messages)
def test_no_row_is_replaced_twice(story: list[list[Statement]]) -> None:
    standing: list[Standing] = []
    for number, said in enumerate(story, start=10):
        rows = further(standing, said, day(number))
        replaced = [row.replaces for row in rows if row.replaces is not None]
        assert len(replaced) == len(set(replaced))
        assert set(replaced) <= {row.id for row in standing}
        standing = after(standing, rows)


@given(messages)
def test_the_past_stays_as_it_was(story: list[list[Statement]]) -> None:
    standing: list[Standing] = []
    for number, said in enumerate(story, start=10):
        # A deal whose end is told to have been in the past takes that much back: it was said so.
        said = [one for one in said if one.valid_until is None or one.valid_until > day(number)]
        before = standing
        standing = after(standing, further(standing, said, day(number)))
        for earlier in range(number):
            assert granted(before, day(earlier)) <= granted(standing, day(earlier))


@given(messages)
def test_what_is_granted_is_never_refused_as_well(story: list[list[Statement]]) -> None:
    standing: list[Standing] = []
    for number, said in enumerate(story, start=10):
        standing = after(standing, further(standing, said, day(number)))
        for later in turns(day(number), standing):
            assert not granted(standing, later) & refused(standing, later)


def test_a_grant_that_another_one_covers_is_closed_without_a_withdrawal() -> None:
    open_grant = Statement(
        *((1, None), 1, "master", "remix", "granted", "ern_deal", (), ()),
        valid_from=None,
        valid_until=None,
    )
    dated = replace(open_grant, valid_from=day(1))
    standing = after([], further([], [open_grant, dated], day(10)))
    standing = after(standing, further(standing, [open_grant], day(11)))
    assert granted(standing, day(12)) == {("remix", place) for place in PLACES}
    assert refused(standing, day(12)) == set()


@given(messages)
def test_a_grant_that_is_gone_is_withdrawn(story: list[list[Statement]]) -> None:
    standing: list[Standing] = []
    for number, said in enumerate(story, start=10):
        standing = after(standing, further(standing, said, day(number)))
    end = day(9 + len(story)) + DAY
    held = [row for row in standing if row.said.valid_until is None or row.said.valid_until > end]
    open_grants = {place for use_place in [granted(held, end)] for place in use_place}
    final = after(standing, further(standing, [], end))
    assert granted(final, end) == set()
    assert open_grants <= refused(final, end)


# --- Deliveries --------------------------------------------------------------------------------


@pytest.fixture
def account() -> Account:
    """A distributor."""
    return factories.account()


def said(account: Account, at: datetime, *consents: dict[str, object]) -> None:
    """Deliver the release with these consents at an instant."""
    raw = message(created_at=at, releases=[release(consents=list(consents))])
    deliver(raw, account=account, at=at)


def rows() -> list[tuple[str, datetime, datetime | None, int | None]]:
    """Decision, period, and place in this list of the row that is replaced."""
    found = list(Consent.objects.order_by("pk"))
    places = {row.pk: place for place, row in enumerate(found)}
    return [
        (row.decision, row.valid_from, row.valid_until, places.get(row.replaces_id or 0))
        for row in found
    ]


@pytest.mark.django_db
def test_a_grant_is_written_once_and_withdrawn_by_a_further_row(account: Account) -> None:
    said(account, NOW, consent())
    said(account, NOW + DAY, consent())
    assert rows() == [("granted", NOW, None, None)]
    said(account, NOW + 2 * DAY)
    at = NOW + 2 * DAY
    assert rows()[1:] == [("withdrawn", at, None, 0), ("granted", NOW, at, None)]
    row = Consent.objects.get(decision="withdrawn")
    assert (row.recorded_at, row.grantor and row.grantor.name) == (at, "Example Label")
    said(account, NOW + 3 * DAY)
    assert len(rows()) == 3


@pytest.mark.django_db
def test_a_grant_that_had_not_begun_leaves_no_past(account: Account) -> None:
    said(account, NOW, consent(valid_from=(NOW + 9 * DAY).isoformat()))
    said(account, NOW + DAY)
    assert rows()[1:] == [("withdrawn", NOW + DAY, None, 0)]


@pytest.mark.django_db
def test_a_grant_that_is_changed_is_replaced(account: Account) -> None:
    said(account, NOW, consent())
    said(account, NOW + DAY, consent(valid_until=(NOW + 9 * DAY).isoformat()))
    assert rows()[1:] == [("granted", NOW, NOW + 9 * DAY, 0)]


@pytest.mark.django_db
def test_a_grant_that_is_told_to_have_ended_is_withdrawn_since_then(account: Account) -> None:
    said(account, NOW, consent())
    ended = consent(valid_until=(NOW + DAY).isoformat())
    said(account, NOW + 2 * DAY, ended)
    assert rows()[1:] == [("granted", NOW, NOW + DAY, None), ("withdrawn", NOW + DAY, None, 0)]
    said(account, NOW + 3 * DAY, ended)
    assert len(rows()) == 3


@pytest.mark.django_db
def test_a_grant_after_a_withdrawal(account: Account) -> None:
    said(account, NOW, consent())
    said(account, NOW + DAY)
    said(account, NOW + 2 * DAY, consent(valid_from=None))
    back = NOW + 2 * DAY
    assert rows()[3:] == [("granted", back, None, 1), ("withdrawn", NOW + DAY, back, None)]


@pytest.mark.django_db
def test_a_message_that_repeats_a_grant_does_not_undo_its_withdrawal(account: Account) -> None:
    said(account, NOW, consent())
    with transaction.atomic():
        consent_withdraw_row(consent=Consent.objects.get(), at=NOW + DAY)
    said(account, NOW + 2 * DAY, consent())
    assert [decision for decision, *_ in rows()] == ["granted", "withdrawn", "granted"]
    said(account, NOW + 3 * DAY, consent(territories=["DE"]))
    assert rows()[-1] == ("granted", NOW, None, None)


@pytest.mark.django_db
def test_a_refusal_stays_until_something_else_is_said(account: Account) -> None:
    said(account, NOW, consent(decision="denied"))
    said(account, NOW + DAY)
    assert rows() == [("denied", NOW, None, None)]
    said(account, NOW + 2 * DAY, consent(territories=["DE"]))
    assert rows()[1:] == [
        ("granted", NOW, None, 0),
        ("denied", NOW, NOW + 2 * DAY, None),
    ]


@pytest.mark.django_db
def test_a_purge_withdraws(account: Account) -> None:
    said(account, NOW, consent())
    deliver(purge(created_at=NOW + DAY), account=account, at=NOW + DAY)
    assert [decision for decision, *_ in rows()] == ["granted", "withdrawn", "granted"]


@pytest.mark.django_db
def test_consents_of_a_track_that_left_are_withdrawn(account: Account) -> None:
    two = [track("A1"), track("A2", consents=[consent()])]
    deliver(message(tracks=two), account=account)
    assert Consent.objects.get().track_id is not None
    deliver(message(created_at=NOW + DAY, tracks=two[:1]), account=account, at=NOW + DAY)
    assert [decision for decision, *_ in rows()] == ["granted", "withdrawn", "granted"]


@pytest.mark.django_db
def test_an_older_message_withdraws_nothing(account: Account) -> None:
    said(account, NOW, consent())
    late = message(created_at=NOW - DAY, releases=[release()])
    deliver(late, account=account, at=NOW + DAY)
    assert len(rows()) == 1


@pytest.mark.django_db
def test_other_accounts_and_own_statements_are_left_alone(account: Account) -> None:
    said(account, NOW, consent())
    said(factories.account(), NOW + DAY)
    grantor = Consent.objects.get().grantor
    own = factories.consent(grantor=grantor, release=Consent.objects.get().release)
    said(account, NOW + DAY)
    own.refresh_from_db()
    assert not Consent.objects.filter(replaces=own).exists()


@pytest.mark.django_db
def test_a_consent_without_grantor_is_the_senders(account: Account) -> None:
    said(account, NOW, consent(grantor=None))
    row = Consent.objects.get()
    assert row.grantor is not None
    assert row.grantor.name == "Example Distributor"


@pytest.mark.django_db
def test_general_statements_go_on_standing_until_spoken_of_again(account: Account) -> None:
    def speak(at: datetime, *consents: dict[str, object], arrival: datetime) -> int:
        raw = message(created_at=at, tracks=[], releases=[], consents=list(consents))
        return len(deliver(raw, account=account, at=arrival).requests)

    deliver(message(), account=account)
    assert speak(NOW, consent(), arrival=NOW) == 1  # the label's track is evaluated again
    assert speak(NOW + DAY, consent(use="data_mining"), arrival=NOW + DAY) == 1
    assert speak(NOW + DAY, consent(), arrival=NOW + DAY) == 0  # nothing new
    assert len(rows()) == 2
    assert speak(NOW + 2 * DAY, consent(decision="withdrawn"), arrival=NOW + 2 * DAY) == 1
    assert rows()[2:] == [
        ("withdrawn", NOW, None, 0),
        ("granted", NOW, NOW + 2 * DAY, None),
    ]
    assert speak(NOW + DAY, consent(), arrival=NOW + 3 * DAY) == 0  # said before the withdrawal
    assert len(rows()) == 4


@pytest.mark.django_db
def test_the_samples_of_a_revocation(account: Account) -> None:
    folder = shared_or_skip("samples", "ern-432-ai")
    for place, name in enumerate(("09-consent-training-optin-eu-window", "10-consent-revoked")):
        raw = (folder / f"{name}.xml").read_bytes()
        deliver(raw, account=account, file_name=name, at=NOW + place * DAY)
    message_time = datetime(2026, 11, 20, 9, tzinfo=UTC)
    start, first_end, new_end = (
        datetime(*when, tzinfo=UTC) for when in ((2026, 12, 4), (2027, 12, 4), (2027, 3, 1))
    )
    assert [
        (row.use, row.decision, row.territories, row.valid_from, row.valid_until)
        for row in Consent.objects.order_by("pk")
    ] == [
        ("train_generative", "granted", ["DE", "FR", "SE"], start, first_end),
        ("train_non_generative", "granted", [], start, None),
        ("data_mining", "granted", [], start, None),
        ("train_generative", "granted", ["DE", "FR", "SE"], start, new_end),
        ("train_non_generative", "withdrawn", [], message_time, None),
        ("data_mining", "withdrawn", [], message_time, None),
    ]
    replaced = Consent.objects.order_by("pk").values_list("replaces__use", flat=True)
    assert list(replaced)[3:] == ["train_generative", "train_non_generative", "data_mining"]


@pytest.mark.django_db
def test_a_general_statement_of_a_voice_is_about_every_track_that_it_was_heard_on(
    account: Account,
) -> None:
    first = deliver(message(), account=account)
    singer = first.tracks[0].contributors.get().party
    imitation = factories.track()
    factories.detection(track=imitation, party=singer, kind="voice_match")
    statement = consent(grantor="singer", layer="likeness", use="voice_clone")
    raw = message(tracks=[], releases=[], consents=[statement])
    requests = deliver(raw, account=account, at=NOW + DAY).requests
    assert {one.track_id for one in requests} == {first.tracks[0].pk, imitation.pk}


@pytest.mark.django_db
def test_a_message_that_is_late_for_its_releases_may_still_speak(account: Account) -> None:
    deliver(message(created_at=NOW), account=account)
    late = deliver(message(created_at=NOW - DAY, consents=[consent()]), account=account)
    assert not late.superseded
    assert [warning.code for warning in late.warnings][-1] == "release-superseded"
    assert len(rows()) == 1
