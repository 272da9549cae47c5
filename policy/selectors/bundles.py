"""Bundles as pages read them: decoded once in a process, kept by digest."""

from __future__ import annotations

from functools import lru_cache

from policy.lang.bundle import BundlePlan, decode_bundle
from policy.lang.plan import Plan
from policy.models import Bundle

KEPT = 4
"""Bundles that a process keeps decoded: the live one and those of earlier decisions."""


@lru_cache(maxsize=KEPT)
def bundle_plan(digest: str) -> BundlePlan:
    """The content of a bundle; one query the first time. Raises Bundle.DoesNotExist."""
    return decode_bundle(bytes(Bundle.objects.values_list("content", flat=True).get(digest=digest)))


def find_rule(bundle: BundlePlan, ruleset: str, rule: str) -> tuple[Plan, int] | None:
    """The plan of a ruleset in the bundle and the position of a rule in it."""
    for each in bundle.rulesets:
        if each.plan.ruleset == ruleset:
            for position, found in enumerate(each.plan.rules):
                if found.id == rule:
                    return each.plan, position
    return None
