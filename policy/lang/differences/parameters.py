"""What differs between the parameters of two versions, and what that does to their rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.lang.differences.changes import (
    Change,
    NamedDifference,
    Reach,
    Reached,
    Weight,
    heaviest,
)
from policy.lang.differences.rules import reference_text, weigh
from policy.lang.differences.trees import Trees, sign
from policy.lang.parameters import Value
from policy.lang.plan import Parameter, ParameterValue, Plan, RulePlan
from policy.lang.shapes import is_timestamp

_LENGTH = re.compile(r"-?[0-9.]+s")
_REACH: dict[int, Reach] = {1: "more", -1: "less"}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Compares the parameters that two versions read. `plan` and `trees` are of the later one."""

    plan: Plan
    trees: Trees

    def differences(
        self, before: Mapping[str, Parameter], after: Mapping[str, Parameter]
    ) -> Iterator[NamedDifference]:
        """Parameters that are read only now or no more, and those with other values."""
        for name in sorted({*before, *after}):
            old, new = before.get(name), after.get(name)
            if old and new:
                reached = tuple(self._reached(old, new))
                weight = heaviest(*(each.weight for each in reached)) or _unread_by_rules(new)
                changes = tuple(_changes(old, new, weight))
                if changes:
                    yield NamedDifference("changed", name, changes, reached)
            elif new:
                yield NamedDifference("added", name, tuple(_held(new)))
            else:
                yield NamedDifference("removed", name)

    def _reached(self, old: Parameter, new: Parameter) -> Iterator[Reached]:
        """The rules that another value reaches."""
        grows = growth(old, new)
        if grows == 0:
            return
        for rule in self.plan.rules:
            reach = self._reach(rule, new.name, grows)
            if reach:
                yield Reached(rule.id, reach, weigh(reach, rule.effect, self.plan.combine))

    def _reach(self, rule: RulePlan, name: str, grows: int | None) -> Reach:
        """What other values do to a rule."""
        nodes = [rule.when] if rule.territories is None else [rule.when, rule.territories]
        signs = [sign(self.trees.expanded(node), name) for node in nodes]
        found = {
            "unclear" if grows is None else _REACH.get(read * grows, "unclear")
            for read in signs
            if read is not None
        }
        return "" if not found else found.pop() if len(found) == 1 else "unclear"


def growth(old: Parameter, new: Parameter) -> int | None:
    """1 when the values became higher or longer, -1 for the opposite, 0 when they are the same.

    None when neither can be said of all days.
    """
    days = {value.valid_from for value in (*old.values, *new.values)}
    grown = {_compared(old.at(day), new.at(day)) for day in days} - {0}
    return 0 if not grown else grown.pop() if len(grown) == 1 else None


def _compared(before: ParameterValue | None, after: ParameterValue | None) -> int | None:
    if before is None or after is None:
        return None
    old, new = _measured(before.value), _measured(after.value)
    match old, new:
        case frozenset(), frozenset():
            return _order(old < new, new < old, old == new)
        case float(), float():
            return _order(old < new, new < old, old == new)
        case datetime(), datetime():
            return _order(old < new, new < old, old == new)
    return _order(False, False, before.value == after.value)


def _order(grows: bool, shrinks: bool, stays: bool) -> int | None:
    return 1 if grows else -1 if shrinks else 0 if stays else None


def _measured(value: Value) -> float | datetime | frozenset[str] | None:
    """What of a value can be more or less: a number, an instant, a length of time, a list."""
    match value:
        case bool() | int() | float():
            return float(value)
        case tuple():
            return frozenset(value)
    if is_timestamp(value):
        return datetime.fromisoformat(value)
    return float(value[:-1]) if _LENGTH.fullmatch(value) else None


def _unread_by_rules(parameter: Parameter) -> Weight:
    """What another value weighs that reaches no outcome: who is paid what is a duty."""
    return "duties" if parameter.read_by == "accounting" else "words"


def _changes(old: Parameter, new: Parameter, weight: Weight) -> Iterator[Change]:
    if old.type != new.type:
        yield Change("type", old.type, new.type, "unclear")
    if old.doc != new.doc:
        yield Change("doc", old.doc, new.doc, "words")
    if old.read_by != new.read_by:
        yield Change("read_by", old.read_by, new.read_by, "words")
    olds, news = ({value.valid_from: value for value in each.values} for each in (old, new))
    for day in sorted({*olds, *news}):
        before = olds.get(day) or new.at(day - timedelta(days=1))
        after = news.get(day) or new.at(day)
        yield from _on_day(day.isoformat(), before, after, day in olds and day in news, weight)


def _on_day(
    day: str,
    before: ParameterValue | None,
    after: ParameterValue | None,
    both: bool,
    weight: Weight,
) -> Iterator[Change]:
    was, now = _shown(before), _shown(after)
    if not both or was != now:
        yield Change("value", was, now, weight if was != now else "words", day)
    if not both or _source(before) != _source(after):
        yield Change("reference", _source(before) if both else "", _source(after), "words", day)


def _held(parameter: Parameter) -> Iterator[Change]:
    """The values of a parameter that was not read before."""
    for value in parameter.values:
        yield Change("value", "", _shown(value), "words", value.valid_from.isoformat())


def _shown(value: ParameterValue | None) -> str:
    match value:
        case None:
            return ""
        case ParameterValue(value=bool() as truth):
            return "true" if truth else "false"
        case ParameterValue(value=tuple() as words):
            return ", ".join(words)
    return str(value.value)


def _source(value: ParameterValue | None) -> str:
    return reference_text(value.reference) if value and value.reference else ""
