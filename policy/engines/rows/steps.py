"""Which conditions of a plan are traced, and at which position of the trace each value lies.

Both the generated traced function and the careful evaluation follow these steps, so their traces
have one layout; `template` is the same without the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from policy.engines.rows.template import Condition, Kind, Path, SeenAt, Template
from policy.engines.rows.values import kind
from policy.lang.plan import Plan
from policy.lang.tree import (
    And,
    Call,
    Fact,
    Has,
    If,
    Literal,
    Local,
    Node,
    Not,
    Or,
    Param,
    Quantifier,
    Select,
    Variable,
    children,
)

_SHOWN = frozenset({"bool", "int", "uint", "double", "string", "timestamp", "duration"})


@dataclass(slots=True, eq=False)
class Slot:
    """One position. `node` is the tree whose value lies there; None for truths and witnesses."""

    scope: Scope
    index: int
    node: Node | None = None

    @property
    def path(self) -> Path:
        """The indexes that lead to it from the outermost tuple."""
        return (*self.scope.path, self.index)

    @property
    def name(self) -> str:
        """Its variable in generated code."""
        return f"s{self.scope.number}_{self.index}"


@dataclass(slots=True, eq=False)
class Scope:
    """One tuple of a trace: the outermost one, a variable's, or a deciding item's.

    The inner ones start with one position that is not a Slot: a variable's value, an item's index.
    """

    number: int
    path: Path
    slots: list[Slot] = field(default_factory=list)
    found: dict[object, Slot] = field(default_factory=dict)

    def new(self, node: Node | None = None) -> Slot:
        """A further position."""
        slot = Slot(self, len(self.slots) + bool(self.path), node)
        self.slots.append(slot)
        return slot

    def of(self, node: Node) -> Slot:
        """The position of a value, the same for equal trees."""
        identity = _identity(node)
        if identity not in self.found:
            self.found[identity] = self.new(node)
        return self.found[identity]


@dataclass(slots=True, eq=False)
class Step:
    """A traced condition with its tree; see `template.Condition`."""

    kind: Kind
    node: Node
    at: Slot | None = None
    parts: tuple[Step, ...] = ()
    seen: tuple[tuple[Node, Slot], ...] = ()
    items: Slot | None = None
    witness: Slot | None = None
    inner: Scope | None = None

    def condition(self) -> Condition:
        """The step as it is stored."""
        return Condition(
            kind=self.kind,
            span=self.node.span,
            at=self.at.path if self.at else (),
            parts=tuple(part.condition() for part in self.parts),
            seen=tuple(_seen_at(node, slot) for node, slot in self.seen),
            items=self.items.path if self.items else (),
            witness=self.witness.path if self.witness else (),
            name=_name(self.node),
        )


@dataclass(slots=True, eq=False)
class VariableSteps:
    """A variable's own tuple in the trace."""

    name: str
    node: Node
    slot: Slot
    scope: Scope
    step: Step


class Steps:
    """All steps of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._scopes = 0
        self.top = self._scope(())
        self.variables: dict[str, VariableSteps] = {}
        for variable in plan.variables:
            self.variables[variable.name] = self._variable(variable.name, variable.tree)
        self.rules = tuple(self._step(rule.when, self.top) for rule in plan.rules)

    def template(self) -> Template:
        """The steps as they are stored."""
        return Template(
            rules=tuple(step.condition() for step in self.rules),
            variables={name: held.step.condition() for name, held in self.variables.items()},
        )

    def _scope(self, path: Path) -> Scope:
        self._scopes += 1
        return Scope(self._scopes - 1, path)

    def _variable(self, name: str, tree: Node) -> VariableSteps:
        slot = self.top.new()
        scope = self._scope(slot.path)
        if tree.type == "bool":
            return VariableSteps(name, tree, slot, scope, self._step(tree, scope))
        step = Step("condition", tree, seen=tuple(self._seen(tree, scope)))
        return VariableSteps(name, tree, slot, scope, step)

    def _step(self, node: Node, scope: Scope) -> Step:
        match node:
            case And(parts=parts):
                return Step("and", node, parts=tuple(self._step(part, scope) for part in parts))
            case Or(parts=parts):
                return Step("or", node, parts=tuple(self._step(part, scope) for part in parts))
            case Not(operand=operand):
                return Step("not", node, parts=(self._step(operand, scope),))
            case If(condition=condition, then=then, otherwise=otherwise):
                asked = (condition, then, otherwise)
                return Step("if", node, parts=tuple(self._step(part, scope) for part in asked))
            case Quantifier(kind="exists" | "all" | "exists_one"):
                return self._quantifier(node, scope)
            case Variable() if node.name in self.variables:
                return Step("variable", node)
            case Literal():
                return Step("constant", node)
            case _:
                seen = tuple(self._seen_below(node, scope))
                return Step("condition", node, at=scope.new(), seen=seen)

    def _quantifier(self, node: Quantifier, scope: Scope) -> Step:
        truth, items, witness = scope.new(), scope.new(), scope.new()
        inner = self._scope(witness.path)
        return Step(
            _KINDS[node.kind],
            node,
            at=truth,
            parts=(self._step(node.condition, inner),),
            items=items,
            witness=witness,
            inner=inner,
        )

    def _seen_below(self, node: Node, scope: Scope) -> Iterator[tuple[Node, Slot]]:
        """The values under a condition that is more than one value itself."""
        if isinstance(node, Call):
            for part in node.arguments:
                yield from self._seen(part, scope)

    def _seen(self, node: Node, scope: Scope) -> Iterator[tuple[Node, Slot]]:
        match node:
            case Fact() | Param():
                if _can_show(node.type):
                    yield node, self.top.of(node)
            case Local() | Select(operand=Local()):
                if _can_show(node.type):
                    yield node, scope.of(node)
            case Variable() if node.name in self.variables:
                if _can_show(node.type):
                    yield node, Slot(self.variables[node.name].scope, 0)
            case Has() | Quantifier():
                pass
            case Call(function=function) if node.type in _SHOWN:
                if not _constant(node):
                    yield node, scope.of(node)
                if function != "size":
                    yield from self._seen_below(node, scope)
            case _:
                for part in children(node):
                    yield from self._seen(part, scope)


_KINDS: dict[str, Kind] = {"exists": "exists", "all": "all", "exists_one": "exists_one"}


def _can_show(type_name: str) -> bool:
    return type_name in _SHOWN or (
        kind(type_name) == "list" and type_name.removeprefix("list(")[:-1] in _SHOWN
    )


def _constant(node: Node) -> bool:
    if isinstance(node, Fact | Param | Variable | Local):
        return False
    return all(map(_constant, children(node)))


def _seen_at(node: Node, slot: Slot) -> SeenAt:
    return SeenAt(_label(node), node.type, slot.path, node.span)


def _label(node: Node) -> str:
    match node:
        case Fact(path=path):
            return ".".join(path)
        case Param(name=name):
            return f"params.{name}"
        case Variable(name=name) | Local(name=name):
            return name
        case Select(operand=operand, field=field) if label := _label(operand):
            return f"{label}.{field}"
        case _:
            return ""  # the author's text at its span says it


def _name(node: Node) -> str:
    match node:
        case Variable(name=name):
            return name
        case Literal(value=value):
            return "true" if value else "false"
        case _:
            return ""


def _identity(node: Node) -> object:
    """Equal for trees that mean the same, wherever they stand."""
    match node:
        case Fact(path=path):
            return path
        case Param(name=name):
            return ("params", name)
        case Local(name=name):
            return ("local", name)
        case Select(operand=Local(name=name), field=field):
            return ("local", name, field)
        case _:
            return id(node)
