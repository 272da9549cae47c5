"""A mutant before it is known to be a good one."""

from __future__ import annotations

from dataclasses import dataclass

from policy.lang.plan import Parameter, Plan
from policy.lang.source import Span


@dataclass(frozen=True, slots=True)
class Draft:
    """One small change of a ruleset.

    `owner` is what was changed: the id of a rule, `variables.<name>`, `params.<name>` or
    `version.<key>`. `words` say what became of what, at `span` of the file `path`. `rules` are
    those whose answer may be another, in the order of the version; `variables` those whose value
    may be. `form` is equal for mutants that mean the same; None for one of its own.
    """

    owner: str
    mutator: str
    path: str
    span: Span
    words: str
    plan: Plan
    parameters: tuple[Parameter, ...]
    rules: tuple[str, ...]
    variables: frozenset[str] = frozenset()
    form: object = None
    equal: bool = False  # means the same as what was there
