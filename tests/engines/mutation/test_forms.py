"""Expressions that plainly say the same have one form; others never do."""

from __future__ import annotations

import pytest

from policy.engines.mutation.forms import Forms
from policy.lang.expressions import Environment
from tests.engines.making import schema, tree

_SCHEMA = schema()
_ENVIRONMENT = Environment(_SCHEMA, "track", {}, {})
_A, _B = "track.isrc_well_formed", "track.deliveries > 1"


def same(left: str, right: str) -> bool:
    forms = Forms.of(_SCHEMA, {})
    return forms.key(tree(_ENVIRONMENT, left)) == forms.key(tree(_ENVIRONMENT, right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (f"{_A} && true", _A),
        (f"{_A} && {_B} && {_A}", f"{_A} && {_B}"),
        (f"{_A} && false", "false"),
        (f"{_A} || false", _A),
        (f"{_A} || true", "true"),
        ("!true", "false"),
        (f"!(!{_A})", _A),
        ("!(track.deliveries == 3)", "track.deliveries != 3"),
        ("size(track.contributors) > 0", "size(track.contributors) >= 1"),
        ("size(track.contributors) > 0", "size(track.contributors) != 0"),
        ("size(track.contributors) < 1", "size(track.contributors) == 0"),
        ("size(track.contributors) >= 0", "true"),
        ("size(track.contributors) < 0", "false"),
        ('track.title in ["a", "b", "a"]', 'track.title in ["a", "b"]'),
        ("track.contributors.exists(c, false)", "false"),
        ("track.contributors.all(c, true)", "true"),
        ("size(track.contributors.filter(c, true)) > 2", "size(track.contributors) > 2"),
    ],
)
def test_the_same_in_other_words(left: str, right: str) -> None:
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (f"{_A} && {_B}", f"{_A} || {_B}"),
        ("size(track.contributors) > 0", "size(track.contributors) > 1"),
        ("track.deliveries < 1", "track.deliveries == 0"),
        ("track.contributors.exists(c, true)", "true"),
        ('track.title in ["a"]', 'track.title in ["b"]'),
    ],
)
def test_other_answers_have_other_forms(left: str, right: str) -> None:
    assert not same(left, right)


def test_a_variable_is_what_it_says() -> None:
    node = tree(_ENVIRONMENT, f"{_A} && true")
    wider = _ENVIRONMENT.with_variable("fine", "bool", node)
    forms = Forms.of(_SCHEMA, {"fine": node})
    assert forms.key(tree(wider, "fine")) == forms.key(tree(wider, _A))
