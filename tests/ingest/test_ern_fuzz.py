"""Whatever the bytes, a reader returns a delivery or raises MessageRefused; never anything else."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
