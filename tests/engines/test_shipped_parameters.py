"""Lists of words in the shipped parameters: the compiler cannot know which words they may hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from policy.lang.compiler import CompiledTree, compile_tree
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
