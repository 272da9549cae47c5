"""The function that decides a whole ruleset: one pass, no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from policy.engines.rows.expressions import Expressions, Shared
from policy.lang.plan import Plan
from policy.lang.tree import And, Node, Quantifier

Then = Callable[[], None]


def source(plan: Plan, shared: Shared) -> str:
    """Python text of `evaluate(d, p, now)`, which gives the indexes of the rules that match.

    Raises Unsupported when static types do not tell what to do.
    """
    lines: list[str] = []
    places = {variable.name: index for index, variable in enumerate(plan.variables)}
    for index, each in enumerate(plan.variables):
        lines += variable(index, each.tree, shared, places)
    lines += _evaluate(plan, shared, places)
    return "\n".join(lines)


def variable(index: int, tree: Node, shared: Shared, places: dict[str, int]) -> Iterator[str]:
    """The function of a variable, which keeps its value in the list `x` for all who ask."""
    written = Expressions(shared, [tree], places)
    result = written.value(tree)
    yield f"def V{index}(d, p, now, x):"
    yield f" if x[{index}] is not None: return x[{index}]"
    yield from written.writer.lines()
    yield f" x[{index}] = {result}"
    yield f" return x[{index}]"


def _evaluate(plan: Plan, shared: Shared, places: dict[str, int]) -> Iterator[str]:
    written = Expressions(shared, [rule.when for rule in plan.rules], places)
    for index, rule in enumerate(plan.rules):
        parts = rule.when.parts if isinstance(rule.when, And) else (rule.when,)
        _branch(written, parts, _append(written, index))
    yield "def evaluate(d, p, now):"
    yield " m = []"
    if places:
        yield f" x = [None] * {len(places)}"
    yield from written.writer.lines()
    yield " return m"


def _append(written: Expressions, index: int) -> Then:
    return lambda: written.writer.line(f"m.append({index})")


def _branch(written: Expressions, parts: tuple[Node, ...], then: Then) -> None:
    """Write `if all parts: then`, going on inside the loop of each quantifier that is a part."""
    if not parts:
        then()
        return
    head = 0
    while head < len(parts) and not written.shared.loops(parts[head]):
        head += 1
    if head:
        test = " and ".join([written.value(part) for part in parts[:head]])
        with written.writer.block(f"if {test}:"):
            _branch(written, parts[head:], then)
    else:
        _branch_loop(written, parts[0], lambda: _branch(written, parts[1:], then))


def _branch_loop(written: Expressions, node: Node, then: Then) -> None:
    line, block = written.writer.line, written.writer.block
    match node:
        case Quantifier(kind="exists"):
            with written.loop(node), block(f"if {written.value(node.condition)}:"):
                then()
                line("break")
        case Quantifier(kind="all"):
            with written.loop(node), block(f"if not {written.value(node.condition)}:"):
                line("break")
            with block("else:"):
                then()
        case _:
            with block(f"if {written.value(node)}:"):
                then()


def run(text: str, name: str, names: dict[str, Any]) -> None:
    """Execute generated text; its functions join the names. It holds no author text: namespace."""
    exec(compile(text, f"<{name}>", "exec", dont_inherit=True), names)
