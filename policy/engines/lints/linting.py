"""Runs all lints over one version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from policy.engines.lints.absent import absent_facts
from policy.engines.lints.constant import constant_conditions
from policy.engines.lints.dates import expired_dates
from policy.engines.lints.deadlines import deadlines
from policy.engines.lints.grounds import missing_grounds
from policy.engines.lints.looked import Looked
from policy.engines.lints.overlapping import overlapping_rules
from policy.engines.lints.unreachable import unreachable_rules
from policy.lang.diagnostics import Diagnostic, ordered

Lint: TypeAlias = Callable[[Looked], Iterator[Diagnostic]]

LINTS: tuple[Lint, ...] = (
    unreachable_rules,
    constant_conditions,
    overlapping_rules,
    missing_grounds,
    deadlines,
    expired_dates,
    absent_facts,
)


def lint(looked: Looked) -> tuple[Diagnostic, ...]:
    """All doubts about a version, by their places."""
    return ordered(found for each in LINTS for found in each(looked))
