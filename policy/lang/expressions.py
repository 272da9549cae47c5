"""Conditions: CEL text, read and type-checked by Google's implementation, as our typed tree.

An Environment knows the facts, parameters and variables that a text may name. Its `compile` returns
the tree and every mistake in the author's words; `policy.lang.presence` then looks for facts that
are read though they may be absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from cel_expr_python import cel

from policy.lang import checked
from policy.lang.builder import NOW, PARAMETERS, Builder
from policy.lang.checked import PACKAGE
from policy.lang.complaints import complaints, unreadable
from policy.lang.descriptors import Descriptors
from policy.lang.diagnostics import Diagnostic
from policy.lang.enums import check_enums
from policy.lang.extents import Tokens
from policy.lang.literals import check_literals
from policy.lang.names import Names
from policy.lang.places import Place, Text, straight
from policy.lang.refusals import asked_parameters, refusals
from policy.lang.schema import FactSchema, element
from policy.lang.tree import Node
from policy.lang.vocabulary import TYPE_NAMES

_OWN_FUNCTIONS = [
    cel.FunctionDecl(
        "sum",
        [
            cel.Overload(
                "list_int64_sum",
                cel.Type.INT,
                [cel.Type.List(cel.Type.INT)],
                is_member=True,
                impl=lambda items: _within_64_bits(sum(items)),
            )
        ],
    )
]
"""What rules can call beyond CEL's own; `impl` is for comparing with Google's evaluator."""


def _within_64_bits(total: int) -> int:
    if not -(2**63) <= total < 2**63:
        raise OverflowError("a sum outside 64 bits")
    return total


@dataclass(frozen=True, slots=True)
class Placed:
    """An expression's text, and where each of its code points stands in a file.

    `place` is asked for offsets from 0 to `len(text)`, the end included, and answers with the
    1-based line and column.
    """

    text: str
    path: str
    place: Place

    @classmethod
    def alone(cls, text: str, path: str = "<expression>") -> Placed:
        """A text that is a file of its own."""
        return cls(text, path, straight(text))


class Environment:
    """What the expressions of one ruleset may name.

    `subject` is a key of `schema.subjects`; `parameters` and `variables` map names to type strings
    of `policy.lang.tree`. A variable with a name of `vocabulary.TYPE_NAMES` cannot be read. Raises
    KeyError when the schema lacks the subject.
    """

    def __init__(
        self,
        schema: FactSchema,
        subject: str,
        parameters: Mapping[str, str],
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.schema = schema
        self.subject = subject
        self.parameters = dict(parameters)
        self.variables = dict(variables or {})
        self.trees: dict[str, Node] = {}
        self.descriptors = Descriptors(schema)
        self._google: cel.Env | None = None
        self._root = schema.root(subject).name

    def with_variable(self, name: str, type_name: str, tree: Node | None = None) -> Environment:
        """The same with one more variable. Its tree lets enums be checked through the variable."""
        wider = copy(self)
        wider.variables = {**self.variables, name: type_name}
        wider.trees = self.trees if tree is None else {**self.trees, name: tree}
        wider._google = None
        return wider

    @property
    def google(self) -> cel.Env:
        """Google's environment with the same names; made when it is first needed."""
        if self._google is None:
            self._google = cel.NewEnv(
                self.descriptors.pool, variables=self._declared(), functions=_OWN_FUNCTIONS
            )
        return self._google

    def compile(self, placed: Placed) -> tuple[Node | None, tuple[Diagnostic, ...]]:
        """Read, type-check and translate an expression, and tell all mistakes in it.

        The tree is None where the text cannot be understood. Beside a wrong enum value or literal
        it is there, so that the checks after this one find their mistakes in the same run; whether
        there are errors is told by the diagnostics alone.
        """
        refused = unreadable(placed.text, placed.path, placed.place)
        if refused is not None:
            return None, (refused,)
        text = Text(placed.text, Tokens.of(placed.text), placed.path, placed.place)
        found = asked_parameters(text)
        if found:
            return None, found
        try:
            raw = self.google.compile(placed.text).serialize()
        except RuntimeError as reason:
            return None, complaints(str(reason), text, self._names())
        builder = Builder(checked.read(raw), text, self.schema, self.subject)
        found = refusals(builder, self._names())
        if found:
            return None, found
        tree = builder.build()
        wrong = check_enums(tree, self.schema, variables=self.trees, path=placed.path)
        return tree, (*check_literals(tree, placed.path), *wrong)

    def evaluate(self, text: str, data: Mapping[str, Any]) -> Any:
        """What Google's evaluator makes of a text, for comparing with our engines.

        `data` has a message of `self.descriptors.to_message` under the subject's name, a datetime
        under `now`, and plain values under `params.<name>` and the variables' names. Raises
        RuntimeError with CEL's message when the text is wrong or its evaluation fails.
        """
        value = self.google.compile(text).eval(data=dict(data))
        if value.type() == cel.Type.ERROR:
            raise RuntimeError(str(value.plain_value()))
        return value.plain_value()

    def _declared(self) -> dict[str, cel.Type]:
        parameters = {f"{PARAMETERS}.{name}": kind for name, kind in self.parameters.items()}
        names = {**self.variables, **parameters, NOW: "timestamp", self.subject: self._root}
        records = {record.name for record in self.schema.records}
        return {
            name: _type(kind, records) for name, kind in names.items() if name not in TYPE_NAMES
        }

    def _names(self) -> Names:
        return Names(self.schema, self.subject, tuple(self.parameters), tuple(self.variables))


def compile_loose(text: str, declarations: Mapping[str, str]) -> Node:
    """The tree of any CEL text over declared variables, without a fact schema.

    For running CEL's official cases through an engine: `declarations` maps names (dots allowed) to
    type strings of scalars, lists and maps, and `dyn`; each becomes a Variable. The tree may hold
    `uint`, `bytes`, `null` and `dyn`, which rules refuse. Raises ValueError with CEL's message when
    the text is wrong, and wire.Unreadable (a ValueError) for type values, messages, optional
    syntax.
    """
    variables = {name: _type(kind, frozenset()) for name, kind in declarations.items()}
    try:
        raw = cel.NewEnv(variables=variables).compile(text).serialize()
    except RuntimeError as reason:
        raise ValueError(str(reason)) from reason
    placed = Text(text, Tokens.of(text), "<expression>", straight(text))
    return Builder(checked.read(raw), placed).build()


def _type(name: str, records: set[str] | frozenset[str]) -> cel.Type:
    """CEL's type of a type string. Our records live in a package of their own."""
    if name.startswith("list("):
        return cel.Type.List(_type(element(name), records))
    if name.startswith("map("):
        key, _, value = name[4:-1].partition(", ")  # keys are scalars
        return cel.Type.Map(_type(key, records), _type(value, records))
    return cel.Type(PACKAGE + name if name in records else name)
