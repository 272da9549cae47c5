"""Words in the shipped parameters: the compiler cannot know which ones they may hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from policy.accounting.scheme import Scheme, payout_minimum, values_on
from policy.accounting.scheme import words as schemes
from policy.lang.compiler import CompiledTree, compile_tree
from policy.lang.folders import presets
from policy.lang.plan import Parameter
from policy.lang.words import LAYERS, USES
from tests.trees import SHIPPED


@cache
def _tree() -> CompiledTree:
    return compile_tree(SHIPPED)


def _words(parameter: Parameter) -> Iterator[tuple[str, ...]]:
    for line in parameter.values:
        assert isinstance(line.value, tuple)
        yield line.value


def _lists(part: str) -> list[Parameter]:
    found = [each for ruleset in _tree().rulesets for each in ruleset.parameters]
    return [each for each in found if each.type == "list(string)" and part in each.name]


@pytest.mark.parametrize("parameter", _lists("uses"), ids=lambda each: each.name)
def test_lists_of_uses_hold_uses(parameter: Parameter) -> None:
    for words in _words(parameter):
        assert set(words) <= set(USES)
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("parameter", _lists("quorum"), ids=lambda each: each.name)
def test_lists_of_quorums_hold_layers(parameter: Parameter) -> None:
    assert all(set(words) <= set(LAYERS) for words in _words(parameter))


_WITH_SCHEMES = {
    "rulesets": ("addon", "outputs", "training"),
    "stim": ("outputs", "training"),
    "gema": ("downstream", "provider"),
    "per-generation": ("generation",),
}


def _compensation(name: str) -> tuple[Parameter, ...]:
    roots: dict[str, Path] = {path.name: path for path in (SHIPPED, *presets(SHIPPED))}
    rulesets = compile_tree(roots[name]).rulesets
    return next(each.parameters for each in rulesets if each.key == "compensation")


@pytest.mark.parametrize("name", _WITH_SCHEMES)
def test_schemes_can_be_read_by_accounting(name: str) -> None:
    parameters = _compensation(name)
    values = values_on(parameters, date(2026, 1, 1))
    assert schemes(values) == _WITH_SCHEMES[name]
    read = {scheme: Scheme.read(values, scheme) for scheme in schemes(values)}
    assert all(0 <= scheme.deduction < 10_000 for scheme in read.values())
    assert payout_minimum(values, "EUR") == 1_000


@pytest.mark.parametrize("name", _WITH_SCHEMES)
def test_accounting_reads_all_that_is_said_to_be_for_it(name: str) -> None:
    """A parameter for accounting belongs to a scheme, or says what is paid out at least."""
    parts = {"funding", "key", "fallback", "deduction", "per_use", "minimum"}
    known = {f"{word}_{part}" for word in _WITH_SCHEMES[name] for part in parts}
    said = {each.name for each in _compensation(name) if each.read_by == "accounting"}
    assert said
    assert {each for each in said if not each.startswith("payout_minimum_")} <= known
