"""What the tests of consent files share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policy.ingest.consents.formats import FORMATS
from policy.ingest.consents.statements import ConsentFile, FileStatement
from policy.ingest.refusals import MessageRefused

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "consents"
FILES = {
    "aipref": "robots.txt",
    "tdmrep": "tdmrep.json",
    "cawg": "cawg.json",
    "rsl": "rsl.xml",
    "table": "table.csv",
}


def read(format: str, raw: bytes | str = b"") -> ConsentFile:
    """Read a text, the format's own fixture by default."""
    data = raw or (FIXTURES / FILES[format]).read_bytes()
    data = data.encode() if isinstance(data, str) else data
    return FORMATS[format].read(data, path=FILES[format])


def refused(format: str, raw: bytes | str) -> MessageRefused:
    """Read a text that must be refused, and return why."""
    with pytest.raises(MessageRefused) as found:
        read(format, raw)
    return found.value


def mistakes(format: str, raw: bytes | str) -> list[tuple[str, int | None, int | None]]:
    """Codes and places of all mistakes in a text that must be refused."""
    return [(one.code, one.line, one.column) for one in refused(format, raw).problems]


def said(file: ConsentFile, *names: str) -> list[tuple[Any, ...]]:
    """Some fields of every statement."""
    return [tuple(getattr(one, name) for name in names) for one in file.statements]


def warned(file: ConsentFile) -> list[tuple[str, int]]:
    """Code and line of every warning."""
    return [(one.code, one.line) for one in file.warnings]


def statement(use: Any = "train_generative", decision: Any = "granted", **fields: Any) -> Any:
    """One statement."""
    return FileStatement(use, decision, **fields)
