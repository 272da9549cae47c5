"""The coverage of one version by its cases, counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policy.engines.coverage.asking import Asking, AtomCovered, DecisionCovered
from policy.engines.coverage.measuring import measured
from policy.engines.solver import Setting
from policy.engines.testing import Stand
from policy.lang.cases import Case
from policy.lang.plan import Plan


@dataclass(frozen=True, slots=True)
class VersionCoverage:
    """What cases show of the decisions of a version, whose file is `path`."""

    plan: Plan
    path: str
    decisions: tuple[DecisionCovered, ...]

    def atoms(self) -> Iterator[AtomCovered]:
        """The atoms of all decisions."""
        for decision in self.decisions:
            yield from decision.atoms

    @property
    def shown(self) -> int:
        """How many atoms were shown to decide."""
        return sum(atom.status == "shown" for atom in self.atoms())

    @property
    def infeasible(self) -> int:
        """How many atoms no facts at all can show; they count out."""
        return sum(atom.status == "infeasible" for atom in self.atoms())

    @property
    def feasible(self) -> int:
        """How many atoms there are to show, those included for which nothing is proved."""
        return sum(atom.status != "infeasible" for atom in self.atoms())

    @property
    def truths(self) -> tuple[int, int]:
        """How many truths of atoms were seen, of how many: two for each atom."""
        seen = [len(atom.shown.truths) for atom in self.atoms()]
        return sum(seen), 2 * len(seen)

    @property
    def percent(self) -> float:
        """MC/DC: shown atoms in 100 feasible ones; 100 where there is nothing to show."""
        return 100 * self.shown / self.feasible if self.feasible else 100.0


def cover(stand: Stand, setting: Setting, path: str, cases: Sequence[Case]) -> VersionCoverage:
    """Observe the cases, and ask for what they leave to show."""
    measure = measured(setting.plan, ((case, stand.observe(case)) for case in cases))
    asking = Asking(stand, setting, cases)
    return VersionCoverage(setting.plan, path, asking.covered(measure.shown()))
