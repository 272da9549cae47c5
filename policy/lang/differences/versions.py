"""What differs between two versions of a ruleset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from policy.lang.differences.changes import (
    Change,
    Difference,
    NamedDifference,
    Reached,
    RuleDifference,
    What,
    heaviest,
    weight_of,
)
from policy.lang.differences.parameters import Parameters
from policy.lang.differences.rules import Rules, weigh
from policy.lang.differences.trees import Trees
from policy.lang.plan import Parameter, Plan, RulePlan
from policy.lang.source import Source
from policy.lang.tree import Variable, walk


@dataclass(frozen=True, slots=True)
class Version:
    """A compiled version with its text, and the parameters that it reads, by name."""

    plan: Plan
    source: Source
    parameters: Mapping[str, Parameter]

    @property
    def trees(self) -> Trees:
        """Its trees, for comparing."""
        return Trees(self.source, {each.name: each.tree for each in self.plan.variables})


def difference(before: Version | None, after: Version | None) -> Difference:
    """All that differs. One side may be missing: a ruleset that is new, or gone."""
    if before and after:
        return _Comparison(before, after).difference()
    if after:
        return _alone(after, "added")
    if before:
        return _alone(before, "removed")
    raise ValueError("there is nothing to compare")


def _alone(version: Version, kind: str) -> Difference:
    plan = version.plan
    rules = tuple(
        _gone(rule, plan) if kind == "removed" else _come(rule, plan) for rule in plan.rules
    )
    names = ("", plan.version) if kind == "added" else (plan.version, "")
    return Difference(
        plan.ruleset, *names, weight=heaviest(*(rule.weight for rule in rules)), rules=rules
    )


def _come(rule: RulePlan, plan: Plan) -> RuleDifference:
    weight = weigh("more", rule.effect, plan.combine)
    return RuleDifference("added", rule.id, rule.title, rule.effect, weight)


def _gone(rule: RulePlan, plan: Plan) -> RuleDifference:
    weight = weigh("less", rule.effect, plan.combine)
    return RuleDifference("removed", rule.id, rule.title, rule.effect, weight)


class _Comparison:
    """Two versions side by side."""

    def __init__(self, before: Version, after: Version) -> None:
        self._before, self._after = before.plan, after.plan
        self._versions = before, after
        self._old, self._new = before.trees, after.trees
        first_match = "first_match" in (before.plan.combine, after.plan.combine)
        self._combine = "first_match" if first_match else after.plan.combine
        self._rules = Rules(self._old, self._new, self._combine)

    def difference(self) -> Difference:
        before, after = self._versions
        heads = tuple(self._heads())
        rules = tuple(self._rule_differences())
        variables = tuple(self._variables())
        parameters = tuple(
            Parameters(after.plan, self._new).differences(before.parameters, after.parameters)
        )
        named = (*variables, *parameters)
        weights = [
            weight_of(heads),
            *(rule.weight for rule in rules),
            *(weight_of(each.changes) for each in named),
            *(reached.weight for each in named for reached in each.reached),
        ]
        return Difference(
            ruleset=after.plan.ruleset,
            before=before.plan.version,
            after=after.plan.version,
            weight=heaviest(*weights),
            changes=heads,
            rules=rules,
            variables=variables,
            parameters=parameters,
        )

    def _heads(self) -> Iterator[Change]:
        before, after = self._before, self._after
        if before.subject != after.subject:
            yield Change("subject", before.subject, after.subject, "unclear")
        if before.combine != after.combine:
            yield Change("combine", before.combine, after.combine, "unclear")
        begun = before.effective_from, after.effective_from
        if begun[0] != begun[1]:
            earlier = (begun[1] or date.min) < (begun[0] or date.min)
            yield _dated("effective_from", *begun, longer=earlier)
        ended = before.effective_until, after.effective_until
        if ended[0] != ended[1]:
            later = (ended[1] or date.max) > (ended[0] or date.max)
            yield _dated("effective_until", *ended, longer=later)

    # Rules

    def _rule_differences(self) -> Iterator[RuleDifference]:
        renamed = self._renamed()
        old = {renamed.get(rule.id, rule.id): rule for rule in self._before.rules}
        kept = [rule.id for rule in self._after.rules if rule.id in old]
        moved = self._moved([name for name in old if name in kept], kept)
        for rule in self._after.rules:
            if rule.id in old:
                changes = (*self._rules.changes(old[rule.id], rule), *moved.get(rule.id, ()))
                yield from _changed(old[rule.id], rule, changes)
            else:
                yield _come(rule, self._after)
        for name, rule in old.items():
            if name not in kept:
                yield _gone(rule, self._before)

    def _renamed(self) -> dict[str, str]:
        """Old to new ids of rules that are the same but for their id."""
        old = {rule.id: rule for rule in self._before.rules}
        new = {rule.id: rule for rule in self._after.rules}
        come = {
            (rule.effect, self._new.key(rule.when)): name
            for name, rule in new.items()
            if name not in old
        }
        return {
            name: come[same]
            for name, rule in old.items()
            if name not in new and (same := (rule.effect, self._old.key(rule.when))) in come
        }

    def _moved(self, old: list[str], new: list[str]) -> dict[str, tuple[Change, ...]]:
        """In a first-match table, rules that stand before or behind others than they did."""
        if self._combine != "first_match":
            return {}
        still = set(_longest_in_order([old.index(name) for name in new]))
        return {
            name: (Change("order", _behind(old, name), _behind(new, name), "unclear"),)
            for name in new
            if old.index(name) not in still
        }

    # Variables

    def _variables(self) -> Iterator[NamedDifference]:
        old, new = dict(self._old.variables), dict(self._new.variables)
        conditions = self._rules.conditions("allow")
        for name in [*new, *(name for name in old if name not in new)]:
            if name in old and name in new:
                changes = conditions.changes(old[name], new[name])
                if changes:
                    weighed = tuple(_unweighed(change) for change in changes)
                    yield NamedDifference("changed", name, weighed, tuple(self._reached(name)))
            elif name in new:
                text = self._new.text(new[name])
                yield NamedDifference("added", name, (Change("wording", "", text, "words"),))
            else:
                text = self._old.text(old[name])
                yield NamedDifference("removed", name, (Change("wording", text, "", "words"),))

    def _reached(self, name: str) -> Iterator[Reached]:
        """Rules whose condition a changed variable changes."""
        for rule in self._after.rules:
            if not self._names(rule, name):
                continue
            reach = self._rules.conditions(rule.effect).reach_of_variables(rule.when)
            if reach:
                yield Reached(rule.id, reach, weigh(reach, rule.effect, self._combine))

    def _names(self, rule: RulePlan, name: str) -> bool:
        """Whether a rule names a variable, through others too."""
        waiting = [rule.when, *([rule.territories] if rule.territories else [])]
        seen: set[str] = set()
        while waiting:
            for node in walk(waiting.pop()):
                if isinstance(node, Variable) and node.name not in seen:
                    seen.add(node.name)
                    waiting.append(self._new.variables[node.name])
        return name in seen


def _unweighed(change: Change) -> Change:
    """A change of a variable weighs what it weighs in the rules that read it."""
    return Change(change.what, change.before, change.after, "words", change.about, change.reach)


def _changed(old: RulePlan, new: RulePlan, changes: Sequence[Change]) -> Iterator[RuleDifference]:
    weight = weight_of(changes)
    if old.id != new.id:
        yield RuleDifference(
            "renamed", new.id, new.title, new.effect, weight or "words", tuple(changes), old.id
        )
    elif changes:
        yield RuleDifference("changed", new.id, new.title, new.effect, weight, tuple(changes))


def _dated(what: What, before: date | None, after: date | None, *, longer: bool) -> Change:
    was, now = (day.isoformat() if day else "" for day in (before, after))
    return Change(what, was, now, "stricter" if longer else "milder")


def _behind(names: list[str], name: str) -> str:
    """Where a rule stands in a table."""
    at = names.index(name)
    return f"behind {names[at - 1]}" if at else "first"


def _longest_in_order(numbers: list[int]) -> list[int]:
    """The longest part of a list whose numbers rise."""
    best: list[list[int]] = []
    for number in numbers:
        before = max((each for each in best if each[-1] < number), key=len, default=[])
        best.append([*before, number])
    return max(best, key=len, default=[])
