"""The function that decides a whole ruleset: one pass, no trace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from policy.engines.rows.expressions import Expressions
from policy.engines.rows.shared import Shared
from policy.lang.plan import Plan
from policy.lang.tree import And, Node, Quantifier

Then = Callable[[], None]
_BOUND = re.compile(r"\b[A-Z]+\d*\b")


def source(plan: Plan, shared: Shared) -> str:
    """Python text of `evaluate(d, p, now)`, which gives the indexes of the rules that match.

    Raises Unsupported when static types do not tell what to do.
    """
    conditions = [rule.when for rule in plan.rules]
    trees = [*[variable.tree for variable in plan.variables], *conditions]
    repeated = shared.analysis.repeated(trees)
    quantifiers: dict[str | int, Node] = {
        key: node for key, node in repeated.items() if isinstance(node, Quantifier)
    }
    shared.repeated = frozenset(repeated.keys() - quantifiers.keys())
    own: dict[str | int, Node] = {
        **{each.name: each.tree for each in plan.variables},
        **quantifiers,
    }
    shared.functions = {key: number for number, key in enumerate(own)}
    lines: list[str] = []
    for number, tree in enumerate(own.values()):
        lines += function(number, tree, shared)
    lines += _evaluate(conditions, shared)
    return "\n".join(lines)


def function(number: int, tree: Node, shared: Shared) -> Iterator[str]:
    """The function of a variable or quantifier, which keeps its value in `x` for all who ask."""
    written = Expressions(shared, [tree])
    result = written.quantifier(tree) if isinstance(tree, Quantifier) else written.value(tree)
    yield f"def V{number}(d, p, now, x):"
    yield f" if x[{number}] is not None: return x[{number}]"
    yield from written.lines(f" x[{number}] = {result}")
    yield f" return x[{number}]"


def _evaluate(conditions: list[Node], shared: Shared) -> Iterator[str]:
    written = Expressions(shared, conditions)
    for index, condition in enumerate(conditions):
        parts = condition.parts if isinstance(condition, And) else (condition,)
        _branch(written, _cheap_first(parts, shared), _append(written, index))
    lines = list(written.lines(" return m"))
    # As arguments with a default, constants are local variables.
    bound = sorted(shared.names.names.keys() & set(_BOUND.findall("\n".join(lines))))
    yield f"def evaluate(d, p, now, {', '.join([f'{name}={name}' for name in bound])}):"
    yield " m = []"
    if shared.functions:
        yield f" x = [None] * {len(shared.functions)}"
    yield from lines


def _append(written: Expressions, index: int) -> Then:
    return lambda: written.writer.line(f"m.append({index})")


def _cheap_first(parts: tuple[Node, ...], shared: Shared) -> tuple[Node, ...]:
    """Loops behind the other parts, unless one asks whether a fact is there: `&&` has no order."""
    loops = [part for part in parts if shared.loops(part)]
    if any(shared.analysis.of(part).asks for part in loops):
        return parts
    return (*[part for part in parts if not shared.loops(part)], *loops)


def _branch(written: Expressions, parts: tuple[Node, ...], then: Then) -> None:
    """Write `if all parts: then`, going on inside the loop of each quantifier that is a part."""
    if not parts:
        then()
        return
    head = 0
    while head < len(parts) and not written.shared.loops(parts[head]):
        head += 1
    if not head:
        _branch_loop(written, parts[0], lambda: _branch(written, parts[1:], then))
        return
    texts = [written.value(parts[0])]
    with written.branch():
        texts += [written.value(part) for part in parts[1:head]]
        with written.writer.block(f"if {' and '.join(texts)}:"):
            _branch(written, parts[head:], then)


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
            with block("else:"), written.branch():
                then()
        case _:
            with block(f"if {written.value(node)}:"), written.branch():
                then()


def run(text: str, name: str, names: dict[str, Any]) -> None:
    """Execute generated text; its functions join the names. It holds no author text: namespace."""
    exec(compile(text, f"<{name}>", "exec", dont_inherit=True), names)
