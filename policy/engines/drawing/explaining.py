"""What a failing case prints of a rule: its condition, and the variables and items in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy.engines.drawing.labels import deciding, items_of, labels
from policy.engines.drawing.layout import drawn
from policy.engines.drawing.values import shown
from policy.engines.observing import Seen
from policy.lang.source import Source, Span
from policy.lang.tree import Quantifier, Variable

MOST_ITEMS = 5
"""Items of a list that are drawn where no single one decided."""


def explain(seen: Seen, variables: Mapping[str, Seen], source: Source | None, span: Span) -> str:
    """The drawing of a rule's condition, which stands at `span`: lines without an indentation.

    `variables` are the evaluations of those that it may name. Without a source only its outcome.
    """
    if source is None:
        return _status(seen)
    return "\n".join(_Explaining(variables, source).rule(seen, span))


class _Explaining:
    """Draws a condition, and opens each variable in it once."""

    def __init__(self, variables: Mapping[str, Seen], source: Source) -> None:
        self._variables = variables
        self._source = source
        self._named: list[str] = []

    def rule(self, seen: Seen, span: Span) -> Iterator[str]:
        """The condition, then the variables that it and they name."""
        yield f"{_status(seen)} ({self._source.path}:{span.line}:{span.column})"
        yield from self._tree(seen)
        for name in self._named:  # which grows on the way
            yield f"variable `{name}`{_outcome(self._variables[name])}"
            yield from self._tree(self._variables[name])

    def _tree(self, seen: Seen) -> Iterator[str]:
        self._note_variables(seen)
        yield from self._lines(seen)
        for each in seen.walk():
            if isinstance(each.node, Quantifier) and deciding(each) is None:
                yield from self._items(each)

    def _lines(self, seen: Seen) -> Iterator[str]:
        found = labels(self._source, seen, str(seen.error))
        yield from (f"  {line}" for line in drawn(self._source, seen.node.span, found))

    def _items(self, seen: Seen) -> Iterator[str]:
        """One drawing for each of several items that have no say alone."""
        found = items_of(seen)
        if len(found) < 2:
            return
        for number, item in enumerate(found[:MOST_ITEMS], start=1):
            yield f"item {number} of {len(found)}{_outcome(item)}"
            yield from self._lines(item)
        if len(found) > MOST_ITEMS:
            yield f"and {len(found) - MOST_ITEMS} more"

    def _note_variables(self, seen: Seen) -> None:
        for each in seen.walk():
            name = each.node.name if isinstance(each.node, Variable) else ""
            if name in self._variables and name not in self._named:
                self._named.append(name)


def _status(seen: Seen) -> str:
    if seen.error is not None:
        return f"could not be evaluated: {seen.error}"
    return "matched" if seen.value else "did not match"


def _outcome(seen: Seen) -> str:
    if seen.error is not None:
        return f" has no value: {seen.error}"
    text = shown(seen.value)
    return f" is {text}" if text else ""
