"""Lints: doubts about rulesets that compile, beyond what the compiler tells. One module each.

    found = lint(looked)

`looked` is one version with its tests. Some lints only read; others ask the solver, and tell only
what it has proved or found. What nobody uses is told by the compiler (`policy.lang.unused`).
"""

from policy.engines.lints.linting import LINTS, lint
from policy.engines.lints.looked import Looked

__all__ = ["LINTS", "Looked", "lint"]
