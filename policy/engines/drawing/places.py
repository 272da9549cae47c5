"""Where operators and names of functions stand in the author's text.

A node knows the whole of its text; what it is called stands between its operands, or before them.
"""

from __future__ import annotations

from policy.lang.source import Source, Span
from policy.lang.tree import Call, Node

_OPERATORS = {"@in": "in", "_[_]": "[", "_?_:_": "?"}


def function_place(source: Source, call: Call) -> tuple[int, int]:
    """The place of a call's operator or name."""
    first = call.arguments[0] if call.arguments else call
    if call.function.startswith("_") or call.function == "@in":
        operator = _OPERATORS.get(call.function) or call.function.strip("_")
        second = call.arguments[1] if len(call.arguments) > 1 else call
        return operator_place(source, first, second, operator)
    if (first.span.line, first.span.column) == (call.span.line, call.span.column):
        return member_place(source, first, call.function)
    return call.span.line, call.span.column


def operator_place(source: Source, left: Node, right: Node, operator: str) -> tuple[int, int]:
    """The place of an operator between two nodes; that of the left one where it is not found."""
    ends = Span(left.span.end_line, left.span.end_column, right.span.line, right.span.column)
    return _find(source, ends, operator) or (left.span.line, left.span.column)


def member_place(source: Source, operand: Node, name: str) -> tuple[int, int]:
    """The place of `name` in `operand.name(...)`; that of the operand where it is not found."""
    span = operand.span
    rest = Span(span.end_line, span.end_column, span.end_line + 3, 1)
    return _find(source, rest, name) or (span.line, span.column)


def _find(source: Source, between: Span, text: str) -> tuple[int, int] | None:
    for number in range(between.line, between.end_line + 1):
        line = source.line(number)
        start = between.column - 1 if number == between.line else 0
        stop = between.end_column - 1 if number == between.end_line else len(line)
        found = line.find(text, start, stop)
        if found >= 0:
            return number, found + 1
    return None
