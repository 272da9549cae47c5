"""Mutants of parameters: their dated values, and the days from which they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.of_versions import DAY, in_force_between
from policy.engines.mutation.original import Original, decides, readers_of_parameter
from policy.engines.mutation.steps import next_doubles, next_ints, next_times, without_one
from policy.engines.mutation.yaml_places import YamlPlaces
from policy.lang.diagnostics import quoted
from policy.lang.plan import Parameter, ParameterValue
from policy.lang.source import Source, Span

_Value = bool | int | float | str | tuple[str, ...]


def of_parameters(original: Original) -> Iterator[Draft]:
    """Every mutant of the parameters that a condition or a territory asks for."""
    if original.numbers is None:
        return
    places = YamlPlaces.of(original.numbers)
    for parameter in original.parameters:
        variables, rules = readers_of_parameter(original.plan, parameter.name)
        if decides(original.plan, rules, variables, parameter.name):
            made = _Maker(original, original.numbers, parameter, places, rules, variables)
            yield from made.drafts()


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the mutants of one parameter."""

    original: Original
    source: Source
    parameter: Parameter
    places: YamlPlaces
    rules: tuple[str, ...]
    variables: frozenset[str]

    def drafts(self) -> Iterator[Draft]:
        """Of each dated line that holds while the rules do."""
        lines = self.parameter.values
        for at, line in enumerate(lines):
            ended = lines[at + 1].valid_from if at + 1 < len(lines) else None
            if in_force_between(self.original, line.valid_from, ended):
                yield from self._values(at, line)
            if at and line.value != lines[at - 1].value:
                yield from self._days(at, line)

    def _values(self, at: int, line: ParameterValue) -> Iterator[Draft]:
        for member, value in _next_values(line.value, self.parameter.type):
            words = f"{_shown(line.value)} became {_shown(value)}"
            span = self._place(at, "value")
            if isinstance(line.value, tuple) and member is not None:
                words = f"left out {quoted(line.value[member])}"
                span = self._place(at, "value", member)
            yield self._draft(at, replace(line, value=value), span, words)

    def _days(self, at: int, line: ParameterValue) -> Iterator[Draft]:
        """A day earlier and later, where that day is one of the rules and the order stays."""
        lines, day = self.parameter.values, line.valid_from
        for near, other in ((day - DAY, day - DAY), (day + DAY, day)):
            ahead = lines[at + 1].valid_from if at + 1 < len(lines) else None
            ordered = lines[at - 1].valid_from < near and (ahead is None or near < ahead)
            if ordered and self.original.plan.in_force(other):
                words = f"`{day}` became `{near}`"
                yield self._draft(
                    at, replace(line, valid_from=near), self._place(at, "from"), words
                )

    def _place(self, at: int, *path: str | int) -> Span:
        return self.places.of_path("parameters", self.parameter.name, "values", at, *path)

    def _draft(self, at: int, line: ParameterValue, span: Span, words: str) -> Draft:
        lines = self.parameter.values
        changed = replace(self.parameter, values=(*lines[:at], line, *lines[at + 1 :]))
        parameters = tuple(
            changed if each.name == changed.name else each for each in self.original.parameters
        )
        return Draft(
            f"params.{self.parameter.name}",
            "parameter",
            self.source.path,
            span,
            words,
            self.original.plan,
            parameters,
            self.rules,
            self.variables,
        )


def _next_values(value: _Value, kind: str) -> Iterator[tuple[int | None, _Value]]:
    """The values next to one; of a list without one member, the position of the member as well."""
    match value:
        case bool():
            yield None, not value
        case int() if kind == "int":
            yield from ((None, near) for near in next_ints(value))
        case int() | float():
            yield from ((None, near) for near in next_doubles(float(value)))
        case str() if kind in ("timestamp", "duration"):
            yield from ((None, near) for near in next_times(value, kind))
        case str():
            yield None, f"{value}x"
        case tuple():
            yield from without_one(value)


def _shown(value: _Value) -> str:
    return quoted(str(value).lower() if isinstance(value, bool) else str(value))
