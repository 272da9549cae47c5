"""Writes facts and expectations as an author would paste them into `tests.yaml`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][\w.-]*(?: [A-Za-z0-9][\w.-]*)*", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?")
_NOT_TEXT = frozenset({"true", "false", "null", "Null", "NULL"})


def flow(value: Any) -> str:
    """A value on one line: a text is quoted where it would be read as something else."""
    match value:
        case None:
            return "~"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case Mapping():
            return (
                "{" + ", ".join(f"{_text(key)}: {flow(each)}" for key, each in value.items()) + "}"
            )
        case Sequence():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return repr(value)


def _text(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text not in _NOT_TEXT
    return text if plain or _INSTANT.fullmatch(text) else json.dumps(text, ensure_ascii=False)
