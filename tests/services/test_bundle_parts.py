"""Parts of bundles: some rules, with what they need and no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from policy.lang.bundle import bundle
from policy.lang.compiler import compile_tree
from policy.services.bundle_parts import MONEY_DUTIES, about_uses, moves_money, part_of
from policy.services.judging import judge, snapshot
from policy.services.programs import LoadedBundle
from tests import trees

AS_OF = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

RULE = """\
  - id: {id}
    title: A rule
    when: |
      {when}
    effect: limit
    reason: Because.
"""


def _loaded(root: Path) -> LoadedBundle:
    tree = compile_tree(root)
    assert tree.schema is not None, tree.diagnostics
    made = [(list(each.plans.values())[-1], each.parameters) for each in tree.rulesets]
    return LoadedBundle(bundle(tree.schema, made))


def _made(root: Path, *conditions: str, combine: str = "most_restrictive") -> LoadedBundle:
    rules = [RULE.format(id=f"rule-{n}", when=when) for n, when in enumerate(conditions)]
    head, _, tail = trees.version_text("made", *rules).partition("rules:\n")
    variables = (
        'variables:\n  delivered: "!has(track.use)"\n'
        "  master: has(track.use) && track.use.owners.exists(o, o.layer == 'master')\n"
        "  lone: track.deliveries == 1\n"
    )
    text = head.replace("most_restrictive", combine) + variables + "rules:\n" + tail
    trees.write_ruleset(root, "made", {"1.0.0": text})
    return _loaded(trees.lock(root))


@cache
def _shipped() -> LoadedBundle:
    tree = compile_tree(trees.SHIPPED)
    assert tree.schema is not None
    return LoadedBundle(
        bundle(tree.schema, [(r.plans["draft"], r.parameters) for r in tree.rulesets])
    )


def _rules(loaded: LoadedBundle) -> list[str]:
    return [rule.id for each in loaded.plan.rulesets for rule in each.plan.rules]


@pytest.mark.parametrize(
    ("condition", "about"),
    [
        ("has(track.use)", True),
        ("master", True),
        ("lone && (master || track.isrc_well_formed)", True),
        ("lone", False),
        ("delivered && track.isrc_well_formed", False),
        ("track.isrc_well_formed && !has(track.use) && lone", False),
        ("!(has(track.use) || lone)", False),
        ("delivered ? lone : false", False),
        ("delivered ? lone : track.isrc_well_formed", True),
        ("lone ? delivered : delivered", False),
    ],
)
def test_a_rule_is_about_uses_when_it_reads_one_and_can_match_there(
    condition: str, about: bool, tmp_path: Path
) -> None:
    loaded = _made(tmp_path, condition)
    assert _rules(part_of(loaded, about_uses(loaded))) == (["rule-0"] if about else [])


def test_a_part_reads_only_what_its_rules_and_their_variables_read(tmp_path: Path) -> None:
    loaded = _made(tmp_path, "master", "lone")
    part = part_of(loaded, about_uses(loaded))
    assert part.reads == {"track.use", "track.use.owners"}
    assert part.fields["Owner"] == {"layer"}
    assert [each.name for each in part.plan.rulesets[0].plan.variables] == ["master"]


def test_a_part_says_what_the_whole_says_of_its_rules(tmp_path: Path) -> None:
    loaded = _made(tmp_path, "track.deliveries > 0", "lone", "track.isrc_well_formed")
    part = part_of(loaded, lambda _, rule: rule.id != "rule-2")
    document = json.dumps({"track": {"deliveries": 1, "isrc_well_formed": True}}).encode()
    whole, less = (judge(each, snapshot(document, AS_OF)) for each in (loaded, part))
    assert less.rules == whole.rules[:2]
    without = json.dumps({"track": {"deliveries": 1}}).encode()
    assert judge(part, snapshot(without, AS_OF)) == less


def test_rules_that_hide_each_other_stay_together(tmp_path: Path) -> None:
    loaded = _made(tmp_path, "lone", "master", combine="first_match")
    assert _rules(part_of(loaded, about_uses(loaded))) == ["rule-0", "rule-1"]
    assert _rules(part_of(loaded, lambda *_: False)) == []


def test_of_the_shipped_rules_those_about_uses_need_nothing_but_the_use_and_a_title() -> None:
    loaded = _shipped()
    part = part_of(loaded, about_uses(loaded))
    assert {"use-refused", "owner-silent", "research-mining"} <= set(_rules(part))
    assert not {"training-refused", "streams-artificial", "shares-over"} & set(_rules(part))
    assert part.fields["Track"] == {"use", "title"}
    assert "name" not in part.fields["Owner"]


def test_of_the_shipped_rules_those_about_money_are_found_by_their_duties() -> None:
    part = part_of(_shipped(), lambda _, rule: moves_money(rule))
    kept = [rule for each in part.plan.rulesets for rule in each.plan.rules]
    assert {"use-earns-master", "disputed-master", "shares-missing"} <= {rule.id for rule in kept}
    assert all(MONEY_DUTIES & {duty.do for duty in rule.obligations} for rule in kept)
