"""The formats by name: how each is read and written, and what its statements are taken for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from policy.ingest.consents.aipref import read_aipref, write_aipref
from policy.ingest.consents.cawg import read_cawg, write_cawg
from policy.ingest.consents.rsl import read_rsl
from policy.ingest.consents.rsl_writer import write_rsl
from policy.ingest.consents.statements import ConsentFile, FileStatement, Written
from policy.ingest.consents.table import read_table, write_table
from policy.ingest.consents.tdmrep import read_tdmrep, write_tdmrep


class Reader(Protocol):
    """Reads a file; `path` is what problems print. Raises MessageRefused with all of them."""

    def __call__(self, raw: bytes, *, path: str) -> ConsentFile: ...


class Writer(Protocol):
    """Writes statements, and tells what the format cannot say of them."""

    def __call__(self, statements: Iterable[FileStatement]) -> Written: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `source` is where its statements come from, in the words of the registry, unless
    they say so themselves. `refusals_hold`: a wider refusal beats a narrower grant. `located`: they
    speak about places, which are to be mapped to subjects."""

    name: str
    title: str
    read: Reader
    write: Writer
    source: str = "public_signal"
    refusals_hold: bool = False
    located: bool = True


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("aipref", "IETF AI preferences (robots.txt, header)", read_aipref, write_aipref),
        Format("tdmrep", "W3C TDMRep (tdmrep.json)", read_tdmrep, write_tdmrep),
        Format("cawg", "CAWG training and data mining", read_cawg, write_cawg),
        Format("rsl", "Really Simple Licensing 1.0", read_rsl, write_rsl, refusals_hold=True),
        Format(
            "table", "our own table (CSV)", read_table, write_table, source="file", located=False
        ),
    )
}
