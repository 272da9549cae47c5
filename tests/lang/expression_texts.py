"""Hypothesis strategies for well-typed expression texts over `tests.lang.small_facts`."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

_Tokens = list[str]
_Scope = tuple[tuple[str, str], ...]
"""The locals in sight: name and type."""

_GAPS = st.sampled_from(["", "", " ", "  ", "\n", " // 😀 c'est\n "])
_TEXTS = st.sampled_from(
    ['"x"', "'ä😀'", 'r"\\d+"', '"""a "b"\n c"""', "'''it's'''", r'"q\"\\\u00e4"', '"// no"']
)
_LISTS = {
    "int": "track . counts",
    "string": "track . genres",
    "Contributor": "track . contributors",
}
_FACTS = {
    "bool": ["track . explicit", "has ( track . release . label )", "true", "(true)"],
    "int": [
        "track . deliveries",
        "params . most",
        "now . getFullYear ( )",
        "size ( track . moods )",
    ],
    "string": ["track . title", "track . isrc", "track . release . label . name"],
}
_OPERATORS = {
    "int": ["+", "-", "*", "/", "%"],
    "string": ["+"],
    "bool": ["&&", "||", "&&", "||", "=="],
}


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A bool expression with odd spacing, comments, brackets and signs."""
    tokens = draw(_expressions("bool", 4, ()))
    text = tokens[0]
    for before, token in pairwise(tokens):
        gap = draw(_GAPS)
        words = _is_word(before[-1]) and _is_word(token[0])
        text += (gap or " " if words else gap) + token
    return text


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign in "_'\""


@st.composite
def _expressions(draw: st.DrawFn, kind: str, depth: int, scope: _Scope) -> _Tokens:
    if depth == 0:
        return draw(_leaves(kind, scope))
    shapes = ["leaf", "binary", "binary", "choice", "brackets", "index"]
    shapes += {"bool": ["not", "compare", "compare", "some", "has"], "int": ["minus"]}.get(kind, [])
    shape = draw(st.sampled_from(shapes))

    def part(kind: str) -> _Tokens:
        return draw(_expressions(kind, depth - 1, scope))

    match shape:
        case "binary":
            return [*_in(part(kind)), draw(st.sampled_from(_OPERATORS[kind])), *_in(part(kind))]
        case "choice":
            return [*_in(part("bool")), "?", *_in(part(kind)), ":", *part(kind)]
        case "brackets":
            return ["(", *part(kind), ")"]
        case "not" | "minus":
            sign = {"not": "!", "minus": "-"}[shape]
            return [*[sign] * draw(st.integers(1, 3)), *_in(part(kind))]
        case "index":
            items = [*part(kind), ",", *part(kind)]
            return ["[", *items, "]", "[", *part("int"), "]"]
        case "compare":
            return draw(_comparisons(depth, scope))
        case "some":
            return draw(_quantifiers(depth, scope))
        case "has":
            return ["has", "(", "{", '"a"', ":", *part("int"), "}", ".", "a", ")"]
    return draw(_leaves(kind, scope))


def _in(tokens: _Tokens) -> _Tokens:
    """In brackets unless it is one word: the text shall have the type that it was drawn for."""
    return tokens if len(tokens) == 1 else ["(", *tokens, ")"]


@st.composite
def _comparisons(draw: st.DrawFn, depth: int, scope: _Scope) -> _Tokens:
    kind = draw(st.sampled_from(["int", "string"]))
    left = _in(draw(_expressions(kind, depth - 1, scope)))
    right = _in(draw(_expressions(kind, depth - 1, scope)))
    if kind == "string" and draw(st.booleans()):
        return [*left, ".", draw(st.sampled_from(["startsWith", "contains"])), "(", *right, ")"]
    sign = draw(st.sampled_from(["==", "!=", "<", ">=", "in"]))
    return [*left, sign, *(["[", *right, "]"] if sign == "in" else right)]


@st.composite
def _quantifiers(draw: st.DrawFn, depth: int, scope: _Scope) -> _Tokens:
    kind, name = draw(st.sampled_from(sorted(_LISTS))), f"v{len(scope)}"
    over = _LISTS[kind].split()
    if draw(st.booleans()):
        over = ["(", *over, ")"]
    inner = draw(_expressions("bool", depth - 1, (*scope, (name, kind))))
    shape = draw(st.sampled_from(["exists", "all", "exists_one", "filter", "map", "map?"]))
    if shape in ("exists", "all", "exists_one"):
        return [*over, ".", shape, "(", name, ",", *inner, ")"]
    chosen = [*over, ".", shape.rstrip("?"), "(", name, ",", *inner]
    more = [",", "1"] if shape == "map?" else []
    return ["size", "(", *chosen, *more, ")", ")", ">", "0"]


@st.composite
def _leaves(draw: st.DrawFn, kind: str, scope: _Scope) -> _Tokens:
    facts = [*_FACTS[kind], *(name for name, held in scope if held == kind)]
    if kind == "int":
        facts += [f"{name} . born" for name, held in scope if held == "Contributor"]
        facts += ["1", "-7", "0x1F", "- 2"]
    if kind == "string" and draw(st.booleans()):
        return [draw(_TEXTS)]
    return _in(draw(st.sampled_from(facts)).split())
