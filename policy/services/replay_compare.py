"""Recorded decisions under another bundle: the same facts, other rules. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import islice
from pathlib import Path

import msgspec
from django.db.models import QuerySet

from policy.engines import rows
from policy.lang.bundle import BundlePlan, bundle, decode_bundle
from policy.lang.combine import Outcome
from policy.lang.diagnostics import did_you_mean, quoted
from policy.models import Account, Bundle, Decision, Involvement, Party
from policy.services.judging import Judgement, judge
from policy.services.programs import LoadedBundle
from policy.services.replay import CHUNK, by_rules, snapshot_of
from policy.services.replay_changes import RuleSaid, Said, Way
from policy.services.replay_notes import Notes
from policy.services.replay_recorded import recorded_bundle
from policy.services.replay_report import Comparison, Example, Unreadable
from policy.services.replay_tally import PartyTally, Tally
from policy.services.rulesets import read_rulesets


class NotCompared(Exception):
    """Decisions cannot be compared as asked; `str()` says why and what to do."""


def bundle_of_folder(*, root: Path) -> BundlePlan:
    """The drafts of a tree of rulesets, else their newest versions, as a bundle that nobody keeps.

    Raises RulesetRefused with every mistake.
    """
    tree = read_rulesets(root)
    assert tree.schema is not None, "a tree without mistakes has a fact schema"
    return bundle(
        tree.schema, [(each.plans[each.current], each.parameters) for each in tree.rulesets]
    )


def bundle_of_row(*, row: Bundle) -> BundlePlan:
    """The content of a bundle on record."""
    return decode_bundle(bytes(row.content))


def decisions_compare(
    *,
    decisions: QuerySet[Decision],
    other: BundlePlan,
    ruleset: str = "",
    examples: int = 3,
    tell: Callable[[int], object] = lambda number: None,
) -> Comparison:
    """Run the snapshots of decisions under another bundle, and say what comes out otherwise.

    With `ruleset` only what its rules say is compared, as if there were no others. `examples` are
    kept of each number. `tell` gets the number of decisions so far, now and then. Rulings of people
    are left out. Raises NotCompared when the bundle lacks the ruleset.
    """
    comparer = _Comparer(_narrowed(other, ruleset), ruleset, examples)
    found = by_rules(decisions).select_related("track").prefetch_related("findings")
    stream = found.order_by("track_id", "pk").iterator(chunk_size=CHUNK)
    while batch := list(islice(stream, CHUNK)):
        comparer.add(batch)
        tell(comparer.seen)
    return comparer.result()


def _narrowed(other: BundlePlan, ruleset: str) -> BundlePlan:
    if not ruleset:
        return other
    known = [each.plan.ruleset for each in other.rulesets]
    if ruleset not in known:
        told = (f"the bundle has no ruleset {quoted(ruleset)}", did_you_mean(ruleset, known))
        raise NotCompared(": ".join(filter(None, told)))
    held = tuple(each for each in other.rulesets if each.plan.ruleset == ruleset)
    return msgspec.structs.replace(other, rulesets=held)


class _Comparer:
    """Holds the other bundle ready, and what was counted so far."""

    def __init__(self, other: BundlePlan, ruleset: str, most: int) -> None:
        self._other = LoadedBundle(other)
        self._ruleset = ruleset
        self._most = most
        self._tally = Tally(most)
        self._deliverers = PartyTally(most)
        self._holders = PartyTally(most)
        self._notes = Notes(self._other, ruleset)
        self._unreadable: list[Unreadable] = []
        self._unread = 0
        self.seen = 0

    def add(self, batch: Sequence[Decision]) -> None:
        """Count some decisions, those of a track behind each other."""
        self.seen += len(batch)
        changed = [(each, *found) for each in batch if (found := self._change(each))]
        holders = _holders({decision.track_id for decision, *_ in changed})
        for decision, how, example in changed:
            track = decision.track_id
            self._deliverers.add([decision.account_id], track, how, example)
            self._holders.add(holders[track], track, how, example)

    def _change(self, decision: Decision) -> tuple[Way, Example] | None:
        """How a decision changed; None when it did not, or cannot be run."""
        snapshot = snapshot_of(decision)
        try:
            judgement = judge(self._other, snapshot)
        except rows.DocumentError as error:
            self._unread += 1
            if len(self._unreadable) < self._most:
                self._unreadable.append(Unreadable(decision.uuid, str(error)))
            return None
        self._notes.add(decision, snapshot)
        before = recorded_bundle(decision.bundle.digest).said(decision, self._ruleset)
        how, example = self._tally.add(decision, before, _said(judgement))
        return None if how == "same" else (how, example)

    def result(self) -> Comparison:
        """What was counted."""
        ways = self._tally.ways
        return Comparison(
            versions=self._notes.versions(),
            decisions=ways.total(),
            same=ways["same"],
            stricter=ways["stricter"],
            milder=ways["milder"],
            mixed=ways["mixed"],
            outcomes=self._tally.outcomes(),
            rules=self._tally.rules(),
            deliverers=self._deliverers.changes(_names(Account, self._deliverers.parties)),
            rights_holders=self._holders.changes(_names(Party, self._holders.parties)),
            lacking=self._notes.lacking(),
            out_of_force=self._notes.out_of_force(),
            unread=self._unread,
            unreadable=tuple(self._unreadable),
        )


def _said(judgement: Judgement) -> Said:
    rules = {
        (rule.ruleset, rule.rule): RuleSaid(rule.status, rule.effect, rule.territories)
        for rule in judgement.rules
    }
    return Said(Outcome(judgement.worldwide, judgement.territories, ()), rules)


def _holders(track_ids: Collection[int]) -> dict[int, list[int]]:
    """The rights holders of tracks, as far as is known today; one query."""
    found: dict[int, list[int]] = defaultdict(list)
    kind = Involvement.Kind.HOLDER
    pairs = Involvement.objects.filter(track__in=track_ids, kind=kind).order_by("party")
    for track, party in pairs.values_list("track", "party"):
        found[track].append(party)
    return found


def _names(model: type[Account] | type[Party], ids: Iterable[int]) -> dict[int, str]:
    return {pk: row.name for pk, row in model.objects.only("name").in_bulk(list(ids)).items()}
