"""Typed CEL conditions over the shipped facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from policy.lang.schema import FactSchema, Record, element
from tests.properties.drawn_facts import DOUBLES, INTS, LENGTHS, MOMENTS, PARAMETERS, TEXTS

PATTERNS = (
    *("live", "^a", "b$", "^$", "(?i)LIVE", "[a-z]+", "^[A-Z]", r"\\d", r"\\bb", "a.b", "(a|é)"),
    *(
        "(?i)k",
        "(?i)s",
        "(?i)i",
        "x{3}",
        "x*y",
        "[^a]",
        r"\\s",
        r"\\w+ \\w+",
        "(",
        "a{2,1}",
        "^😀$",
    ),
)
ZONES = ("", "UTC", "Europe/Berlin", "America/New_York", "+05:30", "-11:00", "Nowhere/At_All")
_SCALARS = ("bool", "int", "double", "string", "timestamp", "duration")


class Writer:
    """Draws the text of an expression of a given type. `items` are the quantifiers' items in sight,
    with their types."""

    def __init__(self, schema: FactSchema, draw: DrawFn) -> None:
        self._schema = schema
        self._draw = draw
        self._items: list[tuple[str, str]] = []
        self._names = 0

    def know(self, name: str, kind: str) -> None:
        """Something else that expressions may name from now on."""
        self._items += [(name, kind)] * 3

    def expression(self, kind: str, depth: int) -> str:
        """An expression of a type."""
        if depth <= 0:
            return self._leaf(kind)
        makers = [self._leaf, *[self._compound] * 3]
        if kind == "bool":
            makers = [self._compound]
        maker = self._one(makers)
        return str(maker(kind) if maker == self._leaf else self._compound(kind, depth))

    def _one(self, options: Sequence[Any]) -> Any:
        return options[self._draw(st.integers(0, len(options) - 1))]

    def _leaf(self, kind: str, _depth: int = 0) -> str:
        chosen = self._draw(st.integers(0, 9))
        if chosen < 6:
            return self._fact(kind)
        if chosen == 6 and kind in PARAMETERS.values():
            names = [f"params.{name}" for name, type_ in PARAMETERS.items() if type_ == kind]
            return str(self._one(names))
        if chosen == 7 and kind == "timestamp":
            return "now"
        return self.literal(kind)

    def literal(self, kind: str) -> str:
        """A literal."""
        match kind:
            case "bool":
                return str(self._one(("true", "false")))
            case "int":
                value = self._one(INTS)
                return f"({value})" if value < 0 else str(value)
            case "double":
                text = self._one((*[repr(value) for value in DOUBLES], "0.0 / 0.0", "1.0 / 0.0"))
                return f"({text})"
            case "string":
                return _quoted(self._one(TEXTS))
            case "timestamp":
                return f'timestamp("{self._one(MOMENTS)}")'
            case "duration":
                return f'duration("{self._one(LENGTHS)}")'
            case _:
                inner = element(kind)
                count = self._draw(st.integers(0 if inner == "string" else 1, 3))
                items = ", ".join(self.literal(inner) for _ in range(count))
                return f"[{items}]" if items else '["b"].filter(e, false)'

    def _fact(self, kind: str) -> str:
        """A fact or a field of an item, guarded where it may be absent."""
        found = [
            (f"{name}.{field.name}", field.optional)
            for name, record in self._records()
            for field in record.fields
            if field.type == kind
        ]
        found += [(name, False) for name, type_ in self._items if type_ == kind]
        if not found:
            return self.literal(kind)
        path, optional = self._one(found)
        if not optional:
            return str(path)
        return f"(has({path}) ? {path} : {self.literal(kind)})"

    def _records(self) -> list[tuple[str, Record]]:
        root = self._schema.root("track")
        found = [("track", root)]
        for field in root.fields:
            inner = self._schema.record(field.type)
            if inner and not field.optional:
                found.append((f"track.{field.name}", inner))
        for name, kind in self._items:
            inner = self._schema.record(kind)
            if inner:
                found += [(name, inner)] * 2
        return found

    def _compound(self, kind: str, depth: int = 1) -> str:
        match kind:
            case "bool":
                return self._condition(depth)
            case "int":
                return self._int(depth)
            case "double":
                return self._double(depth)
            case "string":
                return self._string(depth)
            case "timestamp":
                sign = self._one("+-")
                return f"({self._of('timestamp', depth)} {sign} {self._of('duration', depth)})"
            case "duration":
                other = self._one(("timestamp", "duration"))
                return f"({self._of(other, depth)} - {self._of(other, depth)})"
            case _:
                return self._list(kind, depth)

    def _of(self, kind: str, depth: int) -> str:
        return self.expression(kind, depth - 1)

    def _int(self, depth: int) -> str:
        match self._draw(st.integers(0, 8)):
            case 8:
                return f"track.shares[{self._of('int', depth)}].basis_points"
            case 0 | 1:
                sign = self._one("+-*/%")
                return f"({self._of('int', depth)} {sign} {self._of('int', depth)})"
            case 2:
                return f"size({self._of('string', depth)})"
            case 3:
                return f"size({self._range(depth)[0]})"
            case 4:
                return f"int({self._of(self._one(('double', 'string', 'timestamp')), depth)})"
            case 5:
                name = self._one(
                    ("getFullYear", "getMonth", "getDayOfWeek", "getDayOfYear", "getHours")
                )
                zone = self._one(ZONES)
                argument = f'"{zone}"' if zone else ""
                return f"{self._of('timestamp', depth)}.{name}({argument})"
            case 6:
                name = self._one(("getHours", "getMinutes", "getSeconds", "getMilliseconds"))
                return f"{self._of('duration', depth)}.{name}()"
            case 7:
                return f"{self._of('list(int)', min(depth, 2))}.sum()"
            case _:
                return self._choice("int", depth)

    def _double(self, depth: int) -> str:
        match self._draw(st.integers(0, 3)):
            case 0 | 1:
                sign = self._one("+-*/")
                return f"({self._of('double', depth)} {sign} {self._of('double', depth)})"
            case 2:
                return f"double({self._of('int', depth)})"
            case _:
                return self._choice("double", depth)

    def _string(self, depth: int) -> str:
        match self._draw(st.integers(0, 4)):
            case 4:
                return f"track.contributors[{self._of('int', 1)}].role"
            case 0 | 1:
                return f"({self._of('string', depth)} + {self._of('string', depth)})"
            case 2:
                kind = self._one(("int", "bool", "timestamp", "duration"))
                return f"string({self._of(kind, depth)})"
            case _:
                return self._choice("string", depth)

    def _choice(self, kind: str, depth: int) -> str:
        condition = self._of("bool", depth)
        return f"({condition} ? {self._of(kind, depth)} : {self._of(kind, depth)})"

    def _list(self, kind: str, depth: int) -> str:
        inner = element(kind)
        if self._draw(st.booleans()):
            return f"({self._of(kind, depth)} + {self._of(kind, depth)})"
        with_items = ", ".join(self._of(inner, depth) for _ in range(self._draw(st.integers(1, 3))))
        return f"[{with_items}]"

    def _range(self, depth: int) -> tuple[str, str]:
        """Something to quantify over, and the type of its items."""
        lists = [
            (f"{name}.{field.name}", element(field.type))
            for name, record in self._records()
            for field in record.fields
            if field.type.startswith("list(")
        ]
        match self._draw(st.integers(0, 6)):
            case 0:
                kind = self._one(("int", "string", "double"))
                return self._of(f"list({kind})", min(depth, 2)), kind
            case 1:
                over, kind = self._one(lists)
                name = self._item(kind)
                condition = self._within(name, kind, "bool", depth)
                return f"{over}.filter({name}, {condition})", kind
            case 2:
                over, kind = self._one(lists)
                name = self._item(kind)
                made = self._one(("int", "string"))
                return f"{over}.map({name}, {self._within(name, kind, made, depth)})", made
            case _:
                over, kind = self._one(lists)
                return over, kind

    def _item(self, kind: str) -> str:
        self._names += 1
        return f"i{self._names}"

    def _within(self, name: str, kind: str, made: str, depth: int) -> str:
        self._items.append((name, kind))
        text = self._of(made, depth)
        self._items.pop()
        return text

    def _condition(self, depth: int) -> str:
        match self._draw(st.integers(0, 13)):
            case 0 | 1 | 2:
                kind = self._one(_SCALARS)
                sign = self._one(("==", "!=", "<", "<=", ">", ">="))
                return f"({self._of(kind, depth)} {sign} {self._of(kind, depth)})"
            case 3 | 4:
                sign = self._one(("&&", "||"))
                count = self._draw(st.integers(2, 3))
                return f"({f' {sign} '.join(self._of('bool', depth) for _ in range(count))})"
            case 5:
                return f"!{self._of('bool', depth)}"
            case 6 | 7 | 8:
                over, kind = self._range(depth)
                name = self._item(kind)
                macro = self._one(("exists", "all", "exists", "all", "exists_one"))
                return f"{over}.{macro}({name}, {self._within(name, kind, 'bool', depth)})"
            case 9:
                kind = self._one(("int", "string", "double", "timestamp"))
                return f"({self._of(kind, depth)} in {self._of(f'list({kind})', min(depth, 2))})"
            case 10:
                name = self._one(("contains", "startsWith", "endsWith"))
                return f"{self._of('string', depth)}.{name}({self._of('string', depth)})"
            case 11:
                return f'{self._of("string", depth)}.matches("{self._one(PATTERNS)}")'
            case 12:
                return self._optional(depth)
            case _:
                kind = self._one(("list(int)", "list(string)", "list(double)"))
                sign = self._one(("==", "!="))
                small = min(depth, 2)
                return f"({self._of(kind, small)} {sign} {self._of(kind, small)})"

    def _optional(self, depth: int) -> str:
        """Whether a fact is there, or a question to an optional record behind its guard."""
        root = self._schema.root("track")
        record = self._schema.record("Release")
        if record is None or self._draw(st.booleans()):
            names = [field.name for field in root.fields if field.optional]
            return f"has(track.{self._one(names)})"
        field = self._one([each for each in record.fields if each.type in _SCALARS])
        path = f"track.release.{field.name}"
        return f"(has({path}) && {path} == {self._of(field.type, depth)})"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@st.composite
def conditions(draw: DrawFn, schema: FactSchema) -> str:
    """A condition's text."""
    depth = draw(st.integers(1, 4))
    return Writer(schema, draw).expression("bool", depth)


@dataclass(frozen=True, slots=True)
class Rules:
    """Conditions that share variables. `variables` are names with their types and texts."""

    variables: tuple[tuple[str, str, str], ...]
    conditions: tuple[str, ...]

    def inlined(self, condition: str) -> str:
        """A condition with every variable replaced by its text."""
        for name, _, text in reversed(self.variables):
            pieces = re.split(rf"\b{name}\b", condition)
            condition = f"({text})".join(pieces)
        return condition


@st.composite
def rules(draw: DrawFn, schema: FactSchema) -> Rules:
    """Up to three variables, each of which may use those before it, and two conditions."""
    writer = Writer(schema, draw)
    made: list[tuple[str, str, str]] = []
    for name in ("alpha", "beta", "gamma")[: draw(st.integers(1, 3))]:
        kind = draw(st.sampled_from(("bool", "bool", "int", "string", "list(string)")))
        made.append((name, kind, writer.expression(kind, 2)))
        writer.know(name, kind)
    found = tuple(writer.expression("bool", draw(st.integers(1, 3))) for _ in range(2))
    return Rules(tuple(made), found)
