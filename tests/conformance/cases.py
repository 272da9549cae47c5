"""CEL's official cases, which of them are in scope, and which of those do not pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policy.engines.rows import values
from policy.engines.rows.values import TypeName, Uint
from policy.lang.loose import Signature

CORE = (
    *("basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists"),
    *("logic", "macros", "macros2", "namespace", "parse", "plumbing", "string", "timestamps"),
    "type_deduction",
)
"""The files of the core language."""

EXTENSIONS = ("string_ext",)
"""The files of extensions that the engine knows."""

OUT_OF_SCOPE = {
    "math_ext": "the math extension",
    "network_ext": "the network extension",
    "block_ext": "`cel.block` is for optimisers, nobody writes it",
    "bindings_ext": "`cel.bind`: a ruleset has `variables`",
    "optionals": "optional types: a rule asks with `has(...)`",
    "encoders_ext": "the encoders extension",
}
"""Files that are not run, with the reason."""

_CONVERTED = "the expected bytes keep a backslash that the expression, as converted, does not have"

EXCEPTED = {
    "parse/bytes_literals/triple_single_quoted_unescaped_punctuation": _CONVERTED,
    "parse/bytes_literals/triple_double_quoted_unescaped_punctuation": _CONVERTED,
}
"""Cases in scope that do not pass, with the reason. One that passes fails the test."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `expected` is None where an error is expected; `deduced` is a type or empty."""

    name: str
    expression: str
    fails: bool
    expected: Any
    declarations: dict[str, str] = field(default_factory=dict)
    functions: tuple[Signature, ...] = ()
    bindings: dict[str, dict[str, Any]] = field(default_factory=dict)
    container: str = ""
    deduced: str = ""
    checked: bool = True
    check_only: bool = False

    @property
    def file(self) -> str:
        """The file that it is of."""
        return self.name.partition("/")[0]


def read(path: Path, files: tuple[str, ...]) -> list[Case]:
    """The cases of some files."""
    with path.open(encoding="utf-8") as stream:
        return [_case(raw) for raw in json.load(stream) if raw["file"] in files]


def _case(raw: dict[str, Any]) -> Case:
    declared = raw.get("declarations", ())
    return Case(
        name=f"{raw['file']}/{raw['section']}/{raw['name']}",
        expression=raw["expr"],
        fails="error" in raw,
        expected=plain(raw["value"]) if raw.get("value") else True,
        declarations={
            each["name"]: type_text(each["ident"]["type"]) for each in declared if "ident" in each
        },
        functions=tuple(
            signature for each in declared if "function" in each for signature in _signatures(each)
        ),
        bindings=raw.get("bindings", {}),
        container=raw.get("container", ""),
        deduced=type_text(raw["deduced_type"]) if "deduced_type" in raw else "",
        checked=not raw.get("disable_check", False),
        check_only=raw.get("check_only", False),
    )


def _signatures(raw: dict[str, Any]) -> Iterator[Signature]:
    for overload in raw["function"]["overloads"]:
        yield Signature(
            raw["name"],
            overload["overloadId"],
            tuple(map(type_text, overload["params"])),
            type_text(overload["resultType"]),
            member=overload.get("isInstanceFunction", False),
        )


def plain(value: dict[str, Any]) -> Any:
    """A value of cases.json as the row engine has it."""
    raw: Any = value.get("value")
    match value["type"]:
        case "list":
            return [plain(item) for item in raw]
        case "map":
            return {values.key(plain(key)): plain(item) for key, item in raw}
        case "int":
            return int(raw)
        case "uint":
            return Uint(raw)
        case "double":
            return float(raw)
        case "bytes":
            return bytes.fromhex(raw)
        case "type":
            return TypeName(raw)
        case _:
            return raw


_PRIMITIVES = {
    "BOOL": "bool",
    "INT64": "int",
    "UINT64": "uint",
    "DOUBLE": "double",
    "STRING": "string",
    "BYTES": "bytes",
}


def type_text(raw: dict[str, Any]) -> str:
    """A type of cases.json as type strings write it: `~T` for any one type, else its own word."""
    match raw:
        case {"primitive": name}:
            return _PRIMITIVES[name]
        case {"wellKnown": "TIMESTAMP"} | {"messageType": "google.protobuf.Timestamp"}:
            return "timestamp"
        case {"wellKnown": "DURATION"} | {"messageType": "google.protobuf.Duration"}:
            return "duration"
        case {"mapType": {"keyType": key, "valueType": value}}:
            return f"map({type_text(key)}, {type_text(value)})"
        case {"listType": {"elemType": item}}:
            return f"list({type_text(item)})"
        case {"abstractType": {"name": name, "parameterTypes": inner}}:
            return f"{name}({', '.join(map(type_text, inner))})"
        case {"typeParam": name}:
            return f"~{name}"
    (kind,) = raw
    return kind
