"""Names that an expression uses and nobody declared: what the author most likely meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy.lang.builder import NOW, PARAMETERS
from policy.lang.diagnostics import closest, did_you_mean, quoted
from policy.lang.extents import Tokens
from policy.lang.schema import FactSchema, Record
from policy.lang.vocabulary import CALLS, MACROS, instead


@dataclass(frozen=True, slots=True)
class Advice:
    """What to tell about a mistake."""

    code: str
    message: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What an expression may name."""

    schema: FactSchema
    subject: str
    parameters: tuple[str, ...]
    variables: tuple[str, ...]

    @property
    def roots(self) -> tuple[str, ...]:
        """The words that a path can begin with."""
        parameters = (PARAMETERS,) if self.parameters else ()
        return (self.subject, NOW, *parameters, *self.variables)

    def path_with(self, end: str) -> str:
        """The shortest path of a fact that ends with these words; empty when there is none."""
        paths = self._paths(self.schema.root(self.subject), self.subject)
        found = (path for path in paths if path.endswith(f".{end}"))
        return min(found, key=lambda path: path.count("."), default="")

    def _paths(self, record: Record, prefix: str) -> Iterator[str]:
        for field in record.fields:
            path = f"{prefix}.{field.name}"
            yield path
            inner = self.schema.record(field.type)
            if inner is not None:
                yield from self._paths(inner, path)

    def is_enum_value(self, word: str) -> bool:
        """Whether some enum has this value."""
        fields = (field for record in self.schema.records for field in record.fields)
        return any(word in field.values for field in fields)


def locals_of(tokens: Tokens) -> list[str]:
    """The names that the quantifiers of a text give to their items."""
    return [
        tokens.tokens[at + 2].text
        for at, token in enumerate(tokens.tokens)
        if token.text in MACROS and tokens.is_sign(at + 1, "(") and tokens.is_sign(at + 3, ",")
    ]


def unknown_name(name: str, tokens: Tokens, names: Names) -> Advice:
    """Advice for a name, with its fields, that is declared nowhere."""
    root, _, rest = name.partition(".")
    if root == PARAMETERS:
        return _unknown_parameter(rest, names)
    if root == "strings":
        message, help = "`strings` has one function", f"write {quoted(CALLS['strings.quote'])}"
        return Advice("unknown-function", message, help)
    if not rest and names.is_enum_value(root):
        return Advice("unknown-name", f"unknown name {quoted(root)}", f'write the text `"{root}"`')
    message = f"unknown name {quoted(root)}"
    path = names.path_with(name)
    if path:
        return Advice("unknown-name", message, f"did you mean {quoted(path)}?")
    known = (*names.roots, *locals_of(tokens))
    near = closest(root, (*known, "true", "false"))
    if near is not None:
        return Advice("unknown-name", message, _meant(near, rest))
    if root in ("null", "None", "nil", "undefined"):
        return Advice("unknown-name", message, "ask with `has(...)` whether a fact is there")
    return Advice("unknown-name", message, did_you_mean(root, known))


def _unknown_parameter(name: str, names: Names) -> Advice:
    if not name:
        help = "name one, such as " + quoted(
            f"{PARAMETERS}.{next(iter(names.parameters), 'limit')}"
        )
        return Advice("unknown-parameter", f"{quoted(PARAMETERS)} is no value by itself", help)
    word = name.partition(".")[0]
    help = did_you_mean(word, names.parameters) or "declare it in parameters.yaml"
    return Advice("unknown-parameter", f"unknown parameter {quoted(word)}", help)


def unknown_field(path: str, record_name: str, names: Names) -> Advice:
    """Advice for a field, with the words before it, that a record lacks."""
    record = names.schema.record(record_name)
    known = [field.name for field in record.fields] if record else []
    name = path.rpartition(".")[2]
    elsewhere = names.path_with(name)
    if elsewhere and closest(name, known) is None:
        help = f"did you mean {quoted(elsewhere)}?"
    else:
        help = did_you_mean(name, known)
    return Advice("unknown-fact", f"unknown fact {quoted(path)}", help)


def unknown_function(name: str, names: Names) -> Advice:
    """Advice for a function that CEL lacks, or that is called in a form that it lacks."""
    if name in CALLS:
        message = f"{quoted(name)} is not called like this"
        return Advice("unknown-function", message, f"write {quoted(CALLS[name])}")
    message = f"unknown function {quoted(name)}"
    if names.path_with(name):
        return Advice("unknown-function", message, "a fact is read without parentheses")
    return Advice("unknown-function", message, instead(name) or did_you_mean(name, CALLS))


def _meant(name: str, rest: str) -> str:
    return f"did you mean {quoted(f'{name}.{rest}' if rest else name)}?"
