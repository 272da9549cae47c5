"""Reports of uses: JSON lines and CSV say the same, and what is no use is told with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.ingest.usage_lines import BadLine, GoodLine, read_csv, read_json_lines

JSON = (
    b'{"reference": "song-1", "kind": "generate_output", "at": "2026-11-22T12:00:00Z", "units": 3,'
    b' "territories": ["DE", "FR"], "method": "ear 1", "tracks":'
    b' [{"isrc": "ZZTST2600001", "weight": 0.1}, {"isrc": "ZZTST2600002", "weight": 0.25}]}'
)
CSV = """\
reference,kind,at,units,territories,method,isrc,weight
song-1,generate_output,2026-11-22T12:00:00,3,DE FR,ear 1,ZZTST2600001,0.1
song-1,generate_output,2026-11-22T12:00:00,3,DE FR,ear 1,ZZTST2600002,0.25
"""


def _csv(text: str) -> list[object]:
    return list(read_csv(text.splitlines(keepends=True)))


def test_both_forms_say_the_same() -> None:
    [one] = read_json_lines([JSON])
    [other] = _csv(CSV)
    assert isinstance(one, GoodLine)
    assert isinstance(other, GoodLine)
    assert one.use == other.use
    assert (one.line, other.line) == (1, 2)
    assert one.use.at == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert [draw.weight for draw in one.use.tracks] == [Decimal("0.1"), Decimal("0.25")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{", "Input data was truncated"),
        (b"\xff", "JSON is malformed"),
        (b'"\xff"', "Expected `object`"),
        (b'{"reference": "\xff"}', "UTF-8"),
        (b'{"reference": 1}', "Expected `str`, got `int` - at `use.reference`"),
        (JSON.replace(b'"kind"', b'"sort"'), "the object contains unknown field `sort`"),
        (JSON.replace(b'"isrc"', b'"isr"', 1), "unknown field `isr` - at `use.tracks[0]`"),
        (JSON.replace(b"0.1}", b'"much"}'), "Invalid decimal string - at `use.tracks[0].weight`"),
        (JSON.replace(b"2026-11-22T", b"2026-13-22T"), "at `use.at`"),
        (JSON.replace(b"song-1", b"song\\u0000"), "no text (NUL)"),
        (JSON.replace(b"2026-11-22T12:00:00Z", b"0001-01-01T00:00:00+05:00"), "all years in UTC"),
    ],
)
def test_a_line_that_is_no_use_is_told(text: bytes, message: str) -> None:
    [good, bad] = read_json_lines([JSON, b"\n", text])
    assert isinstance(good, GoodLine)
    assert isinstance(bad, BadLine)
    assert bad.line == 3
    assert message in bad.message


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the heading has nothing"),
        ("reference,sort\n", 1, "the heading has `sort`"),
        (CSV + "song-2,remix\n", 4, "another number of columns"),
        (CSV + "song-2,remix,2026-11-22T12:00:00,1,,,X,1,more\n", 4, "another number of columns"),
        (CSV.replace(",3,", ",4,", 1), 3, "something else of `song-1`"),
        (CSV + "song-2,remix,,1,,,X,1\n", 4, "the object missing required field `at`"),
    ],
)
def test_a_table_that_is_no_report_is_told(text: str, line: int, message: str) -> None:
    *_, bad = _csv(text)
    assert isinstance(bad, BadLine)
    assert bad.line == line
    assert message in bad.message


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_bytes_break_the_reader_of_json(lines: list[bytes]) -> None:
    assert len(list(read_json_lines(lines))) <= len(lines)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader_of_csv(text: str) -> None:
    for heading in ("", "reference,kind,at,isrc\n"):
        list(read_csv((heading + text).splitlines(keepends=True)))
