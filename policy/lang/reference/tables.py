"""The generated parts, as Markdown, by name."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from policy.lang.grammar import others, version
from policy.lang.grammar.forms import Keys
from policy.lang.schema import FactSchema, Field, Record
from policy.lang.words import (
    CATEGORIES,
    DETAILS,
    DUTIES,
    GROUNDS,
    PARTIES,
    VISIBILITIES,
    Detail,
)

WIDTH = 120
"""Columns of a paragraph."""


def parts(facts: FactSchema) -> Mapping[str, Callable[[], str]]:
    """What makes each part, without a line break at its end."""
    return {
        "keys of a version": lambda: _keys("key", version.VERSION),
        "keys of a rule": lambda: _keys("key of a rule", version.RULE),
        "keys of ruleset.yaml": lambda: _keys("key of `ruleset.yaml`", version.ABOUT),
        "words of dsa": _dsa,
        "duties": _duties,
        "parties": lambda: _table(("`of`", "is"), (_row(*each) for each in PARTIES.items())),
        "words of duties": _words_of_duties,
        "keys of a parameter": lambda: _keys("key of a parameter", others.PARAMETER),
        "keys of a fact": lambda: _keys("key of a fact", others.FIELD),
        "facts": lambda: "\n\n".join(_record(record, facts) for record in facts.records),
        "keys of tests": lambda: _keys("key of the file", others.TESTS),
        "keys of a case": lambda: _keys("key of a case", others.CASE),
        "keys of expect": lambda: _keys("key of `expect`", others.EXPECTED),
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |".replace("  ", " ") for line in lines)


def _row(word: str, doc: str) -> Sequence[str]:
    return f"`{word}`", doc


def _keys(head: str, keys: Keys) -> str:
    """A row for each key; whether it must be there is only told where one must."""
    if not keys.required:
        return _table((head, "meaning"), (_row(key.name, key.doc) for key in keys.keys))
    rows = ((f"`{key.name}`", "required" if key.required else "", key.doc) for key in keys.keys)
    return _table((head, "", "meaning"), rows)


def _one_of(words: Iterable[str]) -> str:
    *before, last = (f"`{word}`" for word in words)
    return f"{', '.join(before)} or {last}"


def _paragraph(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _dsa() -> str:
    return _paragraph(
        "The keys of `dsa`, named as in the Transparency Database without its prefixes: "
        f"`ground` is {_one_of(GROUNDS)}; `category` is {_one_of(CATEGORIES)}; "
        f"`visibility` (optional) is {_one_of(VISIBILITIES)}."
    )


def _duties() -> str:
    rows = ((*_row(do, duty.doc), ", ".join(_details(duty.details))) for do, duty in DUTIES.items())
    return _table(("`do`", "asks to", "keys"), rows)


def _details(details: Mapping[str, Detail]) -> Iterator[str]:
    """Keys of a duty, but for `note`, which all have."""
    for name, detail in details.items():
        if name != "note":
            yield f"`{name}`{' (required)' if detail.required else ''}"


def _words_of_duties() -> str:
    """The further keys of duties: what they say, and their words, each list once."""
    lists = {name: each.words for duty in DUTIES.values() for name, each in duty.details.items()}
    rows = ((*_row(name, doc), _listed(lists[name])) for name, doc in DETAILS.items())
    return _table(("key", "says", "words"), rows)


def _listed(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _record(record: Record, facts: FactSchema) -> str:
    """A record: what it is, and its facts."""
    rows = ((*_row(field.name, _type(field, facts)), _meaning(field)) for field in record.fields)
    return f"**{record.name}**: {record.doc}\n\n" + _table(("fact", "type", "meaning"), rows)


def _type(field: Field, facts: FactSchema) -> str:
    """The type, or the words of an enum, and whether it may be absent."""
    text = f"`{field.type}`" if not field.values else _listed(field.values)
    if field.values and field.type.startswith("list("):
        text = f"list of {text}"
    return f"{text}, optional" if field.optional else text


def _meaning(field: Field) -> str:
    unit = f" In `{field.unit}`." if field.unit else ""
    planned = f" Planned: {field.planned}." if field.planned else ""
    return f"{field.doc}{unit}{planned}".replace("|", "\\|")
