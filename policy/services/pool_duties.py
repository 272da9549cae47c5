"""From what rules say of a use to what becomes of its money.

Only duties count: `accrue` names a layer and a rate, `hold_payout` what is not paid yet,
`exclude_from_pool` what takes no part. A rule without an answer is never taken for silence: what
it would set aside is set aside, and everything is held because of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from policy.accounting.scheme import Values
from policy.facts.rights import WORLDWIDE
from policy.lang.plan import ObligationPlan
from policy.services.bundle_parts import BundlePart
from policy.services.judging import JudgedRule, Judgement
from policy.services.pools import PoolRefused


@dataclass(frozen=True, slots=True)
class Rate:
    """What a layer earns, in basis points, in territories (None: everywhere), and the rule that
    says so."""

    layer: str
    points: int
    rule: str
    territories: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """What is held: a layer (empty: all) in territories (None: everywhere); only what no known
    share takes, or all of it."""

    layer: str
    territories: tuple[str, ...] | None
    rest: bool
    rule: str

    def touches(self, layer: str, territory: str) -> bool:
        """Whether it holds a layer there."""
        return self.layer in ("", layer) and _among(territory, self.territories)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the money of a situation; `decision` is the id of its row.

    `excluded` are the territories (None: all) in which rules leave it out.
    """

    decision: int
    rates: tuple[Rate, ...]
    holds: tuple[Hold, ...]
    excluded: tuple[tuple[str, ...] | None, ...]

    def earns(self, territory: str) -> tuple[Rate, ...]:
        """What layers earn there: what several rules set aside for one is added up."""
        if any(_among(territory, places) for places in self.excluded):
            return ()
        found: dict[str, Rate] = {}
        for rate in self.rates:
            if _among(territory, rate.territories):
                before = found.get(rate.layer)
                found[rate.layer] = (
                    replace(before, points=before.points + rate.points) if before else rate
                )
        return tuple(found.values())

    def hold(self, layer: str, territory: str, *, rest: bool) -> str:
        """The first rule that holds a layer there; empty for none."""
        for each in self.holds:
            if each.rest == rest and each.touches(layer, territory):
                return each.rule
        return ""


def verdict(
    decision: int, judgement: Judgement, part: BundlePart, numbers: Mapping[str, Values]
) -> Verdict:
    """What the rules of a bundle's part say of money. `numbers` are those of the day, by ruleset.

    Raises PoolRefused.
    """
    plans = {
        (ruleset.plan.ruleset, rule.id): rule.obligations
        for ruleset in part.plan.rulesets
        for rule in ruleset.plan.rules
    }
    rates: list[Rate] = []
    holds: list[Hold] = []
    excluded: list[tuple[str, ...] | None] = []
    for rule in judgement.rules:
        unsure = rule.status == "indeterminate"
        duties = plans[rule.ruleset, rule.rule] if unsure else rule.obligations
        rates += _rates(rule, duties, numbers)
        holds += [Hold("", None, False, rule.rule)] if unsure else _holds(rule)
        if not unsure and any(duty.do == "exclude_from_pool" for duty in duties):
            excluded.append(rule.territories)
    return Verdict(decision, tuple(rates), tuple(holds), tuple(excluded))


def _among(territory: str, places: tuple[str, ...] | None) -> bool:
    """Whether a use lies in places; one all over the world lies in every territory."""
    if places is None or territory in places or WORLDWIDE in places:
        return True
    return territory == WORLDWIDE and bool(places)


def _rates(
    rule: JudgedRule, duties: tuple[ObligationPlan, ...], numbers: Mapping[str, Values]
) -> Iterator[Rate]:
    for duty in duties:
        if duty.do == "accrue":
            details = dict(duty.details)
            points = numbers[rule.ruleset].get(details["rate"])
            if not isinstance(points, int):
                raise PoolRefused(
                    f"{rule.ruleset}: `{rule.rule}` sets aside `{details['rate']}`, which has no"
                    " value on that day: write a dated line"
                )
            yield Rate(details["layer"], points, rule.rule, rule.territories)


def _holds(rule: JudgedRule) -> list[Hold]:
    return [
        Hold(details.get("layer", ""), rule.territories, details.get("part") == "rest", rule.rule)
        for duty in rule.obligations
        if duty.do == "hold_payout"
        for details in [dict(duty.details)]
    ]
