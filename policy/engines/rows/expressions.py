"""Typed trees as Python text: expressions where possible, statements where a loop is needed.

The text is exact as long as nothing raises. Whoever runs it answers every exception by evaluating
again with `careful`, where errors are values that `&&` and `||` can absorb.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from policy.engines.rows import functions
from policy.engines.rows.constants import NotConstant, constant
from policy.engines.rows.facts import FactReads
from policy.engines.rows.patterns import matches, search
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.shared import Shared, Unsupported
from policy.engines.rows.values import interned, is_plain, kind
from policy.engines.rows.writer import Writer
from policy.lang.tree import (
    And,
    Call,
    Fact,
    Has,
    If,
    ListOf,
    Literal,
    Local,
    MapOf,
    Node,
    Not,
    Or,
    Param,
    Quantifier,
    Select,
    Variable,
)

_KEEPING = re.compile(r"\((e\d+) := ")


class Expressions:
    """Writes the trees of one function."""

    def __init__(self, shared: Shared, trees: Iterable[Node], *, eager: bool = False) -> None:
        self.shared = shared
        self.writer = Writer()
        self.facts = FactReads(
            shared.records, shared.access, shared.names, self.writer, trees, eager=eager
        )
        self._locals: dict[str, str] = {}
        self._used: dict[str | int, str] = {}
        self._kept: dict[int, str] = {}
        self._branches: list[list[int]] = []
        self._wanted: set[str] = set()
        self._top = self.writer.gap()

    @contextmanager
    def branch(self) -> Iterator[None]:
        """What is written inside may not be reached: what it keeps is not known behind it."""
        self._branches.append([])
        yield
        for identity in self._branches.pop():
            del self._kept[identity]

    def lines(self, last: str) -> Iterator[str]:
        """What was written, and a last line; values that were kept in vain are not kept."""
        for line in (*self.writer.lines(), last):
            yield _KEEPING.sub(self._unless_vain, line) if " := " in line else line

    def _unless_vain(self, found: re.Match[str]) -> str:
        return found[0] if found[1] in self._wanted else "("

    def value(self, node: Node) -> str:
        """The expression for a tree; statements that it needs are written first."""
        match node:
            case Call():
                return self._kept_or_new(node)
            case Fact(path=path):
                return "now" if path == ("now",) else self._typed(self.facts.text(path), node.type)
            case Literal() | ListOf() | MapOf():
                return self._constant(node) or self._compound(node)
            case Param(name=name):
                return self.parameter(name)
            case Variable(name=name):
                return self.function(name)
            case Local(name=name):
                return self._locals[name]
            case Select():
                return self._select(node)
            case Has(target=target):
                return self._has(target)
            case Not(operand=operand):
                return f"(not {self._truth(operand)})"
            case And(parts=parts):
                return self._joined(parts, "and", "if")
            case Or(parts=parts):
                return self._joined(parts, "or", "if not")
            case If():
                return self._if(node)
            case Quantifier():
                identity = self.shared.analysis.of(node).identity
                shared = identity in self.shared.functions
                return self.function(identity) if shared else self.quantifier(node)

    def _truth(self, node: Node) -> str:
        """The expression for a condition: Python would take any value for one."""
        if node.type != "bool":
            raise Unsupported("a condition of unknown type")
        return self.value(node)

    def values(self, nodes: Sequence[Node]) -> list[str]:
        """Several expressions of one statement. Those that need statements come first: they must
        not rely on what another of them keeps."""
        texts = {id(node): self.value(node) for node in nodes if self.shared.loops(node)}
        return [texts.get(id(node)) or self.value(node) for node in nodes]

    def _kept_or_new(self, node: Call) -> str:
        """A call that occurs several times is kept where it is first sure to be computed."""
        identity = self.shared.analysis.of(node).identity
        if identity in self._kept:
            self._wanted.add(self._kept[identity])
            return self._kept[identity]
        text = self._constant(node) or self._call(node)
        if identity not in self.shared.repeated:
            return text
        name = self._kept[identity] = self.writer.fresh("e")
        if self._branches:
            self._branches[-1].append(identity)
        return f"({name} := {text})"

    def parameter(self, name: str, form: str = "value") -> str:
        """The expression for a parameter's value, a list's `set`, or a time's `plain` int."""
        return f"p[{self.shared.parameters[name] + (form != 'value')}]"

    def function(self, key: str | int) -> str:
        """The expression for a variable or shared quantifier, computed at its first use."""
        if key not in self.shared.functions:
            raise Unsupported(f"`{key}` has no tree")
        number = self.shared.functions[key]
        local = self._used.get(key)
        if local is None:
            local = self._used[key] = f"v{number}"
            self._top.add(f"{local} = None")
        call = f"V{number}(d, p, now, x)"
        return self._of_variable(f"({local} if {local} is not None else ({local} := {call}))")

    def _of_variable(self, text: str) -> str:
        """The value in what a variable's function gives."""
        return text

    def _typed(self, text: str, type_name: str) -> str:
        match type_name:
            case "timestamp":
                return f"TS[{text}]"
            case "duration":
                return f"DS[{text}]"
            case "list(timestamp)":
                return f"list(map(TS_GET, {text}))"
            case "list(duration)":
                return f"list(map(DS_GET, {text}))"
            case "dyn":
                raise Unsupported("a fact of unknown type")
            case _ if self.shared.access.numbers_are_exact or "double" not in type_name:
                return text
            case "double":
                return f"({text} * 1.0)"
            case _:
                raise Unsupported("a list of numbers that may be integers")

    def raw(self, node: Node) -> str:
        """A fact or field as the document holds it, or None where it is absent."""
        match node:
            case Fact(path=path) if path != ("now",):
                text = self.facts.text(path)
            case Select() if self.shared.records.is_record(node.operand.type):
                text = self._field(node)
            case _:
                return self.value(node)
        there = self._there(node)
        return f"({text} if {' and '.join(there)} else None)" if there else text

    def _there(self, node: Node) -> list[str]:
        """The tests that a fact or field is there: itself and all records on the way to it."""
        match node:
            case Fact(path=path):
                return self.facts.there(path)
            case Select(operand=operand, field=field):
                mark = self.shared.records.absent.get((operand.type, field))
                if mark is None:
                    return self._there(operand)
                owner = self.value(operand)
                own = self.shared.access.there(owner, field, self.facts.mark(mark))
                return [*self._there(operand), own]
            case _:
                return []

    def _field(self, node: Select) -> str:
        return self.shared.access.read(self.value(node.operand), node.field)

    def _select(self, node: Select) -> str:
        if self.shared.records.is_record(node.operand.type):
            return self._typed(self._field(node), node.type)
        if kind(node.operand.type) != "map":
            raise Unsupported("a field of a value of unknown type")
        index = self._call_bound(functions.index_map)
        return f"{index}({self.value(node.operand)}, {self.shared.names.constant(node.field)})"

    def _has(self, target: Fact | Select) -> str:
        if isinstance(target, Select) and not self.shared.records.is_record(target.operand.type):
            if kind(target.operand.type) != "map":
                raise Unsupported("has() on a value of unknown type")
            key = self.shared.names.constant(target.field)
            return f"({key} in {self.value(target.operand)})"
        there = self._there(target)
        if there:
            return f"({' and '.join(there)})"
        text = self.facts.text(target.path) if isinstance(target, Fact) else self._field(target)
        return f"({text} is not None)"  # always there, unless its owner is unknown

    def _joined(self, parts: tuple[Node, ...], word: str, test: str) -> str:
        """Parts of `&&` or `||`: one expression up to the first loop behind the first part."""
        head = 1
        while head < len(parts) and not self.shared.loops(parts[head]):
            head += 1
        texts = [self._truth(parts[0])]
        with self.branch():
            texts += [self._truth(part) for part in parts[1:head]]
        text = f"({f' {word} '.join(texts)})"
        if head == len(parts):
            return text
        result = self.writer.fresh("x")
        self.writer.line(f"{result} = {text}")
        with self.branch(), self.writer.block(f"{test} {result}:"):
            self.writer.line(f"{result} = {self._joined(parts[head:], word, test)}")
        return result

    def _if(self, node: If) -> str:
        asked = self._truth(node.condition)
        if not (self.shared.loops(node.then) or self.shared.loops(node.otherwise)):
            with self.branch():
                then = self.value(node.then)
            with self.branch():
                return f"({then} if {asked} else {self.value(node.otherwise)})"
        result = self.writer.fresh("x")
        with self.branch(), self.writer.block(f"if {asked}:"):
            self.writer.line(f"{result} = {self.value(node.then)}")
        with self.branch(), self.writer.block("else:"):
            self.writer.line(f"{result} = {self.value(node.otherwise)}")
        return result

    def _constant(self, node: Node) -> str:
        """The text of a tree of literals; empty when it is none, or when its value is an error:
        that is one only where it is evaluated."""
        if not self.shared.analysis.of(node).literal:
            return ""
        try:
            return self.shared.names.constant(constant(node))
        except NotConstant:
            return ""

    def _compound(self, node: Node) -> str:
        match node:
            case ListOf(items=items):
                return f"[{', '.join(self.values(items))}]"
            case MapOf(entries=entries):
                texts = self.values([part for entry in entries for part in entry])
                pairs = [
                    f"({key}, {value}), " for key, value in zip(*[iter(texts)] * 2, strict=True)
                ]
                return f"NEW_MAP(({''.join(pairs)}))"
            case _:
                raise Unsupported("a literal of unknown type")

    def _call(self, node: Call) -> str:
        kinds = tuple(kind(argument.type) for argument in node.arguments)
        if "dyn" in kinds or "any" in kinds:
            raise Unsupported("a value of unknown type")
        match node.function:
            case "_==_" | "_!=_":
                return self._equality(node, kinds)
            case "@in":
                return self._in(node, kinds)
            case "matches":
                return self._matches(node)
            case "startsWith" | "endsWith" if isinstance(node.arguments[1], Literal):
                return self._affix(node, str(node.arguments[1].value))
        found = functions.find(node.function, kinds)
        if found is None:
            raise Unsupported(f"{node.function}({', '.join(kinds)})")
        arguments = self.values(node.arguments)
        if found.inline:
            return found.inline.format(*arguments)
        return f"{self._call_bound(found.call)}({', '.join(arguments)})"

    def _affix(self, node: Call, affix: str) -> str:
        """A known beginning or end: a slice is faster than Python's method."""
        text, constant = self.value(node.arguments[0]), self.shared.names.constant(affix)
        if not affix:
            return f"({text} == {text})"
        start = node.function == "startsWith"
        part = f":{len(affix)}" if start else f"-{len(affix)}:"
        return f"({text}[{part}] == {constant})"

    def _call_bound(self, function: Any) -> str:
        return self.shared.names.bind("F", function, id(function))

    def _equality(self, node: Call, kinds: tuple[str, ...]) -> str:
        left, right = self.values(node.arguments)
        same = node.function == "_==_"
        types = {argument.type for argument in node.arguments}
        if kinds == ("double", "double") or (len(types) == 1 and is_plain(node.arguments[0].type)):
            return f"({left} {'==' if same else '!='} {right})"
        text = f"EQUALS({left}, {right})"
        return text if same else f"(not {text})"

    def _in(self, node: Call, kinds: tuple[str, ...]) -> str:
        item, items = node.arguments
        few = self._few(items)
        if few and isinstance(item, Fact | Select) and item.type == "string":
            text = self.value(item)
            return f"({' or '.join([f'{text} == {word}' for word in few])})"
        if kinds[1] == "list" and is_plain(kinds[0]) and is_plain(items.type):
            if self.shared.loops(items):
                return f"({' in '.join(self.values(node.arguments))})"
            return f"({self.value(item)} in {self._members(items)})"
        found = functions.find("@in", kinds)
        if found is None:
            raise Unsupported(f"{kinds[0]} in {kinds[1]}")
        return f"{self._call_bound(found.call)}({', '.join(self.values(node.arguments))})"

    def _few(self, items: Node) -> list[str]:
        """Two or three known words, which are compared one by one sooner than looked up."""
        if not isinstance(items, ListOf) or not 1 < len(items.items) < 4:
            return []
        if not all(isinstance(word, Literal) for word in items.items):
            return []
        return [self.value(word) for word in items.items]

    def _members(self, items: Node) -> str:
        """A list to look an item up in: a set where it is known beforehand."""
        if isinstance(items, Param):
            return self.parameter(items.name, "set")
        try:
            members = frozenset(map(interned, constant(items)))
        except NotConstant:
            return self.value(items)
        return self.shared.names.bind("S", members)

    def _matches(self, node: Call) -> str:
        text, pattern = node.arguments
        try:
            found = search(constant(pattern))
        except (NotConstant, EvaluationError):
            bound = self._call_bound(matches)
            return f"{bound}({', '.join(self.values(node.arguments))})"
        return f"({self.shared.names.bind('R', found, id(found))}({self.value(text)}) is not None)"

    def _range(self, node: Node) -> str:
        if kind(node.type) == "map":
            return f"KEYS({self.value(node)})"
        if kind(node.type) != "list":
            raise Unsupported("a quantifier over a value of unknown type")
        return self.value(node)

    @contextmanager
    def loop(self, node: Quantifier) -> Iterator[str]:
        """A `for` over a quantifier's items; gives the variable of the item."""
        if node.item:
            raise Unsupported("a quantifier of two names")
        over = self._range(node.range)
        item = self._locals[node.local] = self.writer.fresh("c")
        with self.branch(), self.writer.block(f"for {item} in {over}:"):
            yield item

    def quantifier(self, node: Quantifier) -> str:
        """The variable that a loop over the items leaves its result in."""
        result = self.writer.fresh("q")
        start = {"exists": "False", "all": "True", "exists_one": "0"}.get(node.kind, "[]")
        self.writer.line(f"{result} = {start}")
        with self.loop(node):
            self._body(node, result)
        return f"({result} == 1)" if node.kind == "exists_one" else result

    def _body(self, node: Quantifier, result: str) -> None:
        item = self._locals[node.local]
        negated = "not " if node.kind == "all" else ""
        with self.writer.block(f"if {negated}{self._truth(node.condition)}:"):
            match node.kind:
                case "exists" | "all":
                    self.writer.line(f"{result} = {node.kind == 'exists'}")
                    self.writer.line("break")
                case "exists_one":
                    self.writer.line(f"{result} += 1")
                case "filter":
                    self.writer.line(f"{result}.append({item})")
                case "map":
                    self.writer.line(f"{result}.append({self.value(node.result or node)})")
