"""What decisions on record say, without running their rules again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

from policy.lang.bundle import BundlePlan, decode_bundle
from policy.lang.combine import Outcome, RuleResult, Status, combine
from policy.lang.plan import Effect
from policy.models import Bundle, Decision, Finding
from policy.services.replay_changes import RuleName, RuleSaid, Said

KEPT = 64
"""Bundles of which is kept what reading decisions needs; a year has some dozens."""


class RecordedBundle:
    """A bundle as far as reading what it decided needs it."""

    def __init__(self, plan: BundlePlan) -> None:
        plans = [each.plan for each in plan.rulesets]
        self.schema = plan.schema
        self.versions = {each.ruleset: each.version for each in plans}
        self._first_match = [each.ruleset for each in plans if each.combine == "first_match"]
        self._skipped: set[RuleName] = {
            (each.ruleset, rule.id)
            for each in plans
            for rule in each.rules
            if rule.on_error == "skip"
        }

    def said(self, decision: Decision, ruleset: str = "") -> Said:
        """What a decision said, or what it would have said by the rules of one ruleset alone."""
        found = [each for each in decision.findings.all() if ruleset in ("", each.ruleset)]
        rules = {(each.ruleset, each.rule_key): _rule(each) for each in found}
        if ruleset:
            found.sort(key=lambda each: each.pk)  # the order of the rules
            return Said(combine(self._results(found), first_match=self._first_match), rules)
        places = tuple((code, cast(Effect, effect)) for code, effect in decision.territories)
        return Said(Outcome(cast(Effect, decision.worldwide), places, ()), rules)

    def _results(self, findings: Iterable[Finding]) -> Iterator[RuleResult]:
        for each in findings:
            said = _rule(each)
            lost = said.status == "indeterminate" and (each.ruleset, each.rule_key) in self._skipped
            effect = None if lost else said.effect
            yield RuleResult(each.ruleset, each.rule_key, said.status, effect, said.territories)


def _rule(finding: Finding) -> RuleSaid:
    places = None if finding.territories is None else tuple(finding.territories)
    return RuleSaid(cast(Status, finding.status), cast(Effect, finding.effect), places)


@lru_cache(maxsize=KEPT)
def recorded_bundle(digest: str) -> RecordedBundle:
    """The bundle of a digest; one query the first time. Raises Bundle.DoesNotExist."""
    content = Bundle.objects.values_list("content", flat=True).get(digest=digest)
    return RecordedBundle(decode_bundle(bytes(content)))
