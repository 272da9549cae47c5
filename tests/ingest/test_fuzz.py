"""Whatever the bytes, a reader returns a delivery or raises MessageRefused; never anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any, Protocol

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from policy.ingest.catalogue import read_catalogue
from policy.ingest.delivery import Delivery
from policy.ingest.ern import read_ern
from policy.ingest.reader import read_delivery
from policy.ingest.refusals import MessageRefused
from policy.samples.catalogue_writer import write_catalogue
from policy.samples.making import for_catalogue
from tests.ingest.reading import FIXTURES, fixture

XML = [path.read_bytes() for path in sorted(FIXTURES.glob("*.xml"))]
JSON = write_catalogue(for_catalogue(fixture("ern-432-shares.xml")))
PIECES = [
    b"", b"<", b">", b"&", b"&#0;", b"\x00", b"\xff", b"]]>", b"<!--", b"<?x?>", b"<a>", b"</Deal>",
    b"true", b"9" * 30, b"-1", b"2026-02-30", b"PT", b"A1", b"R0", b"PArtist", b" ", b"\n",
    b"<ContainsAI>All</ContainsAI>", b"<Party/>", b"<ISRC/>", b'"', b"'", b"{", b"}", b"[", b"]",
    b"null", b"1e999", b"\\ud800", b":", b",", b'"isrc":1',
]  # fmt: skip


class Reader(Protocol):
    """Either reader."""

    def __call__(self, raw: bytes, *, path: str) -> Delivery: ...


quick = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _tried(raw: bytes) -> None:
    with suppress(MessageRefused):
        read_delivery(raw, path="fuzz")
    for reader in (read_ern, read_catalogue):
        refused = _refused(reader, raw)
        assert refused is None or (refused.problems and str(refused).startswith("fuzz"))


def _refused(reader: Reader, raw: bytes) -> MessageRefused | None:
    try:
        reader(raw, path="fuzz")
    except MessageRefused as refused:
        return refused
    return None


@quick
@given(st.sampled_from([*XML, JSON]), st.data())
def test_a_cut_text_is_refused_or_read(raw: bytes, data: st.DataObject) -> None:
    _tried(raw[: data.draw(st.integers(0, len(raw)))])


@quick
@given(st.sampled_from([*XML, JSON]), st.data())
def test_a_text_with_pieces_put_in_or_taken_out_is_refused_or_read(
    raw: bytes, data: st.DataObject
) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        gone = data.draw(st.integers(0, 40))
        raw = raw[:at] + data.draw(st.sampled_from(PIECES)) + raw[at + gone :]
    _tried(raw)


@quick
@given(st.sampled_from([*XML, JSON]), st.data())
def test_a_text_with_two_parts_swapped_is_refused_or_read(raw: bytes, data: st.DataObject) -> None:
    one, two, end = sorted(data.draw(st.integers(0, len(raw))) for _ in range(3))
    _tried(raw[:one] + raw[two:end] + raw[one:two] + raw[end:])


@quick
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    _tried(raw)
    _tried(b"<?xml version='1.0'?>" + raw)
    _tried(b"{" + raw)


WORDS = [
    "", "0", "-1", "true", "All", "None", "2026-02-30", "9999-12-31", "0001-01-01", "PT1S", "100",
    "A1", "R0", "P1", "PArtist", "x" * 600, "\u0661", "ZZEXA2600001", "Worldwide", "UserDefined",
    "9999-12-31T23:59:59-14:00", " a b ",
]  # fmt: skip
ATTRIBUTES = ["Namespace", "IsDefault", "UserDefinedValue", "HasMaxValueOfOne", "IsReplaced"]
ODD = [
    None,
    True,
    0,
    -1,
    1.5,
    10**17,
    [],
    {},
    [1],
    {"a": 1},
    "\x00",
    "\ud800",
    "2026-01-01",
    *WORDS,
]


@quick
@given(st.sampled_from(XML), st.data())
def test_elements_taken_out_doubled_or_refilled_are_refused_or_read(
    raw: bytes, data: st.DataObject
) -> None:
    root = etree.fromstring(raw)
    for _ in range(data.draw(st.integers(1, 5))):
        elements = [one for one in root.iter("*") if one.getparent() is not None]
        if not elements:
            break
        _change(data.draw(st.sampled_from(elements)), data)
    _tried(etree.tostring(root))


def _change(element: etree._Element, data: st.DataObject) -> None:
    parent = element.getparent()
    assert parent is not None
    match data.draw(st.integers(0, 4)):
        case 0:
            parent.remove(element)
        case 1:
            parent.append(deepcopy(element))
        case 2:
            element.text = data.draw(st.sampled_from(WORDS))
        case 3:
            element.set(data.draw(st.sampled_from(ATTRIBUTES)), data.draw(st.sampled_from(WORDS)))
        case _:
            parent.insert(0, element)


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member and item: what holds it, and its key or index."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _members(value[key])


@quick
@given(st.data())
def test_members_taken_out_or_refilled_are_refused_or_read(data: st.DataObject) -> None:
    value = json.loads((FIXTURES.parent / "catalogue.json").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(list(_members(value))))
        if isinstance(holder, dict) and data.draw(st.booleans()):
            del holder[key]
        else:
            holder[key] = deepcopy(data.draw(st.sampled_from(ODD)))
    _tried(json.dumps(value, indent=1).encode())
