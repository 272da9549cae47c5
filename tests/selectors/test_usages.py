"""Questions asked backwards: by track, by output, by party."""

from __future__ import annotations

import pytest

from policy.selectors.usage_answers import situations_of
from policy.selectors.usages import latest_check, made_of, used_of_party, uses_of_track
from policy.selectors.visibility import usages_visible_to
from policy.services.attributions import Drawn
from policy.services.usage_checks import usage_check
from policy.services.usages import usage_register, usage_report, usage_stop
from tests import factories
from tests.factories import NOW
from tests.usages import LATER, live, owned, said, says

pytestmark = pytest.mark.django_db


def test_every_use_of_a_track_is_found_with_its_answer() -> None:
    live()
    track, other = owned(), owned()
    says(track)
    labs = factories.party(name="Aural Labs")
    first = usage_report(said=said(track, other, at=NOW, licensee=labs), actor=None, at=NOW).usage
    usage_check(usage=first, at=NOW)
    weighed = (Drawn(track.pk, 400_000, 900_000),)
    told = said(
        at=LATER, licensee=labs, reference="song", kind="generate_output", draws=weighed, units=2,
        attribution_method="ear 1",
    )  # fmt: skip
    second = usage_report(said=told, actor=None, at=LATER).usage
    found = uses_of_track(track)
    assert [(each.usage, each.weight, each.confidence) for each in found] == [
        (second, 400_000, 900_000),
        (first, None, None),
    ]
    assert found[0].answer is None
    assert found[1].answer is not None
    assert (found[1].answer.effect, found[1].answer.layers) == ("allow", ())
    refused = uses_of_track(other)[0].answer
    assert refused is not None
    assert (refused.effect, refused.layers) == ("withhold", ("master", "publishing"))


def test_an_output_tells_its_sources_their_labels_and_owners() -> None:
    album = factories.release(record_label="Halcyon")
    heavy, light = factories.track(release=album), owned(master=factories.party(name="Ana Lund"))
    draws = (Drawn(light.pk, 200_000), Drawn(heavy.pk, 500_000))
    output = factories.track()
    told = said(
        at=NOW, kind="generate_output", draws=draws, attribution_method="ear 1", units=1,
        output_track_id=output.pk, output_reference="song-1",
    )  # fmt: skip
    usage = usage_report(said=told, actor=None, at=NOW).usage
    [found] = made_of(output=output)
    assert [each.track for each in found.sources] == [heavy, light]
    assert [each.record_label for each in found.sources] == ["Halcyon", ""]
    assert found.sources[1].owners[0] == ("master", "Ana Lund")
    assert (found.unattributed, found.payees) == (300_000, ())
    assert made_of(reference="song-1") == (found,)
    assert made_of(reference="song-1", limit=1)[0].unattributed == 300_000
    assert (found.usage, made_of(reference="song-2")) == (usage, ())


def test_a_party_sees_who_used_what_of_it_and_where() -> None:
    label = factories.party()
    mine, also, other = owned(master=label), owned(master=label), owned()
    labs = factories.party(name="Aural Labs")
    for number, tracks in enumerate([(mine,), (mine, also), (other,)]):
        told = said(
            *tracks,
            at=NOW,
            licensee=labs,
            reference=f"run-{number}",
            territories=("DE",),
            model="m",
        )
        usage_report(said=told, actor=None, at=NOW)
    usage_register(said=said(also, licensee=labs, reference="planned"), actor=None, at=NOW)
    [used] = used_of_party(label)
    assert (used.licensee, used.kind, used.model) == ("Aural Labs", "train_generative", "m")
    assert (used.territories, used.uses, used.tracks) == (("DE",), 2, 2)
    assert (used.first_at, used.last_at) == (NOW, NOW)


def test_the_situations_of_an_answer_are_told_by_how_many_tracks_they_hold_for() -> None:
    live()
    tracks = [owned() for _ in range(3)]
    says(tracks[0])
    usage = usage_register(said=said(*tracks), actor=None, at=NOW).usage
    check = usage_check(usage=usage, at=NOW)
    found = situations_of(check)
    assert [(each.tracks, each.decision.effect) for each in found] == [
        (2, "withhold"),
        (1, "allow"),
    ]
    assert found[0].reasons == ("owner-silent",)
    assert found[0].layers == ("master", "publishing")
    assert latest_check(usage) == check


def test_an_answer_that_knew_less_is_not_the_last_word_though_it_came_later() -> None:
    live()
    track = owned()
    usage = usage_register(said=said(track), actor=None, at=NOW).usage
    newest = usage_check(usage=usage, at=LATER)
    usage_check(usage=usage, at=NOW)
    assert latest_check(usage) == newest


def test_a_plan_that_was_stopped_stays_between_its_licensee_and_staff() -> None:
    live()
    owner, user, track = factories.party(), factories.user(), factories.track()
    factories.involvement(track=track, party=owner)
    factories.membership(user=user, party=owner)
    plan = usage_register(said=said(track), actor=None, at=NOW).usage
    usage_stop(usage=plan, why="thought better", actor=None, at=NOW)
    assert not usages_visible_to(user).exists()
    told = said(track, reference="run-2", at=NOW, ends_at=LATER)
    took_place = usage_report(said=told, actor=None, at=NOW).usage
    usage_check(usage=took_place, at=NOW)
    usage_stop(usage=took_place, why="asked to", actor=None, at=NOW)
    assert list(usages_visible_to(user)) == [took_place]
