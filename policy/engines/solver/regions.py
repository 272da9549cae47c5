"""What a goal tells apart: for every place of a document the values that matter.

Each leaf of a goal is walked once. Where it compares a place with something fixed, that constant
cuts the values of the place into regions; where it compares two places, both need as many values in
a gap as there are places; where it counts a list, the list needs so many items. A leaf for which
this says all there is to say is *exact*: trying one value of each region tries everything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from policy.engines.rows.careful import Careful
from policy.engines.rows.frames import Frame
from policy.engines.rows.poison import EvaluationError
from policy.engines.solver.board import ITEM, Asked, Key
from policy.engines.solver.equations import Equation, alone, operands
from policy.engines.solver.values import ORDERED
from policy.lang.schema import FactSchema
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
    Quantifier,
    Select,
    Variable,
    children,
    walk,
)

MOST_ITEMS = 4
"""Items that a list is given at most; conditions that count further are not exact."""

LONGEST = 300
"""Code points of a text that is made to have a length."""

Sight: TypeAlias = Mapping[str, Key | None]
"""Items in sight of a condition: name to the place that they stand for, None for no place."""

_ORDERINGS = frozenset({"_<_", "_<=_", "_>_", "_>=_"})
_COMPARISONS = _ORDERINGS | {"_==_", "_!=_"}
_STEADY = frozenset({"_+_", "_-_", "_*_", "_/_", "-_", "double", "int"})
"""Functions that never turn the order of values around on the way, with one fixed argument."""

_ABOUT_TEXT = frozenset({"contains", "startsWith", "endsWith", "matches"})


@dataclass(slots=True)
class Domain:
    """What matters of one place. `type` is its type in the tree.

    `sizes` are lengths of a text that are asked for, `texts` functions of it and their argument,
    `partners` places that it is compared with, `kin` those of the same calculations, `items` how
    many a list needs so that each condition on it has its own, `counts` how many one alone needs.
    `any` says that more may matter than is told here.
    """

    type: str
    constants: list[Any] = field(default_factory=list)
    sizes: set[int] = field(default_factory=set)
    texts: set[tuple[str, str]] = field(default_factory=set)
    partners: set[Key] = field(default_factory=set)
    kin: set[Key] = field(default_factory=set)
    equations: list[Equation] = field(default_factory=list)
    items: int = 0
    counts: set[int] = field(default_factory=set)
    any: bool = False


class Regions:
    """The domains of all places that the leaves read; `leaf` takes in one and tells if it is exact.

    `frame` has the parameters; what it holds open is not fixed.
    """

    def __init__(self, schema: FactSchema, careful: Careful, frame: Frame) -> None:
        self.domains: dict[Key, Domain] = {}
        self._schema = schema
        self._careful = careful
        self._frame = frame

    def leaf(self, node: Node) -> bool:
        """Take in a leaf."""
        return self._bool(node, {})

    # Places

    def _place(self, node: Node, sight: Sight) -> tuple[Key | None, bool]:
        """What place a node reads, and whether it is that place for sure."""
        match node:
            case Fact(path=path):
                return path, True
            case Variable(name=name) if self._is_open(name):
                return (name,), True
            case Local(name=name):
                return sight.get(name), True
            case Select(operand=operand, field=name):
                base, sure = self._place(operand, sight)
                return (*base, name) if base else None, sure
            case Call(function="_[_]", arguments=(over, Literal(value=int() as at))):
                key, _ = self._place(over, sight)
                if key:
                    domain = self._domain(key, over.type)
                    domain.items = max(domain.items, min(at + 1, MOST_ITEMS))
                return (*key, ITEM) if key else None, False
        return None, False

    def _domain(self, key: Key, type_name: str) -> Domain:
        return self.domains.setdefault(key, Domain(type_name))

    def _is_open(self, name: str) -> bool:
        return isinstance(self._frame.variables.get(name), Asked)

    def _fixed(self, node: Node) -> bool:
        """Whether the value is known before any fact is."""
        inner = {part.local for part in walk(node) if isinstance(part, Quantifier)}
        return not any(
            isinstance(part, Fact)
            or (isinstance(part, Local) and part.name not in inner)
            or (isinstance(part, Variable) and self._is_open(part.name))
            for part in walk(node)
        )

    def _value(self, node: Node) -> Any:
        """The value of a fixed node; None when it is an error, and so is all that compares it."""
        try:
            return self._careful.closure(node)(self._frame)
        except EvaluationError:
            return None

    # Conditions

    def _bool(self, node: Node, sight: Sight) -> bool:
        match node:
            case Not() | And() | Or() | If(type="bool"):
                return self._bools(children(node), sight)
            case Has(target=target):
                key, sure = self._place(target, sight)
                return sure and key is not None
            case Fact() | Select() | Local() | Variable():
                key, sure = self._place(node, sight)
                return (sure and key is not None) or self._fixed(node)
            case Quantifier(kind="exists" | "all" | "exists_one"):
                return self._quantified(node, sight)
            case Call(function=name, arguments=(left, right)) if name in _COMPARISONS:
                return self._comparison(node, left, right, sight)
            case Call(function="@in", arguments=(item, over)):
                return self._membership(item, over, sight)
            case Call(function=name, arguments=(text, part)) if name in _ABOUT_TEXT:
                return self._about_text(name, text, part, sight)
        return self._anything(node, sight)

    def _bools(self, nodes: Sequence[Node], sight: Sight) -> bool:
        """Whether all are exact. All are taken in, whether or not one is not."""
        exact = True
        for node in nodes:
            exact = self._bool(node, sight) and exact
        return exact

    def _parts(self, nodes: Sequence[Node], sight: Sight) -> bool:
        exact = True
        for node in nodes:
            exact = self._anything(node, sight) and exact
        return exact

    def _anything(self, node: Node, sight: Sight) -> bool:
        """A node of which only the parts are understood. Exact where they have few values, all of
        which are tried."""
        if self._fixed(node):
            return True
        key, sure = self._place(node, sight)
        if key:
            domain = self._domain(key, node.type)
            domain.any = True
            domain.items = max(domain.items, 2 * node.type.startswith("list("))
            return sure and self._is_finite(key, node.type)
        if isinstance(node, Quantifier):
            self._listing(node, sight, 2)
            return False
        exact = not isinstance(node, Local | Select)
        for part in children(node):
            known = self._bool if part.type == "bool" else self._anything
            exact = known(part, sight) and exact
        return exact

    def _is_finite(self, key: Key, type_name: str) -> bool:
        """Whether a place can only hold words of an enum, or true and false."""
        if type_name == "bool":
            return True
        path = [name for name in key if name != ITEM]
        record = self._schema.record(self._schema.subjects.get(path[0], ""))
        field = None
        for name in path[1:]:
            field = record.field(name) if record else None
            inner = field.type.removeprefix("list(").removesuffix(")") if field else ""
            record = self._schema.record(inner)
        return type_name == "string" and field is not None and bool(field.values)

    def _comparison(self, node: Call, left: Node, right: Node, sight: Sight) -> bool:
        if left.type == "bool":
            return self._bools((left, right), sight)
        for one, other in ((left, right), (right, left)):
            if self._fixed(other):
                return self._against(node, one, other, sight)
        keys = [self._place(part, sight) for part in (left, right)]
        plain = left.type in ORDERED or node.function not in _ORDERINGS
        if plain and all(sure and key for key, sure in keys) and not left.type.startswith("list("):
            return self._partners(keys[0][0], keys[1][0], left.type)
        return self._equation(node, left, right, sight)

    def _against(self, node: Call, one: Node, other: Node, sight: Sight) -> bool:
        """A comparison with a fixed value. With an error it is one, with no number false."""
        value = self._value(other)
        if self._fixed(one) or value is None or value != value:
            return True
        if isinstance(one, Call) and one.function == "size":
            return self._size(one.arguments[0], value, sight)
        key, sure = self._place(one, sight)
        if key is None or one.type.startswith("list("):
            return self._equation(node, one, other, sight)
        if not _is_finite(value):
            return sure  # no fact is without end
        self._domain(key, one.type).constants.append(value)
        return sure and (one.type in ORDERED or node.function not in _ORDERINGS)

    def _partners(self, left: Key | None, right: Key | None, type_name: str) -> bool:
        if left is None or right is None:
            return False
        self._domain(left, type_name).partners.add(right)
        self._domain(right, type_name).partners.add(left)
        return True

    def _equation(self, node: Call, left: Node, right: Node, sight: Sight) -> bool:
        """A comparison that calculates: the values that matter are found by trying. Exact where
        only one place is in it, and the difference can only grow or only fall with it."""
        places = self._operands((left, right), sight)
        if len(places) == 1:
            ((target, key),) = places.items()
            points = alone(self._careful, self._frame, (left, right), target)
            if points is not None and self._grows(left, right, target):
                self._domain(key, target.type).constants += points
                return True
        made = Equation(self._careful, (left, right), sight)
        fixed = self._numbers((left, right))
        for target, key in places.items():
            domain = self._domain(key, target.type)
            domain.equations.append(made)
            domain.kin.update(places.values())
            domain.constants += [value for kind, value in fixed if kind == target.type]
        return self._parts((left, right), sight)

    def _operands(self, sides: tuple[Node, Node], sight: Sight) -> dict[Node, Key]:
        """The ordered places that a calculation reads, those whose sum it reads among them."""
        found: dict[Node, Key] = {}
        for part in (each for side in sides for each in operands(side)):
            if isinstance(part, Call) and part.function == "sum":
                element, _ = self._listing(part.arguments[0], sight, 1)
                part, key = _item_of(part), element
            else:
                key, _ = self._place(part, sight)
            if key and part.type in ORDERED:
                found[part] = key
        return found

    def _numbers(self, sides: tuple[Node, Node]) -> list[tuple[str, Any]]:
        """Fixed numbers within a calculation, with their types: worth trying for its places."""
        parts = [each for side in sides for each in operands(side) if self._fixed(each)]
        values = [(each.type, self._value(each)) for each in parts if each.type in ORDERED]
        return [(kind, value) for kind, value in values if _is_finite(value)]

    def _grows(self, left: Node, right: Node, target: Node) -> bool:
        """Whether the place is read once, on one side, in steps that keep the order of values."""
        for side, other in ((left, right), (right, left)):
            if self._fixed(other):
                return self._keeps_order(side, target)
        return False

    def _keeps_order(self, node: Node, target: Node) -> bool:
        if node == target:
            return True
        if not (isinstance(node, Call) and node.function in _STEADY):
            return False
        inner = [part for part in node.arguments if not self._fixed(part)]
        fixed = [self._value(part) for part in node.arguments if self._fixed(part)]
        if node.function == "_/_" and inner != [node.arguments[0]]:
            return False
        return (
            len(inner) == 1
            and all(map(_is_finite, fixed))
            and (self._keeps_order(inner[0], target))
        )

    def _membership(self, item: Node, over: Node, sight: Sight) -> bool:
        if self._fixed(over):
            key, sure = self._place(item, sight)
            values = self._value(over)
            if key and isinstance(values, list):
                self._domain(key, item.type).constants.extend(values)
                return sure
            return self._anything(item, sight)
        element, exact = self._listing(over, sight, 1)
        if element is None or not self._fixed(item):
            return self._anything(item, sight) and False
        self._domain(element, item.type).constants.append(self._value(item))
        return exact

    def _about_text(self, function: str, text: Node, part: Node, sight: Sight) -> bool:
        key, _ = self._place(text, sight)
        value = self._value(part) if self._fixed(part) else None
        if key and isinstance(value, str):
            self._domain(key, "string").texts.add((function, value))
        return self._parts((text, part), sight)

    # Lists

    def _size(self, of: Node, value: Any, sight: Sight) -> bool:
        """`size(of)` compared with a number."""
        if of.type == "string":
            key, sure = self._place(of, sight)
            if key is None or not isinstance(value, int):
                return self._anything(of, sight)
            self._domain(key, "string").sizes.add(value)
            return sure and value < LONGEST
        return self._listing(of, sight, max(1, value + 1))[1]

    def _quantified(self, node: Quantifier, sight: Sight) -> bool:
        if self._fixed(node.range) and self._value(node.range) is None:
            return True
        element, exact = self._listing(node.range, sight, 2 if node.kind == "exists_one" else 1)
        return self._each(node, element, sight) and exact

    def _each(self, node: Quantifier, element: Key | None, sight: Sight) -> bool:
        """The condition on the items of a quantifier."""
        exact = self._bool(node.condition, {**sight, node.local: element})
        return exact and element is not None and self._alone(node.condition, element, sight)

    def _alone(self, condition: Node, element: Key, sight: Sight) -> bool:
        """Whether the condition looks at no items but its own and those around it."""
        others = [sight.get(part.name) for part in walk(condition) if isinstance(part, Local)]
        return all(key is None or key == element[: len(key)] for key in others)

    def _listing(self, node: Node, sight: Sight, items: int) -> tuple[Key | None, bool]:
        """The place of a list's items, when so many more are needed."""
        match node:
            case Quantifier(kind="filter"):
                element, exact = self._listing(node.range, sight, items)
                return element, self._each(node, element, sight) and exact
            case Quantifier(kind="map", result=result) if result is not None:
                element, exact = self._listing(node.range, sight, items)
                exact = self._each(node, element, sight) and exact
                inner = {**sight, node.local: element}
                place, sure = self._place(result, inner)
                if place is None:
                    self._anything(result, inner)
                return place, exact and sure
        key, sure = self._place(node, sight)
        if key is None:
            self._anything(node, sight)
            return None, False
        domain = self._domain(key, node.type)
        domain.items += min(items, MOST_ITEMS)
        domain.counts |= {items - 1, items}
        alone = not (isinstance(node, Fact) and sight)
        return (*key, ITEM), sure and alone and items <= MOST_ITEMS


def _item_of(total: Call) -> Node:
    """What `list.map(item, result).sum()` adds up."""
    over = total.arguments[0]
    return over.result if isinstance(over, Quantifier) and over.result is not None else over


def _is_finite(value: Any) -> bool:
    """Whether a value is there, and a number when it is a double."""
    return value is not None and (type(value) is not float or math.isfinite(value))
