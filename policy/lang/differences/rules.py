"""What differs between two rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy.lang.differences.changes import Change, Reach, Weight, What
from policy.lang.differences.conditions import Conditions
from policy.lang.differences.trees import Trees
from policy.lang.plan import (
    EFFECTS,
    Combine,
    DsaPlan,
    Effect,
    ObligationPlan,
    ReasonPlan,
    Reference,
    RulePlan,
)
from policy.lang.tree import ListOf, Literal, Node

_ON_ERROR = ("skip", "review", "block")
"""From mild to strict."""


def weigh(reach: Reach, effect: Effect, combine: Combine) -> Weight:
    """What it means when a rule matches more or less often."""
    if combine == "first_match":
        return "unclear"  # a rule that matches hides those below it
    if effect == "allow":
        return "duties"
    weights: dict[Reach, Weight] = {"more": "stricter", "less": "milder", "": "words"}
    return weights.get(reach, "unclear")


@dataclass(frozen=True, slots=True)
class Rules:
    """Compares rules of two versions."""

    before: Trees
    after: Trees
    combine: Combine

    def conditions(self, effect: Effect) -> Conditions:
        """What compares the conditions of a rule with an effect."""
        return Conditions(self.before, self.after, lambda reach: weigh(reach, effect, self.combine))

    def changes(self, old: RulePlan, new: RulePlan) -> tuple[Change, ...]:
        """All that differs but the id, in the order in which a rule is written."""
        return tuple(self._changes(old, new))

    def _changes(self, old: RulePlan, new: RulePlan) -> Iterator[Change]:
        yield from _word("title", old.title, new.title)
        yield from self.conditions(new.effect).changes(old.when, new.when)
        yield from _graded("effect", old.effect, new.effect, EFFECTS)
        yield from _graded("on_error", old.on_error, new.on_error, _ON_ERROR)
        yield from self._territories(old, new)
        yield from _word(
            "reason", reason_text(old.reason, self.before), reason_text(new.reason, self.after)
        )
        yield from _obligations(old.obligations, new.obligations)
        yield from _references(old.references, new.references)
        yield from _dsa(old.dsa, new.dsa)

    def _territories(self, old: RulePlan, new: RulePlan) -> Iterator[Change]:
        before, after = old.territories, new.territories
        if before is None and after is None:
            return
        if before and after and self.before.key(before) == self.after.key(after):
            return
        was = self.before.text(before) if before else "everywhere"
        now = self.after.text(after) if after else "everywhere"
        reach = _reach_of_places(before, after)
        yield Change("territories", was, now, weigh(reach, new.effect, self.combine), reach=reach)


def reason_text(reason: ReasonPlan, trees: Trees) -> str:
    """A reason as its author wrote it."""
    holes = [f"{{{trees.text(hole)}}}" for hole in reason.holes]
    texts = [text.replace("{", "{{").replace("}", "}}") for text in reason.texts]
    return "".join(part for pair in zip(texts, [*holes, ""], strict=True) for part in pair)


def _reach_of_places(before: Node | None, after: Node | None) -> Reach:
    if before is None or after is None:
        return "less" if before is None else "more"
    old, new = _codes(before), _codes(after)
    if old is None or new is None or not (old < new or new < old):
        return "unclear"
    return "more" if old < new else "less"


def _codes(node: Node) -> frozenset[str] | None:
    """The territories of a list that is written out."""
    if not isinstance(node, ListOf):
        return None
    values = [item.value for item in node.items if isinstance(item, Literal)]
    return frozenset(map(str, values)) if len(values) == len(node.items) else None


def _word(what: What, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(what, before, after, "words")


def _graded(what: What, before: str, after: str, order: tuple[str, ...]) -> Iterator[Change]:
    """A word out of an order from mild to strict."""
    if before != after:
        stricter = order.index(after) > order.index(before)
        yield Change(what, before, after, "stricter" if stricter else "milder")


def _obligations(
    before: tuple[ObligationPlan, ...], after: tuple[ObligationPlan, ...]
) -> Iterator[Change]:
    old, new = _by_duty(before), _by_duty(after)
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield Change("obligation", _duty(old[name]), "", "duties")
        elif name not in old:
            yield Change("obligation", "", _duty(new[name]), "duties")
        else:
            yield from _same_duty(old[name], new[name])


def _same_duty(old: ObligationPlan, new: ObligationPlan) -> Iterator[Change]:
    about = f"{old.do} of {old.of}"
    if old.within != new.within:
        yield Change("deadline", old.within, new.within, "duties", about)
    details, others = dict(old.details), dict(new.details)
    for key in sorted({*details, *others}):
        was, now = details.get(key, ""), others.get(key, "")
        if was != now:
            weight: Weight = "words" if key == "note" else "duties"
            yield Change("detail", was, now, weight, f"{key} of {about}")


def _by_duty(duties: tuple[ObligationPlan, ...]) -> dict[tuple[str, ...], ObligationPlan]:
    """Duties by what and whose they are; those of one kind are numbered."""
    found: dict[tuple[str, ...], ObligationPlan] = {}
    for duty in duties:
        number = sum(name[:2] == (duty.do, duty.of) for name in found)
        found[duty.do, duty.of, str(number)] = duty
    return found


def _duty(duty: ObligationPlan) -> str:
    further = [f"{key} {value}" for key, value in duty.details]
    deadline = [f"within {duty.within}"] if duty.within else []
    return ", ".join([f"{duty.do} of {duty.of}", *deadline, *further])


def _references(before: tuple[Reference, ...], after: tuple[Reference, ...]) -> Iterator[Change]:
    old, new = list(map(reference_text, before)), list(map(reference_text, after))
    yield from (Change("reference", text, "", "words") for text in old if text not in new)
    yield from (Change("reference", "", text, "words") for text in new if text not in old)


def _dsa(before: DsaPlan | None, after: DsaPlan | None) -> Iterator[Change]:
    old, new = before or DsaPlan(), after or DsaPlan()
    for name in ("ground", "category", "visibility"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield Change("dsa", was, now, "words", name)


def reference_text(reference: Reference) -> str:
    """A source with its address."""
    return f"{reference.title} ({reference.url})" if reference.url else reference.title
