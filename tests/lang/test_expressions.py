"""Expressions: their trees, the place of every part, and what is said about wrong ones."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.lang.complaints import DEEPEST, LARGEST
from policy.lang.diagnostics import render_all
from policy.lang.expressions import Environment, Placed, compile_loose
from policy.lang.source import Source, Span
from policy.lang.tree import Literal, Local, Node, Quantifier, children, walk
from policy.lang.vocabulary import CALLS
from policy.lang.wire import Unreadable
from tests.lang.expression_texts import texts
from tests.lang.small_facts import ENVIRONMENT, SCHEMA, compiled
from tests.plugins.goldens import CheckGolden
from tests.shared import shared_or_skip

TREES = [
    'track.ai.declared == "none" && has(track.ai.score) && track.ai.score >= params.limit',
    "track.contributors.exists(c, c.facet == 'vocals' && c.born in [1970, -1]) || !known",
    "(track.explicit && (known && true)) && (track.explicit || known || false)",
    "track.counts.filter(n, n > 1).map(n, n > 2, n * 2)[0] == track.genres.map(g, size(g))[1]",
    "track.contributors.all(c, track.contributors.exists_one(c, c.born > 1) && c.born > 2)",
    "has(track.release.label.code) ? {'a': 1.5}.a : -  2.5e0",
    "((track . title) + '😀').size() > 3 // the end",
    "!!known && -(--track.deliveries) < 0",
    "now - track.at > duration('36h') && track.gap < duration('1s')",
]


def outline(node: Node, source: Source, indent: str = "") -> str:
    """A line per node: kind, type, its own words, and the author's text."""
    skipped = {
        "type",
        "span",
        *(name for name in node.__struct_fields__ if _holds_nodes(node, name)),
    }
    own = [
        f"{name}={getattr(node, name)!r}" for name in node.__struct_fields__ if name not in skipped
    ]
    words = " ".join([indent + type(node).__name__, node.type, *own])
    line = f"{words:<74} {source.cut(node.span)}\n"
    return line + "".join(outline(part, source, indent + "  ") for part in children(node))


def _holds_nodes(node: Node, name: str) -> bool:
    value = getattr(node, name)
    return isinstance(value, Node) or (isinstance(value, tuple) and not isinstance(value[0], str))


def test_trees(golden: CheckGolden) -> None:
    environment = ENVIRONMENT.with_variable("known", "bool")
    outlines = [outline(compiled(text, environment), Source("", text)) for text in TREES]
    golden("expressions/trees.txt", "\n".join(outlines))


WRONG = """\
track.titel == 'x'
track.declared == "all"
declared == "all"
ai.declared == "all"
tracks.title == "x"
track.ai.declared == none
track.ai.declared == "nonee"
params.limitt > 1.0
params > 1.0
params.limit > 1
has(params.limit) && true
now > "2026-01-01"
True && know
track.title = "x"
track.title == "x" and known
not known
track.title == "x" or known
track.title <> "x"
track.title == “x”
track.title == "x
track.title == 'a\\z'
track.title == 'it's'
(track.title == "x" && known
track.title == "x")
track.title ==
&& known
[1, 2
!
known ? 1
known ? known ? 1 : 2 : 3
track.contributors.exist(c, c.facet == "vocals")
track.contributors.any(c, c.facet == "vocals" && d.x)
track.contributors.exists(c, cc.facet == "vocals")
track.contributors.exists(c, c.fact == "vocals")
track.contributors.exists(c.facet == "x")
track.contributors.exists(c.x, true)
track.contributors.exists(track, true)
track.contributors.facet == "vocals"
track.contributors[0].nam == ""
track.contributors["a"].name == ""
track.title.exists(c, true)
track.title.lower() == "x"
track.title.explicit()
len(track.title) > 3
track.genres.count() > 3
contains(track.title, "x")
track.title in "abc"
track.deliveries in ["a"]
track.genres.contains("x")
track.deliveries == 1.0
track.deliveries > "5"
track.gap > 5
track.title && known
!track.title
-track.title
track.title ? 1 : 2
known ? 1 : "x"
track.title + 1 == "x"
track.genres == "x"
track.title.startsWith(1)
track == track
track.contributors[0] in track.contributors
track.release == null
track.title == null
track.title.foo == 1
has(track)
has(track.foo)
type(1) == int
dyn(1) == 1
[1, "a"] == [1, "a"]
[] == []
{"a": 1, "b": "c"}.a == 1
99999999999999999999 > 1
1u == 1u
b"x" == b"y"
stave.Track{} == track
.track.explicit
if known then 1 else 2
for
track.deliveries > 1; true
known # comment
math.abs(1) > 0
track.title == "a" "b"
x.?y
foo == 1 && bar == 2 && track.titel == "" && track.title > 5
track.title.matches("(") || now < timestamp("2026") || track.gap > duration("P1D")
now.getHours("Berlin") > 3 || int("x") > 3
"""


def test_what_is_said_about_mistakes(golden: CheckGolden) -> None:
    environment = ENVIRONMENT.with_variable("known", "bool")
    said = []
    for text in WRONG.splitlines():
        _, found = environment.compile(Placed.alone(text, "rules.yaml"))
        said.append(render_all(found, {"rules.yaml": Source("rules.yaml", text)}))
        assert said[-1], f"nothing is said about {text}"
        assert "INVALID_ARGUMENT" not in said[-1]
    golden("expressions/mistakes.txt", "\n".join(said))


def test_every_model_in_our_help_is_right() -> None:
    environment = Environment(
        SCHEMA,
        "track",
        {},
        {"listed": "list(string)", "numbers": "list(int)", "text": "string", "value": "string"},
    )
    for model in CALLS.values():
        compiled(model.replace("list.", "listed.").replace("(list)", "(listed)"), environment)


# Places


@settings(deadline=None)  # a busy machine is no mistake
@given(texts())
def test_the_text_of_each_part_is_exactly_that_part(text: str) -> None:
    tree = compiled(text)
    for node in walk(tree):
        cut = Source("", text).cut(node.span)
        written = not (isinstance(node, Literal) and node.type == "bool") or cut == "true"
        if written and not _free_locals(node):
            assert _bare(compiled(cut)) == _bare(node)


def _free_locals(node: Node) -> bool:
    bound = {each.local for each in walk(node) if isinstance(each, Quantifier)}
    return any(isinstance(each, Local) and each.name not in bound for each in walk(node))


def _bare(node: Node) -> Any:
    def without_spans(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_spans(part) for key, part in value.items() if key != "span"}
        return [*map(without_spans, value)] if isinstance(value, list | tuple) else value

    return without_spans(msgspec.to_builtins(node))


def test_places_are_those_of_the_file() -> None:
    """A folded text: what is one line for CEL is two lines of the file."""
    text, breaks = "track.explicit && track.titel == ''", len("track.explicit &&")

    def place(offset: int) -> tuple[int, int]:
        return (7, offset + 5) if offset <= breaks else (8, offset - breaks + 4)

    _, (found,) = ENVIRONMENT.compile(Placed(text, "rules.yaml", place))
    assert found.span == Span(8, 11, 8, 16)
    tree, _ = ENVIRONMENT.compile(Placed(text.replace("titel", "title"), "rules.yaml", place))
    assert tree is not None
    assert tree.span == Span(7, 5, 8, 22)
    assert [part.span for part in children(tree)] == [Span(7, 5, 7, 19), Span(8, 5, 8, 22)]


def test_a_local_that_is_used_again_gets_a_name_of_its_own() -> None:
    tree = compiled("track.contributors.all(c, track.counts.all(c, c > 1) && c.born > 1)")
    quantifiers = [node.local for node in walk(tree) if isinstance(node, Quantifier)]
    assert quantifiers == ["c", "c__2"]
    assert [node.name for node in walk(tree) if isinstance(node, Local)] == ["c__2", "c"]


# Hostile texts

_WORDS = (
    """track .title params.limit has( ( ) [ ] { } "x" ' && || ! - ? : , . == in 1 2.5 c exists( """
    r"""c,true) \ // ` @ null dyn( type( int r' b" 0x 1e9 true stave.Track{ now 😀"""
)
_SNIPPETS = st.sampled_from([*_WORDS.split(), '"""', "\0", "\ud800", "\n", " "])


@settings(deadline=None)  # a busy machine is no mistake
@given(st.one_of(st.text(max_size=40), st.lists(_SNIPPETS, max_size=12).map("".join)))
def test_whatever_the_text_there_is_a_tree_or_an_error(text: str) -> None:
    tree, found = ENVIRONMENT.compile(Placed.alone(text))
    assert (tree is None) <= any(each.severity == "error" for each in found)
    for each in found:
        assert each.span is not None
        assert "\n" not in each.message


@settings(deadline=None)  # a busy machine is no mistake
@given(texts(), st.data())
def test_a_text_with_one_wrong_sign_never_raises(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    sign = data.draw(st.sampled_from(["", "(", ")", '"', "&", ".", "x", "1", "\0", "\n", "!", ","]))
    ENVIRONMENT.compile(Placed.alone(text[:at] + sign + text[at + 1 :]))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "syntax"),
        (" \n\t", "syntax"),
        ("[" * LARGEST, "expression-too-deep"),
        ("(" * LARGEST, "expression-too-deep"),
        ("!" * LARGEST, "syntax"),
        ('"' * LARGEST, "syntax"),
        ("'''" + "\\" * 99_000, "syntax"),
        ("track.title" + ".a" * 5_000, "expression-too-deep"),
        ("+".join(["1"] * 100), "expression-too-deep"),
        ("true" + " " * LARGEST, "expression-too-large"),
        ("true \0", "control-character"),
        ("'\ud800' == track.title", "control-character"),
        ("\ufefftrue", "control-character"),
    ],
    ids=lambda value: value if len(value) < 30 else f"{value[:9]}...",
)
def test_texts_beyond_the_limits_are_refused(text: str, code: str) -> None:
    tree, found = ENVIRONMENT.compile(Placed.alone(text))
    assert tree is None
    assert [each.code for each in found] == [code]


def test_texts_within_the_limits_are_read() -> None:
    assert len(list(walk(compiled("&&".join(["track.explicit"] * 5_000))))) == 5_001
    deep = "track.counts.exists(c, " * (DEEPEST - 3) + "true" + ")" * (DEEPEST - 3)
    assert sum(isinstance(node, Quantifier) for node in walk(compiled(deep))) == DEEPEST - 3


# Google's evaluator, and CEL's official cases


def test_googles_evaluator_takes_our_documents() -> None:
    track = ENVIRONMENT.descriptors.to_message("Track", {"title": "x", "ai": {"score": 0.5}})
    data = {"track": track, "params.limit": 0.4}
    assert ENVIRONMENT.evaluate("track.ai.score > params.limit && !has(track.isrc)", data) is True
    with pytest.raises(RuntimeError, match="divide by zero"):
        ENVIRONMENT.evaluate("1 / track.deliveries", data)


def test_loose_trees_hold_what_rules_refuse() -> None:
    tree = compile_loose(
        "x.y + dyn(1u) == x.y || dyn(null) == null || b'\\xff' == b", {"x.y": "uint", "b": "bytes"}
    )
    assert {node.type for node in walk(tree)} == {"bool", "uint", "dyn", "null", "bytes"}
    with pytest.raises(ValueError, match="undeclared reference to 'z'"):
        compile_loose("z", {})
    with pytest.raises(Unreadable):
        compile_loose("type(1) == int", {})


_CORE = """
basic comparisons conversions fields fp_math integer_math lists logic macros namespace parse
plumbing string timestamps type_deduction
"""
_BEYOND = ("google.protobuf.Timestamp ==", "[optional.", "type(", "dyn")
_TYPES = {"INT64": "int", "UINT64": "uint"}


def test_official_cases_become_trees() -> None:
    """All core cases that the checker accepts, but for values that are types or optional."""
    raw = shared_or_skip("conformance", "cel", "cases.json").read_bytes()
    cases = [case for case in json.loads(raw) if case["file"] in _CORE.split()]
    read = [case for case in cases if not case.get("disable_check") and _declared(case) is not None]
    refused = [case["expr"] for case in read if not _is_read(case)]
    types = ["bool", "int", "uint", "double", "string", "bytes", "list", "null_type", "type"]
    assert [text for text in refused if text not in types and not text.startswith(_BEYOND)] == []
    assert len(read) - len(refused) > 700


def _declared(case: dict[str, Any]) -> dict[str, str] | None:
    """The variables of a case; None when it declares functions or leaves some undeclared."""
    names = case.get("declarations", [])
    if any("function" in each for each in names) or "unbound" in case["name"]:
        return None
    return {each["name"]: _type(each["ident"]["type"]) for each in names}


def _type(kind: dict[str, Any]) -> str:
    match kind:
        case {"primitive": name}:
            return _TYPES.get(name, str(name).lower())
        case {"listType": {"elemType": inner}}:
            return f"list({_type(inner)})"
        case {"mapType": {"keyType": key, "valueType": value}}:
            return f"map({_type(key)}, {_type(value)})"
        case {"messageType": name}:
            return str(name).rpartition(".")[2].lower()
    raise AssertionError(kind)


def _is_read(case: dict[str, Any]) -> bool:
    try:
        compile_loose(case["expr"], _declared(case) or {})
    except ValueError:
        return False
    return True
