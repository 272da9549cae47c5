"""What another number does to a condition."""

from __future__ import annotations

import pytest

from policy.lang.differences.trees import key, sign
from policy.lang.tree import Param, walk
from tests.lang.small_facts import PARAMETERS, compiled

UNKNOWN = 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("params.most > 3", 1),
        ("params.most <= 3", -1),
        ("3 > params.most", -1),
        ("3 < params.most + 1", 1),
        ("3 < 1 - params.most", -1),
        ("3 > -params.most", 1),
        ("!(params.most > 3)", -1),
        ("params.most > 3 && params.most > 4", 1),
        ("params.most > 3 || params.most < 2", UNKNOWN),
        ("params.most == 3", UNKNOWN),
        ("params.most * 2 > 3", UNKNOWN),
        ("true ? params.most > 3 : false", 1),
        ("params.most > 3 ? true : false", UNKNOWN),
        ('"DE" in params.codes', 1),
        ("size(params.codes) > 3", 1),
        ("params.codes.exists(c, c == 'x')", 1),
        ("params.codes.all(c, c == 'x')", -1),
        ("params.codes.exists_one(c, c == 'x')", UNKNOWN),
        ("size(params.codes.filter(c, c == 'x')) > 0", 1),
        ("size([1, 2].filter(n, n > params.most)) > 0", -1),
        ("[1, 2].map(n, n + params.most).exists(n, n > 3)", UNKNOWN),
        ("[params.most][0] > 3", UNKNOWN),
        ("now > params.day", -1),
    ],
)
def test_the_sign_of(text: str, wanted: int) -> None:
    tree = compiled(text)
    (name,) = {node.name for node in walk(tree) if isinstance(node, Param)}
    assert sign(tree, name) == wanted
    other = next(each for each in PARAMETERS if each != name)
    assert sign(tree, other) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("params.most > 3", "params.most   > 3", True),
        ("params.most > 3", "(params.most) > (3)", True),
        ("params.most > 3", "3 < params.most", False),
        ("[1].exists(a, a > 1)", "[1].exists(b, b > 1)", True),
        ("[1].exists(a, [2].exists(b, a > b))", "[1].exists(b, [2].exists(a, b > a))", True),
        ("[1].exists(a, [2].exists(b, a > b))", "[1].exists(a, [2].exists(b, b > a))", False),
        ("1.0 > params.limit", "1.5 > params.limit", False),
    ],
)
def test_keys_are_equal_for_the_same(one: str, other: str, same: bool) -> None:
    assert (key(compiled(one)) == key(compiled(other))) is same
