"""Recorded decisions under other rules: what changes, by outcome, rule and party."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.lang.combine import Outcome
from policy.lang.plan import Effect
from policy.models import Bundle, Decision, Involvement
from policy.samples.generator import generate
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.judging import judge
from policy.services.programs import LoadedBundle
from policy.services.replay import snapshot_of
from policy.services.replay_changes import RuleSaid, Said, Way, rule_changes, way
from policy.services.replay_compare import (
    NotCompared,
    bundle_of_folder,
    bundle_of_row,
    decisions_compare,
)
from policy.services.replay_report import Comparison, Lacking, OutOfForce, Versions
from policy.services.rulesets import RulesetRefused, ruleset_publish
from tests import factories, trees
from tests.factories import NOW
from tests.sample_catalogue import NOW as LATE
from tests.sample_catalogue import decide, deliver

# What a change is


def _outcome(worldwide: Effect, **territories: Effect) -> Outcome:
    return Outcome(worldwide, tuple(territories.items()), ())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (_outcome("allow"), _outcome("allow"), "same"),
        (_outcome("allow"), _outcome("review"), "stricter"),
        (_outcome("block"), _outcome("limit"), "milder"),
        (_outcome("allow", DE="review"), _outcome("allow"), "milder"),
        (_outcome("review"), _outcome("review", FR="block"), "stricter"),
        (_outcome("allow", DE="review"), _outcome("allow", FR="review"), "mixed"),
        (_outcome("review", DE="allow"), _outcome("limit", DE="limit"), "mixed"),
    ],
)
def test_an_outcome_changes_one_way_in_every_place_or_both_ways(
    before: Outcome, after: Outcome, told: Way
) -> None:
    assert way(before, after) == told
    back: Mapping[Way, Way] = {"stricter": "milder", "milder": "stricter"}
    assert way(after, before) == back.get(told, told)


MATCHED = RuleSaid("matched", "review", None)
LOST = RuleSaid("indeterminate", "review", None)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, MATCHED, "matches"),
        (LOST, MATCHED, "matches"),
        (MATCHED, None, "no_longer"),
        (MATCHED, LOST, "unanswered"),
        (None, LOST, "unanswered"),
        (LOST, None, "answered"),
        (MATCHED, RuleSaid("matched", "block", None), "otherwise"),
        (MATCHED, RuleSaid("matched", "review", ("DE",)), "otherwise"),
        (MATCHED, MATCHED, ""),
        (LOST, RuleSaid("indeterminate", "block", None), ""),
    ],
)
def test_what_happens_to_a_rule_has_a_name(
    before: RuleSaid | None, after: RuleSaid | None, kind: str
) -> None:
    name = ("labelling", "label-ai")
    was, now = (Said(_outcome("allow"), {name: each} if each else {}) for each in (before, after))
    assert list(rule_changes(was, now)) == ([(name, kind)] if kind else [])


# A small tree


def _activate(root: Path) -> Bundle:
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    return bundle


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree, live, whose `length` has tracks under 30 seconds reviewed."""
    root = trees.small_tree(tmp_path / "rulesets")
    _activate(root)
    return root


def _decided(*seconds: int, **fields: Any) -> list[Decision]:
    """A decision for a track of each length, in their order."""
    for each in seconds:
        factories.request(track=factories.track(duration_seconds=each, **fields))
    evaluate_pending(now=NOW)
    return list(Decision.objects.order_by("-pk")[: len(seconds)][::-1])


def _draft(root: Path, old: str, new: str, *, since: str = "2026-01-01") -> None:
    text = trees.version_text("length", trees.SHORT.replace(old, new), since=since)
    (root / "length/draft.yaml").write_text(text)


def _compare(root: Path, **options: Any) -> Comparison:
    other = bundle_of_folder(root=root)
    return decisions_compare(decisions=Decision.objects.all(), other=other, **options)


@pytest.mark.django_db
def test_the_same_rules_change_nothing(root: Path) -> None:
    _decided(10, 20, 40)
    found = _compare(root)
    assert (found.decisions, found.same, found.unread) == (3, 3, 0)
    assert (found.rules, found.deliverers, found.rights_holders, found.lacking) == ((), (), (), ())
    assert found.versions == (
        Versions("identity", ("1.0.0",), "1.0.0"),
        Versions("length", ("1.0.0",), "1.0.0"),
    )
    assert [(each.before, each.after, each.decisions) for each in found.outcomes] == [
        ("allow", "allow", 1),
        ("review", "review", 2),
    ]
    assert all(each.examples == () for each in found.outcomes)


@pytest.mark.django_db
def test_a_draft_changes_outcomes_rules_and_parties(root: Path) -> None:
    northwind = factories.account(key="northwind")
    release = factories.release(account=northwind)
    short, middle, long = _decided(10, 28, 31, release=release)
    halcyon = factories.party(name="Halcyon Records")
    for each in (middle, long):
        Involvement.objects.create(track=each.track, party=halcyon, kind="holder")
    _draft(
        root,
        "has(track.duration_seconds) && track.duration_seconds < params.shortest",
        "has(track.duration_seconds) && track.duration_seconds in [10, 31, params.shortest]",
    )
    found = _compare(root)
    assert (found.same, found.stricter, found.milder, found.mixed) == (1, 1, 1, 0)
    assert found.versions[1] == Versions("length", ("1.0.0",), "draft")
    changed = [(each.before, each.after, each.decisions, each.examples) for each in found.outcomes]
    [up] = [examples for before, after, _, examples in changed if after > before == "allow"]
    assert [each.uuid for each in up] == [long.uuid]
    rules = [(each.rule, each.kind, each.decisions) for each in found.rules]
    assert rules == [("too-short", "matches", 1), ("too-short", "no_longer", 1)]
    assert [each.examples[0].uuid for each in found.rules] == [long.uuid, middle.uuid]
    assert [(each.party, each.tracks, each.stricter, each.milder) for each in found.deliverers] == [
        ("Northwind", 2, 1, 1)
    ]
    [holder] = found.rights_holders
    assert (holder.party, holder.tracks) == ("Halcyon Records", 2)
    assert str(short.uuid) not in str(found)


@pytest.mark.django_db
def test_a_track_with_several_decisions_counts_once_for_its_party(root: Path) -> None:
    [decision] = _decided(10)
    track = decision.track
    type(track).objects.update(duration_seconds=11)
    factories.request(track=track)
    evaluate_pending(now=NOW)
    _draft(root, "effect: review", "effect: block")
    found = _compare(root, examples=1)
    assert (found.decisions, found.stricter) == (2, 2)
    [deliverer] = found.deliverers
    assert (deliverer.tracks, deliverer.stricter, deliverer.milder) == (1, 1, 0)
    assert len(deliverer.examples) == 1
    [(kind, number, examples)] = [
        (each.kind, each.decisions, each.examples) for each in found.rules
    ]
    assert (kind, number, len(examples)) == ("otherwise", 2, 1)


@pytest.mark.django_db
def test_one_ruleset_is_compared_as_if_there_were_no_others(root: Path) -> None:
    _decided(10, 40, isrc_well_formed=False)
    _draft(root, "effect: review", "effect: allow")
    whole, alone = _compare(root), _compare(root, ruleset="length")
    cells = [(each.before, each.after) for each in whole.outcomes]
    assert cells == [("limit", "limit"), ("review", "limit")]
    assert [(each.before, each.after) for each in alone.outcomes] == [
        ("allow", "allow"),
        ("review", "allow"),
    ]
    assert [each.ruleset for each in alone.versions] == ["length"]
    with pytest.raises(NotCompared, match=r"no ruleset `lenght`: did you mean `length`\?"):
        _compare(root, ruleset="lenght")
    with pytest.raises(NotCompared, match="no ruleset `x`: use `identity` or `length`"):
        _compare(root, ruleset="x")


@pytest.mark.django_db
def test_rules_that_do_not_hold_on_the_day_are_told(root: Path) -> None:
    _decided(10, 40)
    _draft(root, "effect: review", "effect: block", since="2026-12-01")
    found = _compare(root)
    assert found.out_of_force == (OutOfForce("length", 2),)
    assert (found.milder, found.same) == (1, 1)


SINCE = """\
      loudness: {type: double, optional: true, doc: "In LUFS."}
      takes: {type: int, doc: How often it was recorded.}
      ai: {type: Ai"""


@pytest.mark.django_db
def test_facts_declared_later_are_absent_or_unknown_and_told(root: Path) -> None:
    _decided(10, 40)
    _draft(
        root,
        "track.duration_seconds < params.shortest",
        "(track.duration_seconds < params.shortest || track.takes > 3"
        " || (has(track.loudness) && track.loudness > 0.0)"
        " || track.consents.exists(c, has(c.wording) && c.wording == 'x'))",
    )
    facts = (root / "facts.yaml").read_text()
    declared = facts.replace("      ai: {type: Ai", SINCE, 1).replace(
        "      grantor: {",
        "      wording: {type: string, optional: true, doc: W.}\n      grantor: {",
        1,
    )
    (root / "facts.yaml").write_text(declared)
    found = _compare(root)
    assert found.lacking == (Lacking("track.loudness", True, 2), Lacking("track.takes", False, 2))
    assert [(each.kind, each.decisions) for each in found.rules] == [("unanswered", 1)]


@pytest.mark.django_db
def test_snapshots_that_do_not_fit_are_counted_apart(root: Path) -> None:
    first, _ = _decided(10, 40)
    facts = (root / "facts.yaml").read_text()
    other = facts.replace("title: {type: string", "title: {type: int", 1)
    (root / "facts.yaml").write_text(other)
    found = _compare(root, examples=1)
    assert (found.decisions, found.unread) == (0, 2)
    [told] = found.unreadable
    assert told.uuid == first.uuid
    assert "title" in told.why


@pytest.mark.django_db
def test_mistakes_in_the_folder_are_told(root: Path) -> None:
    _draft(root, "track.duration_seconds <", "track.seconds <")
    with pytest.raises(RulesetRefused, match="unknown-fact"):
        bundle_of_folder(root=root)


@pytest.mark.django_db
def test_rulings_of_people_are_left_out(root: Path) -> None:
    [decision] = _decided(10)
    factories.decision(track=decision.track, made_by=factories.user(), supersedes=decision)
    assert _compare(root).decisions == 1


@pytest.mark.django_db
def test_nothing_is_written_and_queries_do_not_grow_with_decisions(root: Path) -> None:
    _draft(root, "effect: review", "effect: block")
    counts = []
    for number in (2, 12):
        _decided(*[10] * number)
        with CaptureQueriesContext(connection) as queries:
            _compare(root)
        counts.append(len(queries))
        said = [query["sql"].split()[0] for query in queries.captured_queries]
        assert set(said) <= {"SELECT", "DECLARE"}  # PostgreSQL reads long lists by a cursor
    assert counts[0] == counts[1]


# The sample catalogue


@pytest.mark.django_db
def test_the_catalogue_under_another_draft_is_counted_right(tmp_path: Path) -> None:
    deliver(generate(deliveries=4, until=LATE))
    decide()
    root = Path(shutil.copytree(trees.SHIPPED, tmp_path / "rulesets"))
    draft = root / "labelling/draft.yaml"
    draft.write_text(draft.read_text().replace("effect: review", "effect: block"))
    (root / "labelling/tests.yaml").unlink()
    other = bundle_of_folder(root=root)
    loaded = LoadedBundle(other)
    expected: Counter[tuple[str, str]] = Counter()
    for decision in Decision.objects.select_related("snapshot"):
        after = judge(loaded, snapshot_of(decision))
        expected[decision.effect, after.effect] += 1
    found = decisions_compare(decisions=Decision.objects.all(), other=other, examples=2)
    counted = {(each.before, each.after): each.decisions for each in found.outcomes}
    assert counted == expected
    assert found.decisions == Decision.objects.count() == expected.total()
    assert found.stricter > 0
    assert found.milder == found.mixed == 0
    assert {each.kind for each in found.rules} == {"otherwise"}
    assert sum(each.tracks for each in found.deliverers) >= found.stricter / 2
    assert all(len(each.examples) <= 2 for each in found.rules)
    assert all(len(each.examples) <= 2 for each in found.rights_holders)


@pytest.mark.django_db
def test_the_catalogue_under_its_own_bundle_is_the_same_in_every_way(tmp_path: Path) -> None:
    deliver(generate(deliveries=2, until=LATE))
    decide()
    bundle = bundle_of_row(row=Bundle.objects.get())
    for ruleset in ("", "labelling", "compensation"):
        found = decisions_compare(decisions=Decision.objects.all(), other=bundle, ruleset=ruleset)
        assert found.same == found.decisions > 100
        assert (found.rules, found.lacking, found.out_of_force) == ((), (), ())
