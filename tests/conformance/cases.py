"""CEL's official cases, and which of them rules cannot express."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policy.engines.rows import values
from policy.engines.rows.values import TypeName, Uint

CORE = (
    *("basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists"),
    *("logic", "macros", "namespace", "parse", "plumbing", "string", "timestamps"),
    "type_deduction",
)
"""The files of the core language. `macros2` and the files ending in `_ext` are extensions."""

EXTENSIONS = {
    "macros2": "quantifiers over index and value are an extension that rules do not have",
    "string_ext": "the strings extension is not part of the rule language",
    "math_ext": "the math extension is not part of the rule language",
    "network_ext": "the network extension is not part of the rule language",
    "block_ext": "cel.block is for optimisers, authors do not write it",
    "bindings_ext": "cel.bind: a ruleset has `variables:` for this",
    "optionals": "optional types: a ruleset asks with has()",
    "encoders_ext": "the encoders extension is not part of the rule language",
}

_UNCHECKED = "an expression that the type checker refuses; rules are always checked"
_TYPE_VALUE = "names a type as a value; a rule's types are known when it is compiled"
_DECLARED_FUNCTION = "declares a function of its own, which rules cannot"

NOT_EXPRESSIBLE: dict[str, str] = {
    "basic/variables/unbound_is_runtime_error": _UNCHECKED,
    "basic/functions/unbound_is_runtime_error": _UNCHECKED,
    "comparisons/eq_literal/not_eq_list_length": _UNCHECKED,
    "comparisons/eq_literal/eq_mixed_types": _UNCHECKED,
    "comparisons/eq_literal/eq_list_elem_mixed_types": _UNCHECKED,
    "logic/conditional/mixed_type": _UNCHECKED,
    "logic/AND/short_circuit_type_right": _UNCHECKED,
    "logic/OR/short_circuit_type_left": _UNCHECKED,
    **{
        f"parse/receiver_function_names/{word}": _UNCHECKED
        for word in (
            *("break", "continue", "else", "for", "function", "if", "package", "namespace"),
            *("var", "void"),
        )
    },
    **{
        f"conversions/type/{name}": _TYPE_VALUE
        for name in (
            *("bool_denotation", "int_denotation", "uint_denotation", "double_denotation"),
            *("null_type_denotation", "string_denotation", "bytes_denotation"),
            *("list_denotation", "type", "type_denotation", "type_type"),
        )
    },
    "timestamps/timestamp_conversions/type_comparison": _TYPE_VALUE,
    "type_deduction/functions/function_result_type": _DECLARED_FUNCTION,
    "type_deduction/type_parameters/multiple_parameters_generality": _DECLARED_FUNCTION,
    "type_deduction/type_parameters/multiple_parameters_generality_2": _DECLARED_FUNCTION,
    "type_deduction/type_parameters/multiple_parameters_parameterized_ovl_2": _DECLARED_FUNCTION,
    **{
        f"type_deduction/flexible_type_parameter_assignment/{name}": EXTENSIONS["optionals"]
        for name in ("optional_none", "optional_none_2", "optional_dyn_promotion")
    },
}
"""Cases of the core files that cannot be compiled as (part of) a rule, with the reason."""

MISCONVERTED = {
    "parse/bytes_literals/triple_single_quoted_unescaped_punctuation",
    "parse/bytes_literals/triple_double_quoted_unescaped_punctuation",
}
"""The expected bytes keep a backslash that the expression, as converted, does not have."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `expected` is None where an error is expected; `deduced` is a type or empty."""

    name: str
    expression: str
    declarations: dict[str, Any]
    bindings: dict[str, dict[str, Any]]
    fails: bool
    expected: Any
    deduced: str
    check_only: bool


def read(path: Path, files: tuple[str, ...]) -> list[Case]:
    """The cases of some files."""
    with path.open(encoding="utf-8") as stream:
        return [_case(raw) for raw in json.load(stream) if raw["file"] in files]


def _case(raw: dict[str, Any]) -> Case:
    return Case(
        name=f"{raw['file']}/{raw['section']}/{raw['name']}",
        expression=raw["expr"],
        declarations={
            each["name"]: each["ident"]["type"] if "ident" in each else None
            for each in raw.get("declarations", ())
        },
        bindings=raw.get("bindings", {}),
        fails="error" in raw,
        expected=plain(raw["value"]) if raw.get("value") else True,
        deduced=type_text(raw["deduced_type"]) if "deduced_type" in raw else "",
        check_only=raw.get("check_only", False),
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
    """A type of cases.json as type strings write it; empty for one that they cannot."""
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
        case {"dyn": _}:
            return "dyn"
        case _:
            return ""
