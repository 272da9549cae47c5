"""Reads reports of uses of AI: JSON lines, one use each, or CSV, one track of a use each.

JSON (`weight` and `confidence` from 0 to 1):

    {"reference": "song-1", "kind": "generate_output", "at": "2026-11-22T12:00:00Z", "units": 3,
     "method": "ear 1", "tracks": [{"isrc": "ZZTST2600001", "weight": 0.25}]}

CSV has these names as columns, `isrc` or `track` among them; lines of one use stand together and
say of it the same.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeAlias
from uuid import UUID

import msgspec


class LineDraw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A track that a use drew on: its UUID, or an ISRC."""

    track: UUID | None = None
    isrc: str = ""
    weight: Decimal | None = None
    confidence: Decimal | None = None


class LineUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One use as it is reported."""

    reference: str
    kind: str
    at: datetime
    until: datetime | None = None
    model: str = ""
    model_version: str = ""
    research: bool = False
    territories: tuple[str, ...] = ()
    units: int = 1
    artificial_units: int = 0
    method: str = ""
    output_track: UUID | None = None
    output_reference: str = ""
    tracks: tuple[LineDraw, ...]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no use, and why."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class GoodLine:
    """A use and the line where it begins."""

    line: int
    use: LineUse


Line: TypeAlias = BadLine | GoodLine

_decoder = msgspec.json.Decoder(LineUse)
_DRAW = tuple(LineDraw.__struct_fields__)


def read_json_lines(lines: Iterable[bytes]) -> Iterator[Line]:
    """The uses of JSON lines as they come; empty lines are passed over."""
    for number, text in enumerate(lines, start=1):
        if text.strip():
            try:
                yield _line(number, _decoder.decode(text))
            except msgspec.MsgspecError as error:
                yield BadLine(number, _plain(str(error)))
            except UnicodeDecodeError:
                yield BadLine(number, "it is not UTF-8")


def read_csv(lines: Iterable[str]) -> Iterator[Line]:
    """The uses of a CSV table with a heading as they come."""
    reader = csv.DictReader(lines)
    try:
        wrong = _heading(reader.fieldnames or ())
        if wrong:
            yield BadLine(1, wrong)
            return
        rows = ((reader.line_num, row) for row in reader)
        for _, group in groupby(rows, key=lambda pair: pair[1].get("reference")):
            yield _of_rows(list(group))
    except UnicodeDecodeError:
        yield BadLine(reader.line_num + 1, "it is not UTF-8, or a line soon after it is not")
    except csv.Error as error:
        yield BadLine(reader.line_num + 1, f"it is no CSV: {error}")


def _heading(names: Sequence[str]) -> str:
    """What is wrong with the names of columns; empty for nothing."""
    known = {*LineUse.__struct_fields__, *_DRAW} - {"tracks"}
    unknown = [name for name in names if name not in known]
    if names and not unknown:
        return ""
    told = ", ".join(f"`{name}`" for name in unknown) or "nothing"
    return f"the heading has {told}; columns are {', '.join(sorted(known))}"


def _of_rows(rows: list[tuple[int, dict[str, Any]]]) -> Line:
    number, first = rows[0]
    told = {name: value for name, value in first.items() if name not in _DRAW and value}
    for line, row in rows[1:]:
        if {name: value for name, value in row.items() if name not in _DRAW and value} != told:
            return BadLine(line, f"it says something else of `{first['reference']}` than before")
    if None in first or any(None in row.values() for _, row in rows):
        return BadLine(number, "it has another number of columns than the heading")
    if "territories" in told:
        told["territories"] = told["territories"].split()
    told["tracks"] = [
        {name: value for name, value in row.items() if name in _DRAW and value} for _, row in rows
    ]
    try:
        return _line(number, msgspec.convert(told, LineUse, strict=False))
    except msgspec.ValidationError as error:
        return BadLine(number, _plain(str(error)))


def _line(number: int, use: LineUse) -> Line:
    """A use with its instants in UTC, unless a database could not keep it."""
    if any("\0" in text for text in _texts(use)):
        return BadLine(number, "it has a character that is no text (NUL)")
    try:
        until = use.until and _utc(use.until)
        return GoodLine(number, msgspec.structs.replace(use, at=_utc(use.at), until=until))
    except OverflowError:
        return BadLine(number, "its instants are before or after all years in UTC")


def _texts(use: LineUse) -> Iterator[str]:
    yield from (use.reference, use.model, use.model_version, use.method, use.output_reference)
    yield from (draw.isrc for draw in use.tracks)


def _utc(at: datetime) -> datetime:
    """Instants without a zone are UTC."""
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _plain(message: str) -> str:
    """The words of a decoder for people."""
    return message.replace("Object ", "the object ", 1).replace("`$", "`use")
