"""May I? Answers for each track of a use, what stands in the way, and what they rely on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.lang.bundle import bundle
from policy.lang.compiler import compile_tree
from policy.models import (
    Attribution,
    Job,
    Reliance,
    Track,
    Usage,
    UsageAnswers,
    UsageCheck,
    UsageDecision,
)
from policy.selectors.usage_answers import answer_of, answers_of
from policy.services import usage_checks
from policy.services.usage_catalogue import CatalogueQuery
from policy.services.usage_checks import (
    NotChecked,
    usage_ask,
    usage_check,
    usage_check_job,
)
from policy.services.usage_decisions import usage_decision_replay
from policy.services.usage_judging import reasons_of
from policy.services.usages import usage_register, usage_report
from policy.services.work import work_pending
from tests import factories, trees
from tests.factories import NOW
from tests.usages import LATER, live, owned, said, says

pytestmark = pytest.mark.django_db


def _planned(*tracks: Track, **fields: Any) -> Usage:
    return usage_register(said=said(*tracks, **fields), actor=None, at=NOW).usage


def _decision(check: UsageCheck, track: Track) -> UsageDecision:
    row = answer_of(check, track.pk)
    assert row is not None
    return UsageDecision.objects.get(pk=row[1])


def _why_not(check: UsageCheck, track: Track) -> list[tuple[str, ...]]:
    return sorted(map(tuple, _decision(check, track).blocking))


def test_a_use_that_all_owners_granted_is_allowed_and_says_by_what() -> None:
    live()
    track = owned()
    grants = says(track)
    check = usage_check(usage=_planned(track), at=NOW)
    assert (check.counts, check.tracks, check.as_of) == ({"allow": 1}, 1, LATER)
    assert list(answers_of(check)) == [
        (track.pk, _decision(check, track).pk, tuple(row.pk for row in grants))
    ]
    assert _why_not(check, track) == []


def test_silence_is_not_consent() -> None:
    live()
    track = owned()
    factories.consent(grantor=track.shares.get(layer="master").party, track=track)
    check = usage_check(usage=_planned(track), at=NOW)
    assert check.counts == {"withhold": 1}
    assert _why_not(check, track) == [("publishing", "Worldwide", "owner-silent")]


def test_each_layer_that_stands_in_the_way_is_told_with_its_rule_and_place() -> None:
    live()
    track = owned()
    master, publishing = (share.party for share in track.shares.order_by("pk"))
    factories.consent(grantor=master, track=track, decision="denied", territories=["DE"])
    factories.consent(grantor=master, track=track, excluded_territories=["DE"])
    factories.consent(
        grantor=publishing, track=track, layer="publishing", condition="payment", source="contract"
    )
    check = usage_check(usage=_planned(track, territories=("DE", "FR")), at=NOW)
    assert _why_not(check, track) == [
        ("master", "DE", "use-refused"),
        ("publishing", "Worldwide", "condition-unproven"),
    ]


def test_research_is_held_outside_the_eu_by_what_owners_refuse_everywhere() -> None:
    live()
    track = owned()
    says(track, "denied", use="data_mining")
    asked = _planned(track, kind="data_mining", research=True, territories=("DE", "US"))
    decision = _decision(usage_check(usage=asked, at=NOW), track)
    assert (decision.worldwide, decision.territories) == ("allow", [["US", "block"]])


def test_a_layer_that_nobody_owns_is_told() -> None:
    live()
    track = factories.track()
    factories.share(track=track, party=factories.party())
    says(track)
    assert _why_not(usage_check(usage=_planned(track), at=NOW), track) == [
        ("publishing", "Worldwide", "owner-missing")
    ]


def test_an_artists_refusal_stands_against_the_label() -> None:
    live()
    track, singer = owned(), factories.party(name="Nadir Field")
    says(track)
    factories.contributor(track=track, party=singer)
    factories.consent(grantor=singer, layer="performer", track=track, decision="denied")
    check = usage_check(usage=_planned(track), at=NOW)
    assert check.counts == {"block": 1}
    assert _why_not(check, track) == [("performer", "Worldwide", "artist-refuses")]


def test_no_contract_that_a_delivery_declares_silences_the_artist() -> None:
    live()
    track, singer = owned(), factories.party(name="Nadir Field")
    says(track)
    factories.contributor(track=track, party=singer)
    own: dict[str, Any] = {"grantor": singer, "layer": "performer"}
    factories.consent(**own, source="portal", decision="denied", assurance="verified_party")
    factories.consent(**own, source="contract", track=track)
    check = usage_check(usage=_planned(track), at=NOW)
    assert _why_not(check, track) == [("performer", "Worldwide", "artist-refuses")]


@pytest.mark.parametrize("share", [4_000, None])
def test_a_part_that_nobody_is_known_to_own_is_not_allowed_by_the_others(
    share: int | None,
) -> None:
    live()
    track = owned()
    track.shares.filter(layer="master").update(basis_points=share)
    says(track)
    check = usage_check(usage=_planned(track), at=NOW)
    assert check.counts == {"withhold": 1}
    assert _why_not(check, track) == [("master", "Worldwide", "owner-silent")]


def test_no_answer_names_an_owner() -> None:
    live()
    track = owned(master=factories.party(name="Secretive Records"))
    says(track, "denied")
    decision = _decision(usage_check(usage=_planned(track), at=NOW), track)
    kept = msgspec.json.encode([decision.rules, decision.blocking]).decode()
    assert "Secretive" not in kept
    assert "Aural Labs" in kept
    [told] = reasons_of(decision, title=track.title)
    assert told.startswith(f'train_generative of "{track.title}" by Aural Labs is refused')


def test_tracks_alike_share_one_decision_that_can_be_made_again() -> None:
    live()
    tracks = [owned() for _ in range(3)]
    for track in tracks[:2]:
        says(track)
    check = usage_check(usage=_planned(*tracks), at=NOW)
    assert check.counts == {"allow": 2, "withhold": 1}
    decisions = list(UsageDecision.objects.all())
    assert len(decisions) == 2
    assert [usage_decision_replay(decision=each) for each in decisions] == [(), ()]


def test_a_decision_that_was_tampered_with_is_found() -> None:
    live()
    usage_check(usage=_planned(owned()), at=NOW)
    decision = UsageDecision.objects.get()
    decision.effect, decision.trace = "allow", b"x\x9cK,."
    with pytest.raises(Exception, match="incomplete"):
        usage_decision_replay(decision=decision)
    decision.refresh_from_db()
    decision.effect = "allow"
    assert usage_decision_replay(decision=decision) == ("the outcome",)


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_the_answer_does_not_depend_on_how_it_is_cut(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    live()
    tracks = [owned() for _ in range(5)]
    for track in tracks[::2]:
        says(track)
    usage = _planned(*reversed(tracks))
    whole = usage_check(usage=usage, at=NOW)
    monkeypatch.setattr(usage_checks, "CHUNK", size)
    again = usage_check(usage=usage, at=NOW)
    assert (again.digest, again.counts) == (whole.digest, whole.counts)
    assert list(answers_of(again)) == list(answers_of(whole))
    assert UsageAnswers.objects.filter(usage_check=again).count() == -(-5 // size)


def test_many_tracks_are_answered_as_each_alone() -> None:
    live()
    tracks = [owned() for _ in range(4)]
    says(tracks[0])
    says(tracks[1], "denied")
    says(tracks[2], "withdrawn")
    licensee = factories.party()
    whole = usage_check(usage=_planned(*tracks, licensee=licensee), at=NOW)
    alone = [
        usage_check(usage=_planned(one, licensee=licensee, reference=f"run of {one.pk}"), at=NOW)
        for one in tracks
    ]
    assert list(answers_of(whole)) == [row for check in alone for row in answers_of(check)]


def test_what_is_planned_is_answered_as_of_its_beginning_as_known_now() -> None:
    live()
    track = owned()
    says(track, valid_until=LATER)
    assert usage_check(usage=_planned(track), at=NOW).counts == {"withhold": 1}
    early = _planned(track, at=NOW - timedelta(days=1), reference="run-0")
    check = usage_check(usage=early, at=NOW + timedelta(hours=1))
    assert (check.as_of, check.counts) == (NOW + timedelta(hours=1), {"allow": 1})


def test_what_took_place_is_answered_once_as_of_then_with_what_it_relied_on() -> None:
    live()
    track, other = owned(), owned()
    grants = says(track)
    says(other, "denied")
    usage = usage_report(said=said(track, other, at=NOW), actor=None, at=LATER).usage
    factories.consent(
        grantor=grants[0].grantor, track=track, decision="withdrawn", recorded_at=LATER,
        source="contract", replaces=grants[0],
    )  # fmt: skip
    check = usage_check(usage=usage, at=LATER)
    assert (check.as_of, check.known_at) == (NOW, NOW)
    assert check.counts == {"allow": 1, "block": 1}
    relied = Reliance.objects.filter(usage_check=check).values_list("consent", flat=True)
    assert sorted(relied) == [grant.pk for grant in grants]
    assert usage_check(usage=usage, at=LATER) == check


def test_what_a_query_found_is_on_record_when_the_use_took_place() -> None:
    live()
    album = factories.release(record_label="Halcyon")
    inside = [factories.track(release=album) for _ in range(2)]
    owned()
    query = CatalogueQuery(record_label="halcyon")
    usage = _planned(query=query, at=NOW)
    assert usage_check(usage=usage, at=NOW).tracks == 2
    assert not Attribution.objects.exists()
    usage = usage_report(
        said=said(query=query, licensee=usage.licensee, at=NOW), actor=None, at=LATER
    ).usage
    assert usage_check(usage=usage, at=LATER).reported
    later = factories.track(release=album)
    rows = Attribution.objects.filter(usage=usage).values_list("track", flat=True)
    assert sorted(rows) == [track.pk for track in inside]
    assert later.pk not in [row[0] for row in answers_of(usage_check(usage=usage, at=LATER))]


def test_a_large_use_is_left_to_a_job_that_writes_its_answer_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live()
    monkeypatch.setattr(usage_checks, "AT_ONCE", 1)
    usage = _planned(owned(), owned())
    assert isinstance(usage_ask(usage=usage, at=NOW), Job)
    assert work_pending(clock=lambda: NOW).done
    check = UsageCheck.objects.get()
    usage_check_job(
        subject_id=usage.pk,
        now=NOW,
        cursor={"check": check.pk},
        save_cursor=lambda _: None,
        renew=lambda: None,
    )
    assert UsageCheck.objects.get() == check
    assert isinstance(usage_ask(usage=_planned(owned(), reference="small"), at=NOW), UsageCheck)


def test_without_rules_or_tracks_there_is_no_answer() -> None:
    usage = _planned(owned())
    with pytest.raises(NotChecked, match="no bundle is active"):
        usage_check(usage=usage, at=NOW)
    live()
    empty = _planned(query=CatalogueQuery(artist="Nobody"), reference="run-2")
    with pytest.raises(NotChecked, match="finds no track"):
        usage_check(usage=empty, at=NOW)


def _made(root: Path, rule: str) -> None:
    trees.write_ruleset(root, "made", {"1.0.0": trees.version_text("made", rule)})
    tree = compile_tree(trees.lock(root))
    assert tree.schema is not None
    live(bundle(tree.schema, [(tree.rulesets[0].plans["1.0.0"], ())]))


def test_layers_are_told_by_rules_that_do_not_read_them(tmp_path: Path) -> None:
    rule = """\
  - id: withdrawn
    title: Withdrawn
    when: has(track.use) && track.use.owners.exists(o, o.contract == "withdrawn")
    effect: block
    reason: Withdrawn.
"""
    _made(tmp_path, rule)
    track = owned()
    says(track, "withdrawn", layer="publishing")
    check = usage_check(usage=_planned(track), at=NOW)
    assert _why_not(check, track) == [("publishing", "Worldwide", "withdrawn")]


def test_rules_that_read_more_of_a_track_are_given_it(tmp_path: Path) -> None:
    rule = """\
  - id: short
    title: Too short
    when: |
      has(track.use) && has(track.duration_seconds) && track.duration_seconds < 30
    effect: block
    reason: '"{track.title}" lasts {track.duration_seconds} s.'
"""
    _made(tmp_path, rule)
    short, long = factories.track(duration_seconds=10), factories.track(duration_seconds=300)
    check = usage_check(usage=_planned(short, long), at=NOW)
    assert check.counts == {"allow": 1, "block": 1}
    assert _why_not(check, short) == [("", "Worldwide", "short")]
    [reason] = reasons_of(_decision(check, short), title=short.title)
    assert reason == f'"{short.title}" lasts 10 s.'


def test_a_check_takes_the_same_queries_for_any_number_of_tracks() -> None:
    live()

    def queries(number: int) -> int:
        usage = _planned(*(owned() for _ in range(number)), reference=f"run of {number}")
        with CaptureQueriesContext(connection) as found:
            usage_check(usage=usage, at=NOW)
        return len(found)

    queries(1)
    assert queries(3) == queries(30)
