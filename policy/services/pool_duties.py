"""From what rules say of a use to what becomes of its money.

Only duties count: `accrue` names a layer and a rate, `hold_payout` what is not paid yet,
`exclude_from_pool` what takes no part. A rule without an answer is never taken for silence: what
it would set aside is set aside, and everything is held because of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policy.accounting.scheme import Values
from policy.facts.rights import WORLDWIDE
from policy.lang.plan import ObligationPlan
from policy.services.bundle_parts import BundlePart
from policy.services.judging import JudgedRule, Judgement
from policy.services.pools import PoolRefused


@dataclass(frozen=True, slots=True)
class Rate:
    """What a layer earns, in basis points, and the rule that says so."""

    layer: str
    points: int
    rule: str


@dataclass(frozen=True, slots=True)
class Hold:
    """What is held: a layer (empty: all) in territories (None: everywhere); only what no known
    share takes, or all of it."""

    layer: str
    territories: tuple[str, ...] | None
    rest: bool
    rule: str

    def touches(self, layer: str, territory: str) -> bool:
        """Whether it holds a layer there; a use all over the world lies in every territory."""
        if self.layer not in ("", layer):
            return False
        wide = self.territories is None or WORLDWIDE in (*self.territories, territory)
        return wide or territory in (self.territories or ())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the money of a situation; `decision` is the id of its row."""

    decision: int
    rates: tuple[Rate, ...]
    holds: tuple[Hold, ...]
    excluded: bool

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
    rates: dict[str, Rate] = {}
    holds: list[Hold] = []
    excluded = False
    for rule in judgement.rules:
        unsure = rule.status == "indeterminate"
        duties = plans[rule.ruleset, rule.rule] if unsure else rule.obligations
        for rate in _rates(rule, duties, numbers):
            before = rates.get(rate.layer)
            points = rate.points + (before.points if before else 0)
            rates[rate.layer] = Rate(rate.layer, points, before.rule if before else rate.rule)
        holds += [Hold("", None, False, rule.rule)] if unsure else _holds(rule)
        excluded |= not unsure and any(duty.do == "exclude_from_pool" for duty in duties)
    return Verdict(decision, tuple(rates.values()), tuple(holds), excluded)


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
            yield Rate(details["layer"], points, rule.rule)


def _holds(rule: JudgedRule) -> list[Hold]:
    return [
        Hold(details.get("layer", ""), rule.territories, details.get("part") == "rest", rule.rule)
        for duty in rule.obligations
        if duty.do == "hold_payout"
        for details in [dict(duty.details)]
    ]
