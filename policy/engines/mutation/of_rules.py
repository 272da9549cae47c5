"""Mutants of what a rule says when its condition holds: effect, errors, territories, duties."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.literals import members
from policy.engines.mutation.original import Original, has_places
from policy.engines.mutation.sites import Site
from policy.engines.mutation.steps import neighbours
from policy.engines.mutation.yaml_places import YamlPlaces
from policy.lang.diagnostics import quoted
from policy.lang.plan import EFFECTS, ObligationPlan, OnError, RulePlan
from policy.lang.source import Span
from policy.lang.tree import replaced, walk
from policy.lang.words import PARTIES

_PERIOD = re.compile(r"(PT?)(\d+)([DH])")


class _Change(NamedTuple):
    mutator: str
    span: Span
    words: str
    rule: RulePlan


def of_rules(original: Original) -> Iterator[Draft]:
    """Every mutant of every rule, its condition apart."""
    places = YamlPlaces.of(original.source)
    plan = original.plan
    for at, rule in enumerate(plan.rules):
        for change in _changes(rule, at, original, places):
            rules = (*plan.rules[:at], change.rule, *plan.rules[at + 1 :])
            yield Draft(
                rule.id,
                change.mutator,
                original.source.path,
                change.span,
                change.words,
                replace(plan, rules=rules),
                original.parameters,
                (rule.id,),
            )


def _changes(rule: RulePlan, at: int, original: Original, places: YamlPlaces) -> Iterator[_Change]:
    yield from _effects(rule, places.of_path("rules", at, "effect"))
    yield from _on_error(rule, places.of_path("rules", at, "on_error"))
    yield from _scope(rule, original)
    for number, duty in enumerate(rule.obligations):
        yield from _duties(rule, number, places, ("rules", at, "obligations", number), duty)


def _effects(rule: RulePlan, span: Span) -> Iterator[_Change]:
    """One step milder, one step stricter."""
    at = EFFECTS.index(rule.effect)
    for effect in (*EFFECTS[max(0, at - 1) : at], *EFFECTS[at + 1 : at + 2]):
        words = f"{quoted(rule.effect)} became {quoted(effect)}"
        yield _Change("effect", span, words, replace(rule, effect=effect))


def _on_error(rule: RulePlan, span: Span) -> Iterator[_Change]:
    """Each other word; all rules that have none said mean `review`."""
    words: tuple[OnError, ...] = ("review", "block", "skip")
    for word in words:
        if word != rule.on_error:
            told = f"`on_error: {rule.on_error}` became `on_error: {word}`"
            yield _Change("on-error", span, told, replace(rule, on_error=word))


def _scope(rule: RulePlan, original: Original) -> Iterator[_Change]:
    """Spoken everywhere; and less each code that is written out."""
    tree = rule.territories
    if tree is None or not has_places(rule, original.plan):
        return
    everywhere = replace(rule, territories=None)
    yield _Change("scope", tree.span, "`territories` became everywhere", everywhere)
    site = Site(tree, original.source)
    for node in walk(tree):
        for change in members(node, site):
            less = replace(rule, territories=replaced(tree, node, change.node))
            yield _Change("scope", change.span, change.words, less)


def _duties(
    rule: RulePlan,
    number: int,
    places: YamlPlaces,
    path: tuple[str | int, ...],
    duty: ObligationPlan,
) -> Iterator[_Change]:
    """Left out; owed by another party; due a day, or an hour, earlier and later."""

    def other(duties: tuple[ObligationPlan, ...]) -> RulePlan:
        before, after = rule.obligations[:number], rule.obligations[number + 1 :]
        return replace(rule, obligations=(*before, *duties, *after))

    words = f"left out the obligation {quoted(duty.do)}"
    yield _Change("duty", places.of_path(*path, "do"), words, other(()))
    party = list(neighbours(duty.of, tuple(PARTIES)))[-1]
    words = f"{quoted(duty.of)} became {quoted(party)}"
    span = places.of_path(*path, "of")
    yield _Change("party", span, words, other((replace(duty, of=party),)))
    for within in _next_periods(duty.within):
        words = f"{quoted(duty.within)} became {quoted(within)}"
        span = places.of_path(*path, "within")
        yield _Change("deadline", span, words, other((replace(duty, within=within),)))


def _next_periods(within: str) -> Iterator[str]:
    """`P14D` gives `P13D` and `P15D`, `PT48H` gives `PT47H` and `PT49H`."""
    found = _PERIOD.fullmatch(within)
    if found:
        before, count, unit = found[1], int(found[2]), found[3]
        yield from (f"{before}{near}{unit}" for near in (count - 1, count + 1) if near)
