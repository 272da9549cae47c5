"""Facts that may be absent must be asked for with `has(...)` on every path that reads them.

The check follows the order of the text: what stands before `&&` is known to hold behind it, what
stands before `||` is known not to hold, and so on through `!`, `? :`, quantifiers and variables. A
guard behind its read is refused though CEL would take it: a reader should meet the question first.

`has(track.release.icpn)` is false where `track.release` is absent, so it needs no guard of its own;
where it is true both are there. This is how CEL treats messages, and every back end does the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from policy.lang.diagnostics import Diagnostic, error, quoted, warning
from policy.lang.reads import (
    NOTHING,
    UNNAMED,
    Key,
    Known,
    Reads,
    both,
    either,
    of_local,
    renamed,
    text_of,
    without,
)
from policy.lang.schema import FactSchema
from policy.lang.tree import (
    And,
    Fact,
    Has,
    If,
    Literal,
    Node,
    Not,
    Or,
    Quantifier,
    Select,
    Variable,
    children,
)

_ITEM: Key = ("item",)


def check_presence(
    tree: Node,
    schema: FactSchema,
    *,
    variables: Mapping[str, Node],
    given: Node | None = None,
    path: str,
) -> tuple[Diagnostic, ...]:
    """An error `unguarded-optional` for each read of an optional fact that no `has(...)` guards.

    `variables` are the trees of the variables that the tree may name. `given` is a condition that
    is known to hold: the holes of a reason are filled only when the rule has matched. Asking for a
    fact that is always there is a warning, `always-present`; for a list it is an error, since CEL
    then asks whether it has items.
    """
    implications = _Implications(Reads(schema, variables))
    known = implications.of(given, True) if given is not None else NOTHING
    return tuple(_Presence(implications, path, is_given=given is not None).look(tree, known))


@dataclass(frozen=True, slots=True)
class _Implications:
    """What conditions tell about the presence of facts."""

    reads: Reads

    def of(self, node: Node, truth: bool) -> Known:
        """The reads that must be there when the condition has that truth."""
        match node:
            case Literal(value=bool() as value):
                return NOTHING if value is truth else None
            case Has(target=target):
                return frozenset(self.reads.optional(target)) if truth else NOTHING
            case Not(operand=operand):
                return self.of(operand, not truth)
            case And(parts=parts) | Or(parts=parts):
                join = both if isinstance(node, And) is truth else either
                return reduce(join, (self.of(part, truth) for part in parts))
            case If(condition=condition, then=then, otherwise=otherwise):
                return either(
                    both(self.of(condition, True), self.of(then, truth)),
                    both(self.of(condition, False), self.of(otherwise, truth)),
                )
            case Variable(name=name) if name in self.reads.variables:
                return self.of(self.reads.variables[name], truth)
            case Quantifier(kind="exists" | "exists_one", local=local, condition=each) if truth:
                return without(self.of(each, True), of_local(local))
            case Quantifier(kind="all", local=local, condition=each) if not truth:
                return without(self.of(each, False), of_local(local))
        return NOTHING

    def of_items(self, node: Node) -> Known:
        """What is known of every item of a list: the conditions of the filters it went through."""
        match node:
            case Quantifier(kind="filter", range=over, local=local, condition=condition):
                passed = renamed(self.of(condition, True), of_local(local), _ITEM)
                return both(self.of_items(over), passed)
            case Variable(name=name) if name in self.reads.variables:
                return self.of_items(self.reads.variables[name])
        return NOTHING


@dataclass(frozen=True, slots=True)
class _Presence:
    """Walks a tree with what is known at each place. `is_given` tells of a hole in a reason."""

    implied: _Implications
    path: str
    is_given: bool

    def look(self, node: Node, known: Known) -> Iterator[Diagnostic]:
        """The diagnostics of a node that is reached only where `known` is there."""
        match node:
            case And(parts=parts) | Or(parts=parts):
                yield from self._in_order(parts, known, truth=isinstance(node, And))
            case If(condition=condition, then=then, otherwise=otherwise):
                yield from self.look(condition, known)
                yield from self.look(then, both(known, self.implied.of(condition, True)))
                yield from self.look(otherwise, both(known, self.implied.of(condition, False)))
            case Quantifier():
                yield from self._quantifier(node, known)
            case Has(target=target):
                yield from self._has(target, known)
            case Fact() | Select():
                yield from self._read(node, known)
            case _:
                for part in children(node):
                    yield from self.look(part, known)

    def _in_order(self, parts: tuple[Node, ...], known: Known, truth: bool) -> Iterator[Diagnostic]:
        for part in parts:
            yield from self.look(part, known)
            known = both(known, self.implied.of(part, truth))

    def _quantifier(self, node: Quantifier, known: Known) -> Iterator[Diagnostic]:
        yield from self.look(node.range, known)
        of_each = renamed(self.implied.of_items(node.range), _ITEM, of_local(node.local))
        known = both(known, of_each)
        yield from self.look(node.condition, known)
        if node.result is not None:
            yield from self.look(node.result, both(known, self.implied.of(node.condition, True)))

    def _has(self, target: Fact | Select, known: Known) -> Iterator[Diagnostic]:
        of_map = isinstance(target, Select) and target.operand.type.startswith("map(")
        if not of_map and not self.implied.reads.optional(target):
            yield self._always_present(target)
        yield from self._base(target, known)

    def _read(self, node: Fact | Select, known: Known) -> Iterator[Diagnostic]:
        if known is not None:
            reads = self.implied.reads.optional(node)
            missing = [text for key, text in reads.items() if key not in known]
            yield from (self._unguarded(node, text) for text in missing[-1:])
        yield from self._base(node, known)

    def _base(self, node: Node, known: Known) -> Iterator[Diagnostic]:
        """What a chain of fields hangs on, where that is an expression of its own."""
        while isinstance(node, Select):
            node = node.operand
        if not isinstance(node, Fact):
            yield from self.look(node, known)

    def _unguarded(self, node: Fact | Select, missing: str) -> Diagnostic:
        message = f"{quoted(missing)} may be absent"
        if UNNAMED in missing:
            field = missing.rpartition(".")[2]
            help = f"name the record in `variables`, then ask `has(<record>.{field})` first"
        elif self.is_given:
            help = f"let `when` ask for `has({missing})`"
        else:
            help = f"put `has({missing}) && ` before it"
        return error("unguarded-optional", message, self.path, node.span, help=help)

    def _always_present(self, target: Fact | Select) -> Diagnostic:
        code, text = "always-present", text_of(target)
        if target.type.startswith("list("):
            message = f"the list {quoted(text)} is always there, though it may be empty"
            help = f"ask for `size({text}) > 0`"
            return error(code, message, self.path, target.span, help=help)
        help = "leave `has(...)` out"
        return warning(code, f"{quoted(text)} is always there", self.path, target.span, help=help)
