"""The reader of Google's checked expressions, on bytes that Google's checker wrote."""

from __future__ import annotations

import pytest
from cel_expr_python import cel

from policy.lang.checked import read
from policy.lang.exprs import (
    Call,
    Checked,
    Constant,
    Entries,
    Expr,
    Ident,
    Items,
    Macro,
    Select,
    parts,
)
from policy.lang.wire import Unreadable

TYPE = cel.Type
ENVIRONMENT = cel.NewEnv(
    variables={
        "n": TYPE.INT,
        "at": TYPE.TIMESTAMP,
        "gap": TYPE.DURATION,
        "names": TYPE.List(TYPE.STRING),
        "sizes": TYPE.Map(TYPE.STRING, TYPE.List(TYPE.DOUBLE)),
        "p.q.r": TYPE.BOOL,
    }
)


def checked(text: str) -> Checked:
    return read(ENVIRONMENT.compile(text).serialize())


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("null", None, "null"),
        ("true", True, "bool"),
        ("false", False, "bool"),
        ("0", 0, "int"),
        ("-9223372036854775808", -(2**63), "int"),
        ("9223372036854775807", 2**63 - 1, "int"),
        ("18446744073709551615u", 2**64 - 1, "uint"),
        ("-0.5e-3", -0.0005, "double"),
        ("1e999", float("inf"), "double"),
        ("''", "", "string"),
        ("'ä😀\\n'", "ä😀\n", "string"),
        ("b'\\xff\\000'", b"\xff\0", "bytes"),
    ],
)
def test_constants(text: str, value: object, kind: str) -> None:
    found = checked(text)
    assert isinstance(found.expr, Constant)
    assert (found.expr.value, type(found.expr.value)) == (value, type(value))
    assert found.types[found.expr.id] == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("at - gap", "timestamp"),
        ("at - at", "duration"),
        ("names", "list(string)"),
        ("sizes", "map(string, list(double))"),
        ("[]", "list(dyn)"),
        ("[1, 'a']", "list(dyn)"),
        ("type(1)", "type"),
        ("dyn(1)", "dyn"),
        ("{1: {2u: b''}}", "map(int, map(uint, bytes))"),
        ("google.protobuf.Int64Value{}", "wrapper(int)"),
        ("google.protobuf.Any{}", "any"),
    ],
)
def test_types(text: str, kind: str) -> None:
    found = checked(text)
    assert found.types[found.expr.id] == kind


def test_shapes() -> None:
    match checked("names[n + 1].startsWith('a') ? p.q.r : has(sizes.a) && [n] == [2]").expr:
        case Call(
            function="_?_:_",
            member=False,
            arguments=(
                Call(
                    function="startsWith",
                    member=True,
                    arguments=(Call(function="_[_]", arguments=(Ident(name="names"), _)), _),
                ),
                Ident(name="p.q.r"),
                Call(
                    function="_&&_",
                    arguments=(
                        Select(operand=Ident(name="sizes"), field="a", test=True),
                        Call(function="_==_", arguments=(Items(), Items())),
                    ),
                ),
            ),
        ):
            return
    raise AssertionError


def test_overloads() -> None:
    """One is named; where the checker leaves several, none is."""
    single, several = checked("n + 1"), checked("dyn(n) + dyn(1)")
    assert single.overloads[single.expr.id] == "add_int64"
    assert several.overloads[several.expr.id] == ""


def test_positions_count_code_points() -> None:
    found = checked("'ä😀' == names[0]\n  && true")
    assert found.positions[found.expr.id] == len("'ä😀' == names[0]\n  ")


@pytest.mark.parametrize(
    ("text", "kind", "condition", "result"),
    [
        ("names.exists(i, i == '')", "exists", Call, None),
        ("names.all(i, i == '')", "all", Call, None),
        ("names.exists_one(i, i == '')", "exists_one", Call, None),
        ("names.filter(i, i == '')", "filter", Call, None),
        ("names.map(i, i == '')", "map", None, Call),
        ("names.map(i, i)", "map", None, Ident),
        ("names.map(i, i == '', i)", "map", Call, Ident),
        ("names.map(i, true, i)", "map", Constant, Ident),
        ("names.filter(i, true)", "filter", Constant, None),
        ("sizes.exists(i, i == '')", "exists", Call, None),
    ],
)
def test_macros_are_as_written(
    text: str, kind: str, condition: type | None, result: type | None
) -> None:
    macro = checked(text).expr
    assert isinstance(macro, Macro)
    assert (macro.kind, macro.local) == (kind, "i")
    assert isinstance(macro.condition, condition or type(None))
    assert isinstance(macro.result, result or type(None))


def test_what_can_be_nested_can_be_read() -> None:
    """Deeper than protobuf's own limit of 100 messages within messages."""
    text = "names.exists(i, " * 30 + "true" + ")" * 30
    expr: Expr = checked(text).expr
    depth = 0
    while isinstance(expr, Macro):
        depth, expr = depth + 1, parts(expr)[-1]
    assert depth == 30


def test_records_lose_their_package_and_messages_keep_their_name() -> None:
    found = checked("google.protobuf.Timestamp{seconds: 1}").expr
    assert isinstance(found, Entries)
    assert found.message == "google.protobuf.Timestamp"
    assert parts(found) == ()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "an expression of a kind"),
        (b"\x12\x06\x22\x04\x10\x01\x52\x00", "an expression of a kind"),
        (b"\x12\x06\x22\x04\x10\x01\x18\x05", "a number where a message"),
        (b"\x0b", "a wire type"),
    ],
)
def test_other_bytes_are_unreadable(raw: bytes, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        read(raw)
