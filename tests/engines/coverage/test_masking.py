"""MC/DC as it is counted is MC/DC as it is defined, told by trying everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from policy.engines.coverage.decisions import decisions
from policy.engines.coverage.goals import Side, carrying, sides
from policy.engines.coverage.masking import carriers
from policy.engines.coverage.measuring import Measure
from policy.lang.cases import Case
from policy.lang.expectations import Expectation
from policy.lang.source import Span
from policy.lang.tree import Node
from tests.engines.coverage import trees
from tests.engines.making import rule_plan


def every(names: Sequence[str]) -> list[dict[str, bool]]:
    return [dict(zip(names, row, strict=True)) for row in product((False, True), repeat=len(names))]


def asked(tree: Node, truths: trees.Truths) -> dict[str, bool]:
    """The atoms that were asked, with their truths."""
    names: set[str] = set()
    trees.truth(tree, truths, names)
    return {name: truths[name] for name in sorted(names)}


def flips(tree: Node, truths: trees.Truths, name: str) -> bool:
    """Whether an atom alone changes the decision."""
    other = {**truths, name: not truths[name]}
    return trees.truth(tree, truths) != trees.truth(tree, other)


def completions(
    tree: Node, truths: trees.Truths, names: Sequence[str]
) -> Iterator[dict[str, bool]]:
    """All that the atoms could be that were not asked."""
    known = asked(tree, truths)
    yield from (each for each in every(names) if known.items() <= each.items())


def can_flip(tree: Node, truths: trees.Truths, names: Sequence[str], name: str) -> bool:
    return any(flips(tree, each, name) for each in completions(tree, truths, names))


def shows(
    tree: Node, one: trees.Truths, two: trees.Truths, names: Sequence[str], name: str
) -> bool:
    """The definition: the decision differs, the atom was asked and differs, and in both evaluations
    it alone can make the difference, whatever was not asked being free.
    """
    first, second = asked(tree, one), asked(tree, two)
    return (
        trees.truth(tree, one) != trees.truth(tree, two)
        and name in first.keys() & second.keys()
        and first[name] != second[name]
        and can_flip(tree, one, names, name)
        and can_flip(tree, two, names, name)
    )


def shows_by_masks(
    tree: Node, one: trees.Truths, two: trees.Truths, names: Sequence[str], name: str
) -> bool:
    """The same in other words: every other atom is equal, or masked or not asked in one of both."""
    first, second = asked(tree, one), asked(tree, two)
    return (
        trees.truth(tree, one) != trees.truth(tree, two)
        and name in first.keys() & second.keys()
        and first[name] != second[name]
        and all(
            first[other] == second[other]
            or not (can_flip(tree, one, names, other) and can_flip(tree, two, names, other))
            for other in first.keys() & second.keys() - {name}
        )
    )


CASE = Case("X", "2026-10-01T00:00:00Z", {}, Expectation(), "", "tests.yaml", Span(1, 1, 1, 1))


@given(trees.decisions(), st.data())
def test_an_atom_is_shown_where_a_pair_shows_it(
    decision: tuple[Node, tuple[str, ...]], data: st.DataObject
) -> None:
    tree, names = decision
    plan = rule_plan(tree)
    measure = Measure(plan)
    chosen = data.draw(st.lists(st.sampled_from(every(names)), max_size=6))
    for truths in chosen:
        measure.add(CASE, trees.observed(plan.rules[0].when, truths))
    (whole, *_) = measure.shown()
    shown = {trees.name_of(atom.atom.node) for atom in whole.atoms if atom.pair}
    defined = {
        name
        for name in names
        if any(shows(tree, one, two, names, name) for one in chosen for two in chosen)
    }
    assert shown == defined


@given(trees.decisions())
@settings(max_examples=30)  # each tries some hundred pairs
def test_both_ways_to_say_it_are_one(decision: tuple[Node, tuple[str, ...]]) -> None:
    tree, names = decision
    for one, two in product(every(names), repeat=2):
        for name in names:
            assert shows(tree, one, two, names, name) == shows_by_masks(
                tree, one, two, names, name
            ), (one, two, name)


@given(trees.decisions())
def test_a_goal_is_what_carries(decision: tuple[Node, tuple[str, ...]]) -> None:
    tree, names = decision
    (found, *_) = decisions(rule_plan(tree))
    for truths in every(names):
        (seen,) = trees.observed(tree, truths).rules
        carried = {
            (trees.name_of(each.node), Side(bool(each.value), bool(seen.value)))
            for each in carriers(seen)
        }
        goals = {
            (trees.name_of(atom.node), side)
            for atom in found.atoms
            for pair in sides(atom)
            for side in pair
            if trees.truth(carrying(atom, side), truths)
        }
        assert goals == carried
