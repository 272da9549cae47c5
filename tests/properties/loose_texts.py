"""CEL texts of any types: what they mean is only told when they are evaluated.

A form says what it is made of and what comes out; one part in eight is of any other kind. Maps have
one entry at most, since CEL leaves open in which order a quantifier goes over more. No value is
null, since Google's wrapper gives up a reference to None for each that it hands out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

_LEAVES = {
    "truth": ("true", "false"),
    "number": (
        *("0", "1", "2", "-1", "9223372036854775807", "-9223372036854775808", "0u", "1u"),
        *("18446744073709551615u", "0.0", "-0.0", "1.0", "1.5", "1e300", "(1.0 / 0.0)"),
    ),
    "text": ("''", "'a'", "'b'", "'ab'", "'1'", "'é😀'", "' a '", "'aXbXc'", "'\\n\"'"),
    "list": ("[]", "[1, 2]", "['a', 'b']", "[1, 'a', 1.0]", "[[1], []]", "[0u, 1.5]"),
    "map": ("{}", "{'a': 1}", "{1: 'a'}", "{2u: 'b'}", "{true: 'c'}", "{'a': {'b': 1}}"),
    "other": (
        *("b''", "b'a'", "b'é'", "int", "string", "google.protobuf.Duration"),
        *("timestamp('2026-01-01T00:00:00.5Z')", "timestamp(0)", "duration('90s')"),
        *("duration('-1ms')", "nothing"),
    ),
}
_KINDS = tuple(_LEAVES)


@dataclass(frozen=True, slots=True)
class Form:
    """`text` has a hole for each part; `i` and `v` in it are the names of a quantifier's items."""

    text: str
    parts: tuple[str, ...]
    made: str


_PLACES = ("0", "1", "3", "(-1)", "1u")
FORMS = (
    *(Form(f"({{}} {sign} {{}})", ("number",) * 2, "number") for sign in "+-*/%"),
    *(
        Form(f"({{}} {sign} {{}})", (kind, kind), "truth")
        for sign, kind in product(("==", "!=", "<", "<=", ">", ">="), _KINDS)
    ),
    *(Form(f"({{}} {sign} {{}})", ("truth",) * 2, "truth") for sign in ("&&", "||") * 4),
    *(Form("({} in {})", (kind, over), "truth") for kind in _KINDS for over in ("list", "map")),
    *(Form("({} + {})", (kind, kind), kind) for kind in ("text", "list", "other")),
    *(Form("({} ? {} : {})", ("truth", kind, kind), kind) for kind in _KINDS),
    *(Form(f"{name}({{}})", ("number",), "number") for name in ("-", "uint", "double", "dyn")),
    *(Form(f"{name}({{}})", (kind,), "text") for name in ("string",) for kind in _KINDS),
    *(Form("size({})", (kind,), "number") for kind in ("text", "list", "map", "other")),
    *(Form(f"{name}({{}})", ("text",), "other") for name in ("bytes", "timestamp")),
    *(Form("type({})", (kind,), "other") for kind in _KINDS),
    Form("!({})", ("truth",), "truth"),
    Form("bool({})", ("text",), "truth"),
    *(
        Form(f"(null {sign} {{}})", (kind,), "truth")
        for sign in ("==", "<", "in")
        for kind in _KINDS
    ),
    *(Form(f"({{}}).{name}()", ("text",), "text") for name in ("trim", "reverse", "lowerAscii")),
    *(
        Form(f"({{}}).{name}({{}})", ("text", "text"), "truth")
        for name in ("contains", "startsWith", "endsWith")
    ),
    *(
        Form(f"({{}}).{name}({{}}{place})", ("text", "text"), "number")
        for name in ("indexOf", "lastIndexOf")
        for place in ("", *(f", {place}" for place in _PLACES))
    ),
    *(
        Form(f"({{}}).split({{}}{limit})", ("text", "text"), "list")
        for limit in ("", *(f", {place}" for place in _PLACES))
    ),
    Form("({}).replace({}, {})", ("text",) * 3, "text"),
    Form("({}).replace({}, {}, 1)", ("text",) * 3, "text"),
    Form("({}).join({})", ("list", "text"), "text"),
    Form("({}).charAt({})", ("text", "number"), "text"),
    Form("({}).substring({})", ("text", "number"), "text"),
    Form("strings.quote({})", ("text",), "text"),
    *(
        Form(f"'{clause} {other}'.format([{{}}, {{}}])", (kind, kind), "text")
        for clause, other in product(("%s", "%d", "%.2f", "%e", "%b", "%X", "%%", "%y"), ("%s", ""))
        for kind in ("number", "text", "truth", "list", "other")
    ),
    *(Form("({})[{}]", (over, "number"), kind) for over in ("list", "map") for kind in _KINDS),
    *(Form("({}).a", ("map",), kind) for kind in _KINDS),
    Form("has(({}).a)", ("map",), "truth"),
    *(
        Form(f"({{}}).{name}(i, {{}})", (over, "truth"), "truth")
        for name, over in product(("exists", "all", "exists_one"), ("list", "map"))
    ),
    *(
        Form(f"({{}}).{name}(i, v, {{}})", (over, "truth"), "truth")
        for name, over in product(("exists", "all", "existsOne"), ("list", "map"))
    ),
    Form("({}).filter(i, {})", ("list", "truth"), "list"),
    *(Form("({}).map(i, {})", ("list", kind), "list") for kind in _KINDS),
    *(Form("({}).map(i, {}, {})", ("list", "truth", kind), "list") for kind in _KINDS),
    *(Form("({}).transformList(i, v, {})", ("list", kind), "list") for kind in _KINDS),
    Form("({}).transformList(i, v, {}, {})", ("map", "truth", "text"), "list"),
    *(Form("[{}, {}]", (kind, kind), "list") for kind in _KINDS),
    *(Form("{{{}: {}}}", (key, kind), "map") for key in ("text", "number") for kind in _KINDS),
)


@dataclass(slots=True)
class Texts:
    """Draws texts; `items` are the names of the quantifiers around."""

    draw: DrawFn
    items: list[str] = field(default_factory=list)

    def expression(self, kind: str, depth: int) -> str:
        """An expression that most likely is of a kind."""
        if not self._number(8):
            kind = self._one(_KINDS)
        if depth <= 0:
            return self._one((*_LEAVES[kind], *self.items * 2))
        forms = [form for form in FORMS if form.made == kind]
        return self._filled(forms[self._number(len(forms))] if forms else FORMS[0], depth)

    def _filled(self, form: Form, depth: int) -> str:
        """The form with its parts; all but the first are in sight of its items."""
        names = [name for name in "iv" if f"({name}, " in form.text or f" {name}, " in form.text]
        fresh = [f"{name}{len(self.items)}" for name in names]
        parts = [self.expression(form.parts[0], depth - 1)]
        self.items += fresh
        parts += [self.expression(kind, depth - 1) for kind in form.parts[1:]]
        del self.items[len(self.items) - len(fresh) :]
        text = form.text
        for name, own in zip(names, fresh, strict=True):
            text = text.replace(f"({name}, ", f"({own}, ").replace(f" {name}, ", f" {own}, ")
        return text.format(*parts)

    def _number(self, end: int) -> int:
        return self.draw(st.integers(0, end - 1))

    def _one(self, options: tuple[str, ...]) -> str:
        return options[self._number(len(options))]


@st.composite
def loose_texts(draw: DrawFn) -> str:
    """The text of an expression."""
    texts = Texts(draw)
    kind = _KINDS[draw(st.integers(0, len(_KINDS) - 1))]
    return texts.expression(kind, draw(st.integers(1, 4)))
