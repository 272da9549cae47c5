"""What makes a comparison less than it seems: facts not yet declared, rules not in force."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, date
from functools import lru_cache, reduce
from operator import or_

from policy.lang.facts_read import FactsRead, facts_read
from policy.lang.folders import version_order
from policy.models import Decision
from policy.services.programs import DAYS, SUBJECT, LoadedBundle
from policy.services.replay_gaps import NewFact, new_facts
from policy.services.replay_recorded import KEPT, recorded_bundle
from policy.services.replay_report import Lacking, OutOfForce, Versions


class Notes:
    """Collects them, decision by decision, of a comparison with the bundle `other`."""

    def __init__(self, other: LoadedBundle, ruleset: str) -> None:
        self._other = other
        self._ruleset = ruleset
        plans = [each.plan for each in other.plan.rulesets if each.plan.subject == SUBJECT]
        self._read = reduce(or_, map(facts_read, plans), FactsRead(frozenset(), frozenset()))
        self._new_facts = lru_cache(maxsize=KEPT)(self._new_since)
        self._out_of_force = lru_cache(maxsize=DAYS)(self._not_on)
        self._lacking: Counter[NewFact] = Counter()
        self._quiet: Counter[str] = Counter()
        self._digests: set[str] = set()

    def add(self, decision: Decision, snapshot: bytes) -> None:
        """Note what there is to note of a decision."""
        digest = decision.bundle.digest
        self._digests.add(digest)
        self._quiet.update(self._out_of_force(decision.as_of.astimezone(UTC).date()))
        new = self._new_facts(digest)
        document = json.loads(snapshot) if new else {}
        self._lacking.update(fact for fact in new if fact.missing(document))

    def versions(self) -> tuple[Versions, ...]:
        """The rulesets of either side, by key."""
        compared = {each.plan.ruleset: each.plan.version for each in self._other.plan.rulesets}
        recorded: dict[str, set[str]] = defaultdict(set)
        for digest in self._digests:
            for ruleset, version in recorded_bundle(digest).versions.items():
                if self._ruleset in ("", ruleset):
                    recorded[ruleset].add(version)
        return tuple(
            Versions(key, tuple(sorted(recorded[key], key=version_order)), compared.get(key, ""))
            for key in sorted(compared.keys() | recorded.keys())
        )

    def lacking(self) -> tuple[Lacking, ...]:
        """The facts that snapshots lack, by name."""
        found = sorted(self._lacking.items(), key=lambda each: each[0].name)
        return tuple(Lacking(fact.name, fact.optional, number) for fact, number in found)

    def out_of_force(self) -> tuple[OutOfForce, ...]:
        """The rulesets that do not hold on the days of some decisions, by key."""
        return tuple(OutOfForce(*each) for each in sorted(self._quiet.items()))

    def _not_on(self, day: date) -> tuple[str, ...]:
        held = {ruleset.name for ruleset, _ in self._other.on(day).rulesets}
        return tuple(each.name for each in self._other.program.rulesets if each.name not in held)

    def _new_since(self, digest: str) -> tuple[NewFact, ...]:
        """What the other bundle reads that the bundle of a digest did not declare."""
        before = recorded_bundle(digest).schema
        return new_facts(self._read, self._other.plan.schema, before, SUBJECT)
