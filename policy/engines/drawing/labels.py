"""What stands under which place of a condition: the value of each part that was evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from policy.engines.drawing.layout import Label
from policy.engines.drawing.places import function_place, member_place, operator_place
from policy.engines.drawing.values import shown
from policy.engines.observing import Seen
from policy.lang.source import Source
from policy.lang.tree import And, Call, If, ListOf, Literal, MapOf, Node, Or, Quantifier

NOT_ASKED = "not asked"


def labels(source: Source, seen: Seen, told: str = "") -> Iterator[Label]:
    """The labels of an evaluation whose own truth is told elsewhere, and so is the error `told`.

    Of a quantifier they are those of the item that decided it.
    """
    if not isinstance(seen.node, And | Or):
        yield from _label(source, seen, told)
    yield from _below(source, seen, told)


def _label(source: Source, seen: Seen, told: str) -> Iterator[Label]:
    text = _text(seen, told)
    if text:
        line, column = _place(source, seen.node)
        yield Label(line, column, text)


def _below(source: Source, seen: Seen, told: str) -> Iterator[Label]:
    yield from _not_asked(seen)
    for part in _parts(seen):
        if not isinstance(part.node, Literal):
            yield from _label(source, part, told)
            yield from _below(source, part, told)


def _place(source: Source, node: Node) -> tuple[int, int]:
    """Where a node's value belongs: below its operator or its name, else below its beginning."""
    match node:
        case And(parts=parts):
            return operator_place(source, parts[0], parts[1], "&&")
        case Or(parts=parts):
            return operator_place(source, parts[0], parts[1], "||")
        case If(condition=condition, then=then):
            return operator_place(source, condition, then, "?")
        case Quantifier(range=over, kind=kind):
            return member_place(source, over, kind)
        case Call():
            return function_place(source, node)
    return node.span.line, node.span.column


def _text(seen: Seen, told: str) -> str:
    """The value in few words; empty where it would only repeat its parts."""
    if seen.error is not None:
        inner = any(part.error is seen.error for part in seen.parts)
        return "error" if inner or str(seen.error) == told else f"error: {seen.error}"
    match seen.node:
        case Quantifier(kind="filter"):
            return f"kept {len(seen.value)} of {len(items_of(seen))}"
        case Quantifier(kind="exists" | "all" | "exists_one" as kind):
            return shown(seen.value) + _deciding_words(seen, kind)
        case ListOf() | MapOf():
            return ""
    return shown(seen.value)


def _deciding_words(seen: Seen, kind: str) -> str:
    count = len(items_of(seen))
    index = deciding(seen)
    if index is not None:
        return f", item {index + 1} of {count}" if count > 1 else ""
    return ", no items" if count == 0 else ""


def items_of(seen: Seen) -> list[Seen]:
    """The evaluations of a quantifier's predicate, one for each item."""
    node = seen.node
    if not isinstance(node, Quantifier):
        return []
    return [part for part in seen.parts if part.node is node.condition]


def deciding(seen: Seen) -> int | None:
    """The position from 0 of the item that decided an `exists` or an `all`; None without one."""
    node = seen.node
    if not isinstance(node, Quantifier) or node.kind not in ("exists", "all"):
        return None
    if seen.error is not None:
        tests = [item.error is seen.error for item in items_of(seen)]
    else:
        wanted = node.kind == "exists"
        tests = [item.value is wanted and seen.value is wanted for item in items_of(seen)]
    return tests.index(True) if True in tests else None


def _parts(seen: Seen) -> Iterator[Seen]:
    """The parts to draw in the same lines: of several items only the one that decided."""
    items = items_of(seen)
    if not items:
        yield from seen.parts
        return
    index = 0 if len(items) == 1 else deciding(seen)
    yield from (part for part in seen.parts if not any(part is item for item in items))
    if index is not None:
        yield items[index]


def _not_asked(seen: Seen) -> Iterator[Label]:
    """The first part of `&&` or `||`, or the branch of `? :`, that did not matter any more."""
    match seen.node:
        case And(parts=parts) | Or(parts=parts):
            left = parts[len(seen.parts) :][:1]
        case If(then=then, otherwise=otherwise) if seen.parts:
            left = tuple(part for part in (then, otherwise) if seen.part(part) is None)
        case _:
            return
    for node in left:
        yield Label(node.span.line, node.span.column, NOT_ASKED)
