"""The function that decides a whole ruleset and tells what it saw on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from policy.engines.rows.expressions import Expressions
from policy.engines.rows.shared import Shared
from policy.engines.rows.steps import Scope, Slot, Step, Steps, VariableSteps
from policy.engines.rows.writer import Gap
from policy.lang.plan import Plan
from policy.lang.tree import And, Call, Fact, If, Local, Node, Or, Param, Quantifier, walk


def source(plan: Plan, steps: Steps, shared: Shared) -> str:
    """Python text of `trace(d, p, now)`: the indexes of the rules that match, and the values.

    Raises Unsupported when static types do not tell what to do.
    """
    lines: list[str] = []
    shared.functions = {variable.name: index for index, variable in enumerate(plan.variables)}
    for index, held in enumerate(steps.variables.values()):
        lines += _variable(index, held, shared)
    lines += _trace(plan, steps, shared)
    return "\n".join(lines)


def _variable(index: int, held: VariableSteps, shared: Shared) -> Iterator[str]:
    """A variable's function gives its value and its own tuple of the trace."""
    written = _Traced(shared, [held.node], [held.step])
    with written.scope(held.scope):
        result = written.result(held)
    yield f"def V{index}(d, p, now, x):"
    yield f" if x[{index}] is not None: return x[{index}]"
    kept = "r" if _is_shown(held.node) else "None"
    yield from written.lines(f" r = {result}")
    yield f" x[{index}] = (r, {written.tuple(held.scope, kept)})"
    yield f" return x[{index}]"


def _is_shown(node: Node) -> bool:
    return node.type in ("bool", "int", "double", "string", "timestamp", "duration")


def _trace(plan: Plan, steps: Steps, shared: Shared) -> Iterator[str]:
    trees = [rule.when for rule in plan.rules]
    written = _Traced(shared, trees, steps.rules, eager=True)
    with written.scope(steps.top):
        for index, step in enumerate(steps.rules):
            with written.writer.block(f"if {written.step(step)}:"):
                written.writer.line(f"m.append({index})")
    variables = {
        id(held.slot): written.variable_trace(name) for name, held in steps.variables.items()
    }
    values = written.tuple(steps.top, special=variables)
    yield "def trace(d, p, now):"
    yield " m = []"
    if shared.functions:
        yield f" x = [None] * {len(shared.functions)}"
    yield from written.lines(f" return m, {values}")


class _Traced(Expressions):
    """Writes steps. Within `scope` the values that conditions see are kept on the way."""

    def __init__(
        self,
        shared: Shared,
        trees: Iterable[Node],
        steps: Iterable[Step],
        *,
        eager: bool = False,
    ) -> None:
        super().__init__(shared, trees, eager=eager)
        self._computed = {
            id(node): slot
            for step in _all_steps(steps)
            for node, slot in step.seen
            if isinstance(node, Call)
        }
        self._keeping = False
        self._sure = True
        self._start: Gap | None = None

    @contextmanager
    def scope(self, scope: Scope) -> Iterator[None]:
        """What is written inside belongs to one tuple of the trace."""
        outer = self._keeping, self._sure, self._start
        self._keeping, self._sure, self._start = True, True, self.writer.gap()
        yield
        self._keeping, self._sure, self._start = outer

    @contextmanager
    def _unsure(self) -> Iterator[None]:
        """What is written inside may not be reached."""
        outer, self._sure = self._sure, False
        yield
        self._sure = outer

    @contextmanager
    def _silent(self) -> Iterator[None]:
        """What is written inside looks for the deciding item: nothing is kept."""
        outer, self._keeping = self._keeping, False
        yield
        self._keeping = outer

    def value(self, node: Node) -> str:
        """As of every tree, but operands that are computed are kept."""
        text = super().value(node)
        slot = self._computed.get(id(node)) if self._keeping else None
        return text if slot is None else f"({self._name(slot)} := {text})"

    def _name(self, slot: Slot) -> str:
        """The variable of a slot, which is None until the code that sets it is reached."""
        if not self._sure and self._start is not None:
            self._start.add(f"{slot.name} = None")
        return slot.name

    def _of_variable(self, text: str) -> str:
        return f"{text}[0]"

    def variable_trace(self, name: str) -> str:
        """A variable's tuple, None when no rule asked for it."""
        local = self._used.get(name)
        return "None" if local is None else f"(None if {local} is None else {local}[1])"

    def result(self, held: VariableSteps) -> str:
        """A variable's value, with the steps of its own where it is a condition."""
        return self.step(held.step) if held.node.type == "bool" else self.value(held.node)

    def step(self, step: Step) -> str:
        """The expression for the truth of a step."""
        match step.kind:
            case "and":
                return self._steps(step.parts, "and", "if")
            case "or":
                return self._steps(step.parts, "or", "if not")
            case "not":
                return f"(not {self.step(step.parts[0])})"
            case "if":
                return self._if_step(step)
            case "exists" | "all" | "exists_one":
                return self._quantifier_step(step)
            case "variable" | "constant":
                return self.value(step.node)
            case _:
                return self._condition(step)

    def _condition(self, step: Step) -> str:
        if any(isinstance(node, And | Or | If) for node in walk(step.node)):
            with self._unsure():
                text = self.value(step.node)
        else:
            text = self.value(step.node)
        return f"({self._name(step.at)} := {text})" if step.at else text

    def _steps(self, steps: tuple[Step, ...], word: str, test: str) -> str:
        """As `_joined`, for steps."""
        head = 1
        while head < len(steps) and not self.shared.loops(steps[head].node):
            head += 1
        texts = [self.step(steps[0])]
        with self._unsure():
            texts += [self.step(step) for step in steps[1:head]]
        text = f"({f' {word} '.join(texts)})"
        if head == len(steps):
            return text
        result = self.writer.fresh("x")
        self.writer.line(f"{result} = {text}")
        with self._unsure(), self.writer.block(f"{test} {result}:"):
            self.writer.line(f"{result} = {self._steps(steps[head:], word, test)}")
        return result

    def _if_step(self, step: Step) -> str:
        asked, then, otherwise = step.parts
        test = self.step(asked)
        with self._unsure():
            if not (self.shared.loops(then.node) or self.shared.loops(otherwise.node)):
                return f"({self.step(then)} if {test} else {self.step(otherwise)})"
            result = self.writer.fresh("x")
            with self.writer.block(f"if {test}:"):
                self.writer.line(f"{result} = {self.step(then)}")
            with self.writer.block("else:"):
                self.writer.line(f"{result} = {self.step(otherwise)}")
        return result

    def _quantifier_step(self, step: Step) -> str:
        """Loop as the fast function does, then look at the deciding item once more and keep it."""
        node = step.node
        if not isinstance(node, Quantifier) or not (step.at and step.items and step.witness):
            raise TypeError(f"a {step.kind} without its positions")
        truth, items, witness = map(self._name, (step.at, step.items, step.witness))
        over = self.writer.fresh("l")
        self.writer.line(f"{over} = {self._range(node.range)}")
        self.writer.line(f"{items} = len({over})")
        self.writer.line(f"{witness} = None")
        if step.kind == "exists_one":
            with self._silent():
                self.writer.line(f"{truth} = {self.quantifier(node)}")
            return truth
        self.writer.line(f"{truth} = {step.kind == 'all'}")
        item = self.writer.fresh("c")
        self._locals[node.local] = item
        with self.writer.block(f"for {item} in {over}:"):
            with self._silent():
                asked = self.value(node.condition)
            with self.writer.block(f"if {'not ' if step.kind == 'all' else ''}{asked}:"):
                self.writer.line(f"{truth} = {step.kind == 'exists'}")
                self._keep_item(step, over, item)
                self.writer.line("break")
        return truth

    def _keep_item(self, step: Step, over: str, item: str) -> None:
        if step.inner is None or step.witness is None:
            raise TypeError(f"a {step.kind} without its positions")
        with self.scope(step.inner):
            self.writer.line(self.step(step.parts[0]))
            kept = self.tuple(step.inner, f"POSITION({over}, {item})")
            self.writer.line(f"{step.witness.name} = {kept}")

    def tuple(
        self, scope: Scope, first: str | None = None, special: dict[int, str] | None = None
    ) -> str:
        """The text of a trace tuple."""
        parts = [] if first is None else [first]
        parts += [(special or {}).get(id(slot)) or self._slot(slot) for slot in scope.slots]
        return f"({', '.join(parts)},)" if parts else "()"

    def _slot(self, slot: Slot) -> str:
        """A slot as JSON can hold it: times as plain integers."""
        if slot.node is None:
            return slot.name
        number = slot.node.type in _NUMBERED
        match slot.node:
            case Call():
                return (
                    f"(None if {slot.name} is None else INT({slot.name}))" if number else slot.name
                )
            case Param(name=name) if number:
                return self.parameter(name, "plain")
            case Fact(path=("now",)):
                return "INT(now)"
            case Local() if number:
                return f"INT({self.raw(slot.node)})"
            case _:
                return self.raw(slot.node)


_NUMBERED = frozenset({"timestamp", "duration", "uint"})
"""Types whose values are integers of a class of their own."""


def _all_steps(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _all_steps(step.parts)
