"""Lines of pool runs as payout statements show them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from policy.accounting.statements import Line
from policy.accounting.statements.document import Status
from policy.models import PayoutLine, UsageDecision

_COLUMNS = (
    "party", "run", "position", "status", "track__uuid", "track__isrc", "track__iswc",
    "track__title", "track__display_artist", "kind", "layer", "territory", "basis", "units",
    "weight", "basis_points", "gross", "deducted", "net", "hold", "decision",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunOf:
    """A run as lines name it: its row's id and number, its pool and what that says of uses."""

    id: int
    number: int
    pool: str
    licensee: str
    model: str
    model_version: str


@dataclass(frozen=True, slots=True)
class _Decision:
    """What lines tell of a decision: its UUID, its rules, and which of them lets a layer earn."""

    uuid: UUID
    rules: frozenset[str]
    earns: Mapping[str, str]

    def rule(self, layer: str, hold: str) -> str:
        """The rule that a line follows from."""
        return hold if hold in self.rules else self.earns.get(layer, "")


def lines_of(parties: Collection[int], runs: Sequence[RunOf]) -> dict[int, dict[int, list[Line]]]:
    """The lines of parties in runs: by party, then by the run's id, in their order. Two queries."""
    rows = PayoutLine.objects.filter(party__in=parties, run__in=[run.id for run in runs])
    found = list(rows.order_by("run", "position").values_list(*_COLUMNS))
    decisions = dict(_decisions({row[-1] for row in found}))
    named = {run.id: run for run in runs}
    lines: dict[int, dict[int, list[Line]]] = {}
    for party, run, *told, decision in found:
        line = _line(named[run], decisions[decision], *told)
        lines.setdefault(party, {}).setdefault(run, []).append(line)
    return lines


def reversed_line(line: Line) -> Line:
    """That a line is taken back."""
    return replace(
        line,
        status="reversed",
        corrects=line.reference,
        gross=-line.gross,
        deducted=-line.deducted,
        net=-line.net,
    )


def _line(
    run: RunOf, decision: _Decision, position: int, status: Status, track: UUID, *told: Any
) -> Line:
    (
        isrc, iswc, title, artist, kind, layer, territory, basis, units, weight, share, gross,
        deducted, net, hold,
    ) = told  # fmt: skip
    return Line(
        reference=f"{run.pool}/{run.number}/{position}", corrects="", status=status,
        track=str(track), isrc=isrc, iswc=iswc, title=title, artist=artist, kind=kind,
        licensee=run.licensee, model=run.model, model_version=run.model_version, pool=run.pool,
        layer=layer, territory=territory, basis=basis, units=units, weight=weight, share=share,
        gross=gross, deducted=deducted, net=net, hold=hold, decision=str(decision.uuid),
        rule=decision.rule(layer, hold),
    )  # fmt: skip


def _decisions(ids: Collection[int]) -> Iterator[tuple[int, _Decision]]:
    rows = UsageDecision.objects.filter(pk__in=ids).values_list("pk", "uuid", "rules")
    for id, uuid, rules in rows:
        earns = {
            duty["details"]["layer"]: rule["rule"]
            for rule in reversed(rules)
            for duty in rule["obligations"]
            if duty["do"] == "accrue"
        }
        yield id, _Decision(uuid, frozenset(rule["rule"] for rule in rules), earns)
