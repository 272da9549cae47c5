"""Loaded bundles: compiled once in a process, kept by digest.

A bundle never changes, so what is kept never grows old. Which bundle is active is asked for each
batch, and a new activation needs no restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from policy.engines import rows
from policy.lang.bundle import BundlePlan, decode_bundle
from policy.models import Bundle

SUBJECT = "track"

KEPT = 4
"""Bundles that a process keeps: the live one, the one before, and those being replayed."""

DAYS = 32
"""Days whose parameters a bundle keeps."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The rulesets that hold on a day, each with its numbers of that day."""

    rulesets: tuple[tuple[rows.RulesetProgram, rows.Parameters], ...]
    first_match: frozenset[str]


class LoadedBundle:
    """A bundle's rules for tracks, ready to run."""

    def __init__(self, plan: BundlePlan) -> None:
        self.plan = plan
        plans = [each.plan for each in plan.rulesets if each.plan.subject == SUBJECT]
        self.program = rows.load(plans, plan.schema, SUBJECT)
        self.on = lru_cache(maxsize=DAYS)(self._on)

    def _on(self, day: date) -> InForce:
        """What holds for subjects of a day."""
        values = {
            each.plan.ruleset: rows.in_force(each.parameters, day) for each in self.plan.rulesets
        }
        numbers = self.program.parameters(values)
        held = [ruleset for ruleset in self.program.rulesets if ruleset.in_force(day)]
        return InForce(
            tuple((ruleset, numbers[ruleset.name]) for ruleset in held),
            frozenset(ruleset.name for ruleset in held if ruleset.plan.combine == "first_match"),
        )


@lru_cache(maxsize=KEPT)
def loaded(digest: str) -> LoadedBundle:
    """The bundle of a digest; one query the first time. Raises Bundle.DoesNotExist."""
    content = Bundle.objects.values_list("content", flat=True).get(digest=digest)
    return LoadedBundle(decode_bundle(bytes(content)))
