"""The presets: public policies of services and societies, as rulesets with tests of their own."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from policy.engines.testing import Bench, run_ruleset
from policy.lang.cases import Case
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.folders import presets
from policy.lang.testing import judge

_RULESETS = Path(__file__).parents[2] / "rulesets"
_SERVICES = [path.name for path in presets(_RULESETS)]
_BLOCK = re.compile(r"^  (?:- id: )?(\w[\w-]*)[^\n]*\n(?:(?:   [^\n]*)?\n)*", re.MULTILINE)


@cache
def _tree(service: str) -> CompiledTree:
    return compile_tree(_RULESETS / "presets" / service)


def _rulesets() -> list[tuple[str, CompiledRuleset]]:
    return [(service, ruleset) for service in _SERVICES for ruleset in _tree(service).rulesets]


def _cases() -> list[tuple[str, CompiledRuleset, Case]]:
    return [(service, each, case) for service, each in _rulesets() for case in each.cases]


def _blocks(path: Path) -> dict[str, str]:
    """The text of every rule, variable and parameter of a file, by its name."""
    text = re.sub(r"^ *#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {found[1]: found[0].strip() for found in _BLOCK.finditer(text)}


def test_those_that_ship() -> None:
    assert _SERVICES == ["bandcamp", "deezer", "gema", "per-generation", "spotify", "stim"]


@pytest.mark.parametrize("service", _SERVICES)
def test_they_have_no_mistakes_and_say_where_they_come_from(service: str) -> None:
    assert _tree(service).diagnostics == ()
    readme = (_RULESETS / "presets" / service / "README.md").read_text(encoding="utf-8")
    for ruleset in _tree(service).rulesets:
        for rule in ruleset.plans[ruleset.current].rules:
            assert rule.references, rule.id
            assert f"`{rule.id}`" in readme or _is_shipped(ruleset.key, rule.id), rule.id


def _is_shipped(key: str, rule: str) -> bool:
    return rule in _blocks(_RULESETS / key / "draft.yaml")


@pytest.mark.parametrize(
    ("service", "ruleset", "case"),
    [pytest.param(*one, id=f"{one[0]}/{one[1].key}: {one[2].name}") for one in _cases()],
)
def test_case(service: str, ruleset: CompiledRuleset, case: Case) -> None:
    tree = _tree(service)
    assert tree.schema is not None
    plan = ruleset.plans[ruleset.current]
    bench = Bench(tree.schema, ruleset.parameters, tree.sources)
    verdict = judge(case, bench.evaluate(plan, case), plan)
    assert verdict.good, "\n".join([*verdict.problems, *map("\n".join, verdict.explanations)])


@pytest.mark.parametrize(
    ("service", "ruleset"), _rulesets(), ids=lambda one: getattr(one, "key", one)
)
def test_every_rule_is_seen_both_ways(service: str, ruleset: CompiledRuleset) -> None:
    report = run_ruleset(ruleset, _tree(service))
    assert report is not None
    assert [rule.rule for rule in report.coverage.rules if not rule.both_ways] == []


@pytest.mark.parametrize(
    ("service", "ruleset"), _rulesets(), ids=lambda one: getattr(one, "key", one)
)
@pytest.mark.parametrize("file", ["draft.yaml", "parameters.yaml"])
def test_one_name_means_one_thing(service: str, ruleset: CompiledRuleset, file: str) -> None:
    """A rule, variable or parameter with a shipped name is the shipped one, to the letter."""
    shipped = _blocks(_RULESETS / ruleset.key / file)
    own = _blocks(_RULESETS / "presets" / service / ruleset.key / file)
    assert own
    common = own.keys() & shipped.keys()
    assert {name: own[name] for name in common} == {name: shipped[name] for name in common}


@pytest.mark.parametrize(
    "service", [one for one, ruleset in _rulesets() if ruleset.key == "labelling"]
)
def test_no_preset_leaves_out_the_law(service: str) -> None:
    """Where it has labelling of its own; else the shipped one stands beside it."""
    law = re.compile(r"(?:ai-act|cn)-")
    shipped = {name for name in _blocks(_RULESETS / "labelling" / "draft.yaml") if law.match(name)}
    own = _blocks(_RULESETS / "presets" / service / "labelling" / "draft.yaml").keys()
    assert shipped
    assert shipped <= own
