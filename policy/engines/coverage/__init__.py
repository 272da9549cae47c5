"""Coverage that means something: which condition of a rule was shown to decide, and by which cases.

    found = cover(stand, setting, path, cases)

`decisions` says what is looked at, `masking` when an atom of a decision counts as shown, `goals`
and `asking` find facts for what is missing or prove that there are none, `report` writes it down.
"""

from policy.engines.coverage.asking import AtomCovered, DecisionCovered, Wanted
from policy.engines.coverage.covering import VersionCoverage, cover
from policy.engines.coverage.report import render_coverage

__all__ = [
    "AtomCovered",
    "DecisionCovered",
    "VersionCoverage",
    "Wanted",
    "cover",
    "render_coverage",
]
