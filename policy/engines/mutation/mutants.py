"""All mutants of a ruleset: made, told apart, and kept where an author could have written them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.of_expressions import of_conditions, of_variables
from policy.engines.mutation.of_parameters import of_parameters
from policy.engines.mutation.of_rules import of_rules
from policy.engines.mutation.of_versions import of_versions
from policy.engines.mutation.original import Original, trees_of_variables
from policy.lang.diagnostics import Diagnostic, has_errors
from policy.lang.enums import check_enums
from policy.lang.literals import check_literals, check_numbers
from policy.lang.plan import rule_trees
from policy.lang.presence import check_presence
from policy.lang.tree import Node


@dataclass(frozen=True, slots=True)
class Mutant:
    """A ruleset with one small change.

    `id` is the same in every run over the same files: `labelling/<owner>/<mutator>-<number>`.
    """

    id: str
    draft: Draft

    def touches(self, rule: str) -> bool:
        """Whether the rule was changed, or reads what was."""
        return rule == self.draft.owner or rule in self.draft.rules


_FAMILIES: tuple[Callable[[Original], Iterator[Draft]], ...] = (
    of_conditions,
    of_rules,
    of_variables,
    of_parameters,
    of_versions,
)


def mutants(original: Original) -> tuple[Mutant, ...]:
    """Every mutant that the checker takes, each meaning once, in the order of the rules."""
    kept: list[Draft] = []
    seen: set[object] = set()
    for draft in chain.from_iterable(make(original) for make in _FAMILIES):
        meaning = (draft.owner, draft.form)
        if (draft.form is None or meaning not in seen) and not _is_refused(draft, original):
            seen.add(meaning)
            kept.append(draft)
    return tuple(_named(sorted(kept, key=_by_owner(original)), original))


def _named(drafts: list[Draft], original: Original) -> Iterator[Mutant]:
    numbers: Counter[str] = Counter()
    for draft in drafts:
        name = f"{original.plan.ruleset}/{draft.owner}/{draft.mutator}"
        numbers[name] += 1
        yield Mutant(f"{name}-{numbers[name]}", draft)


def _by_owner(original: Original) -> Callable[[Draft], int]:
    """Rules first, in their order, each with all that is its own."""
    order = {rule.id: at for at, rule in enumerate(original.plan.rules)}
    return lambda draft: order.get(draft.owner, len(order))


def _is_refused(draft: Draft, original: Original) -> bool:
    """Whether the checker finds an error in what was changed or in what reads it."""
    if draft.form is None:
        return False  # no expression was changed
    trees = trees_of_variables(draft.plan)
    checks = _Checks(original, trees)
    if any(checks.found(trees[name]) for name in draft.variables):
        return True
    rules = [rule for rule in draft.plan.rules if rule.id in draft.rules]
    return any(
        checks.found(rule.when)
        or any(checks.found(tree, given=rule.when) for tree in list(rule_trees(rule))[1:])
        for rule in rules
    )


@dataclass(frozen=True, slots=True)
class _Checks:
    """The checks that a compiler makes of a tree."""

    original: Original
    variables: dict[str, Node]

    def found(self, tree: Node, given: Node | None = None) -> bool:
        return has_errors(self._diagnostics(tree, given))

    def _diagnostics(self, tree: Node, given: Node | None) -> Iterator[Diagnostic]:
        schema, variables, path = self.original.schema, self.variables, self.original.source.path
        yield from check_presence(tree, schema, variables=variables, given=given, path=path)
        yield from check_enums(tree, schema, variables=variables, path=path)
        yield from check_literals(tree, path)
        yield from check_numbers(tree, path)
