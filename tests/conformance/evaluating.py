"""Any CEL text through both evaluations of the row engine: generated code and careful."""

from __future__ import annotations

from typing import Any

import msgspec

from policy.engines.rows import fast
from policy.engines.rows.careful import Careful
from policy.engines.rows.expressions import Expressions
from policy.engines.rows.facts import Records
from policy.engines.rows.frames import Frame
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.shared import Shared, Unsupported
from policy.lang.schema import FactSchema, Record
from policy.lang.source import Span
from policy.lang.tree import Call, ListOf, Literal, MapOf, Node

_NOWHERE = Span(1, 1, 1, 1)
_SCHEMA = FactSchema(
    version=1,
    subjects={"track": "Track"},
    records=(Record(name="Track", doc="", fields=()),),
)


def bound(value: dict[str, Any]) -> Node:
    """The tree of a value as cases.json writes it."""
    kind: str = value["type"]
    raw: Any = value.get("value")
    match kind:
        case "list":
            items = tuple(map(bound, raw))
            return ListOf(type=f"list({_common(items)})", span=_NOWHERE, items=items)
        case "map":
            entries = tuple((bound(key), bound(item)) for key, item in raw)
            keys, items = (tuple(entry[side] for entry in entries) for side in (0, 1))
            name = f"map({_common(keys)}, {_common(items)})"
            return MapOf(type=name, span=_NOWHERE, entries=entries)
        case "timestamp" | "duration":
            text = Literal(type="string", span=_NOWHERE, value=raw)
            return Call(type=kind, span=_NOWHERE, function=kind, overload="", arguments=(text,))
        case _:
            return Literal(type=kind, span=_NOWHERE, value=_scalar(kind, raw))


def _common(nodes: tuple[Node, ...]) -> str:
    types = {node.type for node in nodes}
    return types.pop() if len(types) == 1 else "dyn"


def _scalar(kind: str, raw: Any) -> Any:
    match kind:
        case "int" | "uint":
            return int(raw)
        case "double":
            return float(raw)
        case "bytes":
            return bytes.fromhex(raw).decode("latin-1")
        case _:
            return raw


def carefully(tree: Node, variables: dict[str, Node]) -> Any:
    """The value, or the EvaluationError that it is."""
    try:
        return Careful(variables).closure(tree)(Frame(msgspec.defstruct("Empty", [])(), {}, 0))
    except EvaluationError as error:
        return error


def generated(tree: Node, variables: dict[str, Node]) -> Any:
    """The value, or the exception that was raised. Raises Unsupported where types are not known."""
    shared = Shared(Records(_SCHEMA, "track", {}), {})
    shared.functions = {name: index for index, name in enumerate(variables)}
    lines: list[str] = []
    for index, node in enumerate(variables.values()):
        lines += fast.function(index, node, shared)
    written = Expressions(shared, [tree])
    result = written.value(tree)
    lines += ["def value(d, p, now, x):", *written.lines(f" return {result}")]
    fast.run("\n".join(lines), "case", shared.names.names)
    try:
        return shared.names.names["value"](None, (), 0, [None] * len(variables))
    except Exception as error:
        return error


__all__ = ["Unsupported", "bound", "carefully", "generated"]
