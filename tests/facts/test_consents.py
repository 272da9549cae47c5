"""Which statements of consent cover a track at an instant, as known at that instant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from policy.models import Track
from tests import factories
from tests.factories import NOW
from tests.facts.reading import facts

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def uses(track: Track, at: object = NOW) -> list[str]:
    """The uses of the statements that cover a track."""
    return [one["use"] for one in facts(track, at)["consents"]]  # type: ignore[arg-type]  # an instant


def test_statements_about_the_track_and_its_release_cover_it() -> None:
    track, other = factories.track(), factories.track()
    label = factories.party(name="Label")
    factories.consent(grantor=label, track=track, use="remix")
    factories.consent(grantor=label, release=track.release, use="cover", territories=["DE"])
    factories.consent(grantor=label, track=other, use="voice_clone")
    factories.consent(grantor=label, release=other.release, use="data_mining")
    found = facts(track)["consents"]
    assert found == [
        {
            "grantor": "Label",
            "layer": "master",
            "use": use,
            "decision": "granted",
            "territories": territories,
            "excluded_territories": [],
            "valid_from": "2026-11-22T12:00:00Z",
            "source": "ern_deal",
        }
        for use, territories in (("cover", ["DE"]), ("remix", []))
    ]


def test_statements_hold_from_their_beginning_to_before_their_end() -> None:
    track = factories.track()
    factories.consent(track=track, valid_from=NOW + DAY, valid_until=NOW + 2 * DAY)
    assert uses(track, NOW) == []
    assert uses(track, NOW + DAY) == ["train_generative"]
    assert uses(track, NOW + 2 * DAY) == []


def test_what_was_not_known_yet_does_not_count() -> None:
    track = factories.track()
    first = factories.consent(track=track, valid_from=NOW - DAY)
    factories.consent(
        track=track,
        decision="withdrawn",
        replaces=first,
        valid_from=NOW - DAY,
        recorded_at=NOW + DAY,
    )
    decisions = [
        [one["decision"] for one in facts(track, NOW + n * DAY)["consents"]] for n in (0, 1)
    ]
    assert decisions == [["granted"], ["withdrawn"]]
    assert uses(track, NOW - DAY) == []


def test_newest_knowledge_comes_first() -> None:
    track = factories.track()
    for number, use in enumerate(["remix", "cover", "data_mining"]):
        factories.consent(
            track=track, use=use, recorded_at=NOW - number * DAY, valid_from=NOW - 9 * DAY
        )
    assert uses(track) == ["remix", "cover", "data_mining"]


@pytest.mark.parametrize("kind", ["holder", "contributor", "record_label"])
def test_general_statements_cover_the_works_of_their_grantor(kind: str) -> None:
    track, party = factories.track(), factories.party()
    factories.involvement(track=track, party=party, kind=kind)
    factories.consent(grantor=party)
    assert uses(track) == ["train_generative"]


def test_general_statements_do_not_cover_what_a_party_only_delivers() -> None:
    track, party = factories.track(), factories.party()
    factories.involvement(track=track, party=party, kind="deliverer")
    factories.consent(grantor=party)
    assert uses(track) == []


def test_general_grants_count_from_the_account_that_delivers_the_track() -> None:
    track, party = factories.track(), factories.party()
    factories.involvement(track=track, party=party)
    own, foreign = (factories.delivery(account=a) for a in (track.account, factories.account()))
    factories.consent(grantor=party, use="remix", delivery=own)
    factories.consent(grantor=party, use="cover", delivery=foreign)
    factories.consent(grantor=party, use="voice_clone", decision="denied", delivery=foreign)
    assert sorted(uses(track)) == ["remix", "voice_clone"]


@pytest.mark.parametrize(
    ("scope", "key"),
    [("artist", "mara"), ("label", "nord"), ("recording", "ZZTST2600001"), ("work", "T0000000010")],
)
def test_statements_by_name_cover_works_of_their_grantor_that_are_called_so(
    scope: str, key: str
) -> None:
    album, party = factories.release(record_label="NØRD"), factories.party()
    named = {"display_artist": "Mara", "isrc": "ZZTST2600001", "iswc": "T0000000010"}
    track, foreign = (factories.track(release=album, **named) for _ in range(2))
    other = factories.track()
    for work in (track, other):
        factories.involvement(track=work, party=party)
    factories.consent(grantor=party, scope=scope, subject_key=key)
    assert [uses(one) for one in (track, foreign, other)] == [["train_generative"], [], []]


def test_a_grant_for_one_licensee_or_model_is_no_grant_in_general_but_a_refusal_is_told() -> None:
    track, licensee = factories.track(), factories.party()
    for fields in ({"licensee": licensee}, {"model": "Songsmith", "model_version": "4"}):
        factories.consent(track=track, use="remix", **fields)
        factories.consent(track=track, use="cover", decision="denied", **fields)
    assert uses(track) == ["cover", "cover"]


def test_a_condition_is_told_and_whether_it_is_proven_for_everybody() -> None:
    track = factories.track()
    grants = [factories.consent(track=track, condition="payment") for _ in range(2)]
    factories.consent_proof(consent=grants[0], recorded_at=NOW + DAY)
    factories.consent_proof(consent=grants[1], licensee=factories.party())
    told = [
        [(one["condition"], one["condition_met"]) for one in facts(track, at)["consents"]]
        for at in (NOW, NOW + DAY)
    ]
    assert told == [
        [("payment", False), ("payment", False)], [("payment", False), ("payment", True)],
    ]  # fmt: skip


def test_what_is_said_here_or_by_file_is_told_in_the_words_of_rules() -> None:
    track = factories.track()
    for source in ("file", "portal"):
        factories.consent(track=track, source=source)
    assert [one["source"] for one in facts(track)["consents"]] == ["declaration", "public_signal"]
