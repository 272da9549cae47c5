"""Literals that can never work: a pattern, instant, duration, time zone or format with a slip.

Each text is tried out by Google's own evaluator when the rule is compiled, so that a rule cannot
fail for it on the day when its branch is first reached. Of numbers, a divisor of 0 and an item
before the first never work.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cel_expr_python import cel

from policy.lang.clauses import Clause, pieces
from policy.lang.diagnostics import Diagnostic, error, quoted
from policy.lang.schema import element
from policy.lang.tree import Call, ListOf, Literal, Node, walk

_TRIALS = {
    "matches": (1, '"".matches(literal)', "a regular expression"),
    "timestamp": (0, "timestamp(literal)", "a timestamp"),
    "duration": (0, "duration(literal)", "a duration"),
    "int": (0, "int(literal)", "a whole number"),
    "double": (0, "double(literal)", "a number"),
    "bool": (0, "bool(literal)", "true or false"),
}
_ZONE = (1, "timestamp(0).getHours(literal)", "a time zone")
_HELP = {
    "timestamp": 'write the full instant, such as `timestamp("2026-08-02T00:00:00Z")`',
    "duration": 'write hours, minutes and seconds, such as `duration("36h")` or `duration("90s")`',
    "place": "items are counted from 0, the last is `list[size(list) - 1]`",
    "a time zone": "use a name such as `Europe/Berlin`, or an offset such as `+01:00`",
}


def check_literals(tree: Node, path: str) -> tuple[Diagnostic, ...]:
    """An error `bad-literal` for each text literal that its function cannot read."""
    return tuple(found for node in walk(tree) for found in _check(node, path))


def check_numbers(tree: Node, path: str) -> Iterator[Diagnostic]:
    """An error `bad-literal` for each divisor that is 0 and each place before a list's first.

    Apart from texts: these have a meaning in CEL, which back ends must keep, but none in a rule.
    """
    for node in walk(tree):
        match node:
            case Call(function="_/_" | "_%_", arguments=(_, Literal(type="int", value=0) as zero)):
                yield error("bad-literal", "nothing can be divided by `0`", path, zero.span)
            case Call(function="_[_]", arguments=(over, Literal(value=int() as place) as at)):
                if over.type.startswith("list(") and place < 0:
                    message = f"`{place}` is no place in a list"
                    yield error("bad-literal", message, path, at.span, help=_HELP["place"])


def _check(node: Node, path: str) -> Iterator[Diagnostic]:
    match node:
        case Call(function="format", arguments=(Literal() as text, values)):
            yield from _check_format(text, values, path)
        case Call(function=name, arguments=arguments):
            at, trial, what = _ZONE if name.startswith("get") else _TRIALS.get(name, (9, "", ""))
            literal = arguments[at] if at < len(arguments) else None
            if isinstance(literal, Literal) and isinstance(literal.value, str):
                reason = _failure(trial, literal.value)
                if reason is not None:
                    yield _bad_literal(literal, what, reason, _HELP.get(name, ""), path)


def _check_format(literal: Literal, values: Node, path: str) -> Iterator[Diagnostic]:
    """The clauses that are none, that no value is there for, or that do not take its type."""
    try:
        holes = [part for part in pieces(str(literal.value)) if isinstance(part, Clause)]
    except ValueError as reason:
        yield error(
            "bad-literal", f"this is not a format: {reason}", path, literal.span, help=_HOLES
        )
        return
    if isinstance(values, ListOf) and len(holes) > len(values.items):
        message = f"the format writes {len(holes)} values, the list has {len(values.items)}"
        yield error("bad-literal", message, path, literal.span, help="give a value for each")
    kind = element(values.type)
    for verb in dict.fromkeys(hole.verb for hole in holes):
        if kind not in _TAKEN.get(verb, (kind,)):
            message = f"`%{verb}` does not write {quoted(kind)}"
            yield error("bad-literal", message, path, literal.span, help=_HOLES)


_TAKEN = {
    **dict.fromkeys("dfe", ("int", "double")),
    **dict.fromkeys("xX", ("int", "string")),
    "b": ("int", "bool"),
    "o": ("int",),
}
"""Types that a clause of a format writes; `%s` writes all."""
_HOLES = "`%s` writes any value, `%d` and `%.2f` numbers, and `%%` is a percent sign"


def _bad_literal(literal: Literal, what: str, reason: str, help: str, path: str) -> Diagnostic:
    _, known, detail = reason.partition("invalid regular expression: ")
    message = f"{quoted(str(literal.value))} is not {what}"
    if known:
        message += f": {detail.removesuffix(f': {literal.value}')}"
    return error("bad-literal", message, path, literal.span, help=help or _HELP.get(what, ""))


@lru_cache(maxsize=1024)
def _failure(trial: str, literal: str) -> str | None:
    """Google's complaint about a literal, None when it has none."""
    value = _program(trial).eval(data={"literal": literal})
    return str(value.plain_value()) if value.type() == cel.Type.ERROR else None


@lru_cache
def _program(trial: str) -> cel.Expression:
    return cel.NewEnv(variables={"literal": cel.Type.STRING}).compile(trial)
