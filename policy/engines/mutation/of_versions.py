"""Mutants of what holds for a whole version: its days, how its rules combine, their order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, pairwise

from msgspec.structs import replace

from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.original import Original
from policy.engines.mutation.yaml_places import YamlPlaces
from policy.lang.combine import severity
from policy.lang.diagnostics import quoted
from policy.lang.plan import Parameter, Plan
from policy.lang.source import Span

DAY = timedelta(days=1)


def of_versions(original: Original) -> Iterator[Draft]:
    """Every mutant of a version as a whole."""
    places = YamlPlaces.of(original.source)
    yield from _days(original, places)
    yield from _combine(original, places)
    yield from _order(original, places)


def _days(original: Original, places: YamlPlaces) -> Iterator[Draft]:
    """The rules begin, and end, a day earlier and later."""
    for key, field in (("from", "effective_from"), ("until", "effective_until")):
        day = getattr(original.plan, field)
        for near in (day - DAY, day + DAY) if day else ():
            plan = replace(original.plan, **{field: near})
            if _has_days(plan) and _is_covered(plan, original.parameters):
                words = f"`{day}` became `{near}`"
                span = places.of_path("effective", key)
                yield _draft(original, "effective", "effective", span, words, plan)


def _has_days(plan: Plan) -> bool:
    begun, ended = plan.effective_from, plan.effective_until
    return begun is None or ended is None or begun < ended


def _is_covered(plan: Plan, parameters: tuple[Parameter, ...]) -> bool:
    """Whether the checker finds a value for each parameter on the first day."""
    first = plan.effective_from
    return first is None or all(each.at(first) for each in parameters)


def _combine(original: Original, places: YamlPlaces) -> Iterator[Draft]:
    """The other of the two ways to combine.

    Only where a milder rule stands above a stricter one: elsewhere the first is the strictest.
    """
    plan = original.plan
    effects = [severity(rule.effect) for rule in plan.rules]
    if any(above < below for above, below in combinations(effects, 2)):
        first = plan.combine == "most_restrictive"
        changed = replace(plan, combine="first_match" if first else "most_restrictive")
        words = f"{quoted(plan.combine)} became {quoted(changed.combine)}"
        yield _draft(original, "combine", "combine", places.of_path("combine"), words, changed)


def _order(original: Original, places: YamlPlaces) -> Iterator[Draft]:
    """In a first-match table two rules that stand together change places.

    Only where their effects differ: which of them is heard makes no other difference.
    """
    plan = original.plan
    for at, (rule, below) in enumerate(pairwise(plan.rules)):
        if plan.combine == "first_match" and rule.effect != below.effect:
            rules = (*plan.rules[:at], below, rule, *plan.rules[at + 2 :])
            words = f"{quoted(below.id)} came before {quoted(rule.id)}"
            span = places.of_path("rules", at + 1, "id")
            yield _draft(original, "order", "order", span, words, replace(plan, rules=rules))


def _draft(original: Original, key: str, mutator: str, span: Span, words: str, plan: Plan) -> Draft:
    path, parameters = original.source.path, original.parameters
    return Draft(f"version.{key}", mutator, path, span, words, plan, parameters, ())


def in_force_between(original: Original, begun: date, ended: date | None) -> bool:
    """Whether the rules apply on any day from `begun` up to `ended` (None: without end)."""
    plan = original.plan
    starts = max(begun, plan.effective_from or begun)
    ends = min(filter(None, (ended, plan.effective_until)), default=None)
    return ends is None or starts < ends
