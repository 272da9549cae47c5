"""Facts that may be absent: what guards a read, what does not, and that nothing slips through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.lang.diagnostics import Diagnostic
from policy.lang.presence import check_presence
from policy.lang.tree import (
    And,
    Call,
    Fact,
    Has,
    If,
    Literal,
    Local,
    Node,
    Not,
    Or,
    Quantifier,
    Variable,
    walk,
)
from policy.lang.tree import Select as Selected
from tests.lang.small_facts import SCHEMA, compiled, with_variables

SECONDS, ISRC = "track.seconds", "track.isrc"
MADE, NAME = "track.contributors", "c.name"


def check(text: str, *, given: str | None = None, **variables: str) -> tuple[Diagnostic, ...]:
    environment, trees = with_variables(**variables)
    condition = None if given is None else compiled(given, environment)
    tree = compiled(text, environment)
    return check_presence(tree, SCHEMA, variables=trees, given=condition, path="rules.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "track.title == 'x'",
        f"has({SECONDS}) && {SECONDS} > 1",
        f"has({SECONDS}) && track.explicit && {SECONDS} > 1",
        f"!has({SECONDS}) || {SECONDS} > 1",
        f"has({SECONDS}) ? {SECONDS} > 1 : false",
        f"!has({SECONDS}) ? 0 > 1 : {SECONDS} > 1",
        f"(has({SECONDS}) ? {SECONDS} > 1 : false) && {SECONDS} < 9",
        f"!(!has({SECONDS}) || !has({ISRC})) && {SECONDS} > 1 && {ISRC} != ''",
        f"!(has({SECONDS}) && has({ISRC})) || {SECONDS} > 1 && {ISRC} != ''",
        f"(has({SECONDS}) && track.explicit || has({SECONDS})) && {SECONDS} > 1",
        f"has({SECONDS}) && track.contributors.exists(c, c.born > {SECONDS})",
        f"track.contributors.exists(c, has({SECONDS}) && c.born > 1) && {SECONDS} > 1",
        f"track.contributors.exists_one(c, has({SECONDS}) && c.born > 1) && {SECONDS} > 1",
        f"!track.contributors.all(c, !has({SECONDS})) && {SECONDS} > 1",
        f"track.contributors.all(c, !has({SECONDS})) || {SECONDS} > 1",
        f"track.contributors.exists(c, has({NAME}) && {NAME} == '')",
        f"track.contributors.map(c, has({NAME}), {NAME}) == ['x']",
        f"track.contributors.filter(c, has({NAME})).all(d, d.name != '')",
        f"track.contributors.filter(c, has({NAME})).filter(c, c.born > 1).map(c, {NAME}) == ['']",
        "has(track.contributors[0].name) && track.contributors[0].name == ''",
        "has(track.release) && track.release.title == ''",
        "has(track.release.icpn) && track.release.icpn == track.release.title",
        "has(track.release.label.code) && track.release.label.name == track.release.label.code",
        "false && track.seconds > 1",
    ],
)
def test_guarded(text: str) -> None:
    assert check(text) == ()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (f"{SECONDS} > 1", SECONDS),
        (f"{SECONDS} > 1 && has({SECONDS})", SECONDS),
        (f"has({SECONDS}) || {SECONDS} > 1", SECONDS),
        (f"!has({SECONDS}) && {SECONDS} > 1", SECONDS),
        (f"has({SECONDS}) ? 1 > 0 : {SECONDS} > 1", SECONDS),
        (f"(has({SECONDS}) || track.explicit) && {SECONDS} > 1", SECONDS),
        (f"has({ISRC}) && {SECONDS} > 1", SECONDS),
        (f"has({SECONDS}) && track.explicit || {SECONDS} > 1", SECONDS),
        (f"track.contributors.all(c, has({SECONDS})) && {SECONDS} > 1", SECONDS),
        (f"size([{SECONDS}]) > 0", SECONDS),
        (f"track.contributors.exists(c, {NAME} == '')", NAME),
        (f"{MADE}.exists(c, has({NAME})) && size({MADE}.map(c, {NAME})) > 1", NAME),
        (f"{MADE}.exists(c, has({NAME}) && {MADE}.exists(c, {NAME} == ''))", NAME),
        (f"has({MADE}[0].name) && {MADE}[1].name == ''", f"{MADE}[1].name"),
        ("track.release.title == ''", "track.release"),
        ("has(track.release) && track.release.icpn == ''", "track.release.icpn"),
        ("track.release.label.code == ''", "track.release.label.code"),
        ("has(track.release.label) && track.release.label.code == ''", "track.release.label.code"),
        ("has(track.contributors.filter(c, c.name == '')[0].name)", NAME),
    ],
)  # fmt: skip
def test_unguarded(text: str, asked: str) -> None:
    (found,) = check(text)
    assert (found.code, found.severity) == ("unguarded-optional", "error")
    assert found.message == f"`{asked}` may be absent"
    assert found.help == f"put `has({asked}) && ` before it"


def test_a_record_without_a_name_is_to_get_one() -> None:
    (found,) = check(f"{MADE}.map(c, c)[0].name == ''")
    assert found.message == "`(...)[0].name` may be absent"
    assert found.help == "name the record in `variables`, then ask `has(<record>.name)` first"


def test_all_unguarded_reads_are_told_at_their_places() -> None:
    found = check(f"{SECONDS} > 1 ||\n  {ISRC} == ''")
    assert [(each.span.line, each.span.column) for each in found if each.span] == [(1, 1), (2, 3)]


def test_a_variable_guards() -> None:
    assert check(f"timed && {SECONDS} > 1", timed=f"has({SECONDS})") == ()
    assert check(f"both && {SECONDS} > 1", timed=f"has({SECONDS})", both="timed && true") == ()
    assert (
        check("named.all(c, c.name != '')", named="track.contributors.filter(c, has(c.name))") == ()
    )
    assert check("has(use.score) && track.ai.score > 1.0", use="track.ai") == ()
    assert check("has(track.ai.score) && use.score > 1.0", use="track.ai") == ()
    assert check("use.score > 1.0", use="track.ai")[0].code == "unguarded-optional"


def test_what_is_given_guards() -> None:
    assert check(SECONDS, given=f"has({SECONDS}) && {SECONDS} > 1") == ()
    (found,) = check(SECONDS, given="track.explicit")
    assert found.help == f"let `when` ask for `has({SECONDS})`"


def test_asking_for_what_is_always_there_is_doubted() -> None:
    (found,) = check("has(track.title)")
    assert (found.code, found.severity) == ("always-present", "warning")
    (found,) = check("has(track.genres)")
    assert (found.code, found.severity) == ("always-present", "error")
    assert found.help == "ask for `size(track.genres) > 0`"
    assert check("has({'a': 1}.a)") == ()


def test_the_author_of_a_repeated_local_reads_the_own_name() -> None:
    (found,) = check("track.contributors.all(c, track.contributors.all(c, c.name == ''))")
    assert found.message == "`c.name` may be absent"


# A law: what the check lets through never reads an absent fact, whatever the document.

_FIELDS = ["track.seconds", "track.release.label.code", "track.release.title", "track.isrc"]


def _read(name: str) -> str:
    return f"{name} != {'0' if name == SECONDS else repr('')}"


def _leaves(name: str) -> st.SearchStrategy[str]:
    asked, read = f"has({name})", _read(name)
    return st.sampled_from([asked, asked, read, f"{asked} && {read}", f"!{asked} || {read}"])


_LEAVES = st.sampled_from(_FIELDS).flatmap(_leaves)
_CONDITIONS = st.recursive(
    st.one_of(_LEAVES, st.sampled_from(["true", "false", "track.explicit", "timed"])),
    lambda inner: st.one_of(
        inner.map("!({})".format),
        st.tuples(inner, inner).map(lambda both: f"({both[0]}) && ({both[1]})"),
        st.tuples(inner, inner).map(lambda both: f"({both[0]}) || ({both[1]})"),
        st.tuples(inner, inner, inner).map(lambda all_: "({}) ? ({}) : ({})".format(*all_)),
        st.tuples(st.sampled_from(["exists", "all"]), inner).map(
            lambda both: (
                f"track.contributors.{both[0]}(c, ({both[1]}) && has(c.name) && c.name != '')"
            )
        ),
    ),
    max_leaves=8,
)
_DOCUMENTS = st.fixed_dictionaries(
    {
        "explicit": st.booleans(),
        "contributors": st.lists(st.sampled_from([{}, {"name": "x"}]), max_size=2),
    },
    optional={
        "seconds": st.just(1),
        "isrc": st.just("x"),
        "release": st.fixed_dictionaries(
            {"title": st.just("x")},
            optional={"label": st.fixed_dictionaries({}, optional={"code": st.just("x")})},
        ),
    },
)


@settings(deadline=None)  # a busy machine is no mistake
@given(_CONDITIONS, st.lists(_DOCUMENTS, min_size=4, max_size=4))
def test_what_passes_never_reads_an_absent_fact(text: str, documents: list[Any]) -> None:
    environment, trees = with_variables(timed="has(track.seconds) && track.seconds > 0")
    tree = compiled(text, environment)
    if check_presence(tree, SCHEMA, variables=trees, path="p"):
        return
    for document in documents:
        assert _value(tree, {"track": document}, trees) in (True, False)


def _value(node: Node, names: Mapping[str, Any], variables: Mapping[str, Node]) -> Any:
    """A strict reading: from left to right, and an absent fact is a KeyError."""

    def value(part: Node) -> Any:
        return _value(part, names, variables)

    match node:
        case Literal(value=literal):
            return literal
        case Fact(path=path):
            found: Any = names
            for name in path:
                found = found[name]
            return found
        case Local(name=name):
            return names[name]
        case Selected(operand=operand, field=name):
            return value(operand)[name]
        case Variable(name=name):
            return value(variables[name])
        case Has(target=target):
            try:
                value(target)
            except KeyError:
                return False
            return True
        case Not(operand=operand):
            return not value(operand)
        case And(parts=parts):
            return all(value(part) for part in parts)
        case Or(parts=parts):
            return any(value(part) for part in parts)
        case If(condition=condition, then=then, otherwise=otherwise):
            return value(then) if value(condition) else value(otherwise)
        case Call(function=function, arguments=(left, right)):
            return value(left) > value(right) if function == "_>_" else value(left) != value(right)
        case Quantifier(kind=kind, range=over, local=local, condition=condition):
            each = (_value(condition, {**names, local: item}, variables) for item in value(over))
            return any(each) if kind == "exists" else all(each)
    raise AssertionError(node)


def test_the_law_is_not_empty() -> None:
    """The strict reading does fail where the check does."""
    tree = compiled("track.seconds > 1")
    assert any(isinstance(node, Fact) for node in walk(tree))
    with pytest.raises(KeyError):
        _value(tree, {"track": {}}, {})
