"""Differences in words."""

from __future__ import annotations

from collections.abc import Iterator

from policy.lang.differences.changes import (
    WEIGHTS,
    Change,
    Difference,
    NamedDifference,
    Reach,
    RuleDifference,
    Weight,
    What,
    heaviest,
    weight_of,
)
from policy.lang.folders import VERSION, version_order

_MATCHES: dict[Reach, str] = {
    "more": " (matches more)",
    "less": " (matches less)",
    "unclear": " (matches others)",
}
_WEIGHTS: dict[Weight, str] = {
    "stricter": "stricter",
    "unclear": "perhaps stricter",
    "milder": "milder",
    "duties": "other obligations",
    "words": "other words",
}
_SIGNS = {"added": "+", "removed": "-", "renamed": "~", "changed": "~"}
_PLAIN: dict[What, str] = {
    "subject": "subject",
    "combine": "combine",
    "effective_from": "in force from",
    "effective_until": "in force until",
    "effect": "effect",
    "on_error": "without an answer",
    "title": "title",
    "order": "place",
    "type": "type",
    "doc": "doc",
    "read_by": "read_by",
}
"""Changes that are told as `name: before -> after`."""


def told(difference: Difference) -> str:
    """A difference as text for a terminal, one paragraph for each part, a summary at the end."""
    names = " -> ".join(name or "nothing" for name in (difference.before, difference.after))
    blocks = [
        [f"{difference.ruleset}: {names}"],
        [_change(change) for change in difference.changes],
        [line for rule in difference.rules for line in _rule(rule)],
        [line for each in difference.variables for line in _named("variable", each)],
        [line for each in difference.parameters for line in _named("parameter", each)],
        summary(difference),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _rule(rule: RuleDifference) -> Iterator[str]:
    weight = f"; {_WEIGHTS[rule.weight]}" if rule.weight else ""
    match rule.kind:
        case "added":
            yield f"+ rule {rule.id} is new: {rule.title} ({rule.effect}){weight}"
        case "removed":
            yield f"- rule {rule.id} is gone: {rule.title} ({rule.effect}){weight}"
        case "renamed":
            yield f"~ rule {rule.was} is now called {rule.id}{weight}"
        case "changed":
            yield f"~ rule {rule.id}{weight}"
    yield from (f"    {_change(change)}" for change in rule.changes)


def _named(what: str, found: NamedDifference) -> Iterator[str]:
    sign = _SIGNS[found.kind]
    words = {"added": " is new", "removed": " is gone", "changed": ""}
    if what == "parameter":
        words = {"added": " is read now", "removed": " is read no more", "changed": ""}
    yield f"{sign} {what} {found.name}{words.get(found.kind, '')}"
    yield from (f"    {_change(change)}" for change in found.changes)
    for reached in found.reached:
        matches = _MATCHES.get(reached.reach, "")
        yield f"    reaches rule {reached.rule}{matches}; {_WEIGHTS[reached.weight]}"


def _change(change: Change) -> str:
    moved = f"{change.before or 'nothing'} -> {change.after or 'nothing'}"
    matches = _MATCHES.get(change.reach, "")
    match change.what:
        case "conjunct":
            words = "also asks for" if change.after else "asks no more for"
            return f"{words} `{change.after or change.before}`{matches}"
        case "alternative":
            words = "is content with" if change.after else "is content no more with"
            return f"{words} `{change.after or change.before}`{matches}"
        case "limit":
            return f"limit: `{change.about}` {moved}{matches}"
        case "values":
            return f"values of `{change.about}`: {_in_and_out(change)}{matches}"
        case "operator" | "condition":
            return f"condition: `{change.before}` -> `{change.after}`{matches}"
        case "wording":
            return _wording(change)
        case "territories":
            return f"territories: {moved}{matches.replace('matches', 'speaks in')}"
        case "reason":
            return f"reason was: {change.before}\n    reason is: {change.after}"
        case "reference":
            return f"source: {_in_and_out(change)}"
        case "dsa":
            return f"dsa {change.about}: {moved}"
        case "obligation":
            return f"obligation: {_in_and_out(change)}"
        case "deadline":
            return f"deadline of {change.about}: {moved}"
        case "detail":
            return f"{change.about}: {moved}"
        case "value":
            return f"from {change.about}: {moved}"
    return f"{_PLAIN[change.what]}: {moved}"


def _in_and_out(change: Change) -> str:
    """What is new with a plus, what is gone with a minus."""
    signs = (("+", change.after), ("-", change.before))
    return ", ".join(f"{sign} {text}" for sign, text in signs if text)


def _wording(change: Change) -> str:
    if change.before and change.after:
        return f"the same in other words: `{change.before}` -> `{change.after}`"
    return f"`{change.before or change.after}`"


# The summary


def summary(difference: Difference) -> list[str]:
    """The last lines: who is concerned and how, and which version number follows from it."""
    if difference.weight is None:
        return ["no difference in meaning"]
    weights: dict[str, Weight] = {}
    for name, weight in _weights(difference):
        weights[name] = heaviest(weight, weights.get(name)) or weight
    told = [
        f"{_WEIGHTS[weight]}: {', '.join(names)}"
        for weight in WEIGHTS
        if (names := [name for name, found in weights.items() if found == weight])
    ]
    return [*told, advice(difference)]


def _weights(difference: Difference) -> Iterator[tuple[str, Weight]]:
    """What is concerned, mostly rules, and how much; one thing may come up several times."""
    yield from ((_PLAIN[change.what], change.weight) for change in difference.changes)
    yield from ((rule.id, rule.weight) for rule in difference.rules if rule.weight)
    for named in (*difference.variables, *difference.parameters):
        yield from ((reached.rule, reached.weight) for reached in named.reached)
        weight = weight_of(named.changes)
        if named.kind == "changed" and not named.reached and weight:
            yield named.name, weight


def advice(difference: Difference) -> str:
    """Which number is next, by the rule of `rulesets/README.md`.

    New values of parameters alone need none: they hold for every version that reads them.
    """
    weights = [
        *(change.weight for change in difference.changes),
        *(rule.weight for rule in difference.rules),
        *(reached.weight for each in difference.variables for reached in each.reached),
    ]
    match heaviest(*weights):
        case None:
            return "needs no new version: dated values hold for each version that reads them"
        case "stricter":
            return f"suggests a major version{_next(difference, 0)}: what was fine may be no more"
        case "unclear":
            words = "what was fine may be no more, for all that can be told"
            return f"suggests a major version{_next(difference, 0)}: {words}"
        case "milder":
            return f"suggests a minor version{_next(difference, 1)}: nothing gets stricter"
        case "duties":
            return f"suggests a minor version{_next(difference, 1)}: only obligations differ"
    return f"suggests a patch version{_next(difference, 2)}: only words differ"


def _next(difference: Difference, place: int) -> str:
    """The number after the version on the left, where that has one."""
    if not VERSION.fullmatch(difference.before):
        return ""
    numbers = [*version_order(difference.before)]
    raised = [*numbers[:place], numbers[place] + 1, *[0] * (2 - place)]
    return f" ({'.'.join(map(str, raised))})"
