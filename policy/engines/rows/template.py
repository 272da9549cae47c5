"""Traces: a static template per ruleset version, and positional values per decision.

The template says which condition stands where in the author's text and at which positions of
the values its truth and its operands lie. Both are plain data that travel as JSON: what a decision
page shows needs neither the engine nor the plan.

Values are one tuple per ruleset. A truth is true, false, null (never asked) or the text of an
error. A quantifier's deciding item and a variable are tuples inside it, so a position is a path of
indexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from policy.engines.rows.times import format_duration, format_timestamp
from policy.lang.source import Source, Span

Kind: TypeAlias = Literal[
    "condition", "constant", "and", "or", "not", "if", "exists", "all", "exists_one", "variable"
]
Truth: TypeAlias = Literal["true", "false", "error", "not_needed"]
Path: TypeAlias = tuple[int, ...]
SeenValue: TypeAlias = bool | int | float | str | list[Any] | None


class SeenAt(msgspec.Struct, frozen=True, array_like=True):
    """A value that a condition reads: how it is written, its type, where it lies."""

    label: str
    type: str
    at: Path
    span: Span


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One condition of the author's text.

    `at` is where its truth lies, empty where the parts decide. Of a quantifier `items` is where the
    length of its range lies and `witness` where the deciding item does; its only part is the
    predicate. Of a variable `name` is a key of Template.variables.
    """

    kind: Kind
    span: Span
    at: Path = ()
    parts: tuple[Condition, ...] = ()
    seen: tuple[SeenAt, ...] = ()
    items: Path = ()
    witness: Path = ()
    name: str = ""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """How to read the trace values of one ruleset version. `rules` are in the plan's order."""

    rules: tuple[Condition, ...]
    variables: dict[str, Condition]


class Seen(msgspec.Struct, frozen=True):
    """A value as it was seen. `label` is the author's text of it; null means absent."""

    label: str
    value: SeenValue
    span: Span


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One condition with its outcome.

    `not_needed` says that the outcome was settled before it. `message` is the text of an error.
    `items` is how many items a quantifier had, `witness` the 0-based index of the one that decided;
    `parts` then shows the predicate for that item and is empty when no single item decided.
    """

    kind: Kind
    span: Span
    text: str
    truth: Truth
    message: str = ""
    name: str = ""
    seen: tuple[Seen, ...] = ()
    parts: tuple[Explained, ...] = ()
    items: int | None = None
    witness: int | None = None


def explain(
    template: Template, values: Sequence[Any], rule: int, source: Source | None = None
) -> Explained:
    """What happened in the rule at that index of the plan.

    `values` are a Traced's values or their JSON array read back; with the ruleset's source every
    part carries the author's text. Raises IndexError when the values belong to another template.
    """
    return _Explainer(template, values, source).explain(template.rules[rule])


def at(values: Sequence[Any], path: Path) -> Any:
    """The value at a position; None below a tuple that is not there."""
    found: Any = values
    for index in path:
        if found is None:
            return None
        found = found[index]
    return found


class _Explainer:
    def __init__(self, template: Template, values: Sequence[Any], source: Source | None) -> None:
        self._template = template
        self._values = values
        self._source = source

    def explain(self, condition: Condition) -> Explained:
        """The condition and what is below it, for a condition that was asked."""
        match condition.kind:
            case "and" | "or":
                return self._joined(condition)
            case "not":
                inner = self.explain(condition.parts[0])
                return self._made(condition, _NOT[inner.truth], inner.message, parts=(inner,))
            case "if":
                return self._if(condition)
            case "exists" | "all" | "exists_one":
                return self._quantifier(condition)
            case "variable":
                return self._variable(condition)
            case _:
                truth, message = self._truth(condition)
                seen = () if truth == "not_needed" else tuple(map(self._seen, condition.seen))
                return self._made(condition, truth, message, seen=seen)

    def _joined(self, condition: Condition) -> Explained:
        deciding: Truth = "false" if condition.kind == "and" else "true"
        settled, failed = False, ""
        parts: list[Explained] = []
        for part in condition.parts:
            told = self._skipped(part) if settled else self.explain(part)
            settled = settled or told.truth == deciding
            if told.truth == "error":
                failed = failed or told.message
            parts.append(told)
        truth = deciding if settled else "error" if failed else _NOT[deciding]
        message = failed if truth == "error" else ""
        return self._made(condition, truth, message, parts=tuple(parts))

    def _if(self, condition: Condition) -> Explained:
        asked, then, otherwise = condition.parts
        told = self.explain(asked)
        first = self.explain(then) if told.truth == "true" else self._skipped(then)
        second = self.explain(otherwise) if told.truth == "false" else self._skipped(otherwise)
        chosen = {"true": first, "false": second}.get(told.truth, told)
        return self._made(condition, chosen.truth, chosen.message, parts=(told, first, second))

    def _quantifier(self, condition: Condition) -> Explained:
        truth, message = self._truth(condition)
        witness = at(self._values, condition.witness)
        parts = () if witness is None else (self.explain(condition.parts[0]),)
        return self._made(
            condition,
            truth,
            message,
            parts=parts,
            items=None if truth == "not_needed" else at(self._values, condition.items),
            witness=None if witness is None else witness[0],
        )

    def _variable(self, condition: Condition) -> Explained:
        inner = self.explain(self._template.variables[condition.name])
        return self._made(condition, inner.truth, inner.message, parts=(inner,))

    def _truth(self, condition: Condition) -> tuple[Truth, str]:
        if condition.kind == "constant":
            return ("true" if condition.name == "true" else "false"), ""
        match at(self._values, condition.at):
            case True:
                return "true", ""
            case False:
                return "false", ""
            case str() as message:
                return "error", message
            case _:
                return "not_needed", ""

    def _skipped(self, condition: Condition) -> Explained:
        """A condition that nobody asked: its outcome was settled before."""
        parts = () if condition.kind in _QUANTIFIERS else tuple(map(self._skipped, condition.parts))
        return self._made(condition, "not_needed", parts=parts)

    def _seen(self, seen: SeenAt) -> Seen:
        value = shown(at(self._values, seen.at), seen.type)
        return Seen(seen.label or self._text(seen.span), value, seen.span)

    def _text(self, span: Span) -> str:
        return self._source.cut(span) if self._source else ""

    def _made(
        self,
        condition: Condition,
        truth: Truth,
        message: str = "",
        *,
        seen: tuple[Seen, ...] = (),
        parts: tuple[Explained, ...] = (),
        items: int | None = None,
        witness: int | None = None,
    ) -> Explained:
        return Explained(
            kind=condition.kind,
            span=condition.span,
            text=self._text(condition.span),
            truth=truth,
            message=message,
            name=condition.name if condition.kind == "variable" else "",
            seen=seen,
            parts=parts,
            items=items,
            witness=witness,
        )


_NOT: dict[Truth, Truth] = {
    "true": "false",
    "false": "true",
    "error": "error",
    "not_needed": "not_needed",
}
_QUANTIFIERS = frozenset({"exists", "all", "exists_one"})


def shown(value: Any, type_name: str) -> SeenValue:
    """A trace value for people: instants and lengths of time that were computed become text."""
    if isinstance(value, int) and type_name == "timestamp":
        return format_timestamp(value)
    if isinstance(value, int) and type_name == "duration":
        return format_duration(value)
    return value  # type: ignore[no-any-return]  # trace values are what JSON can hold
