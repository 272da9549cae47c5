"""The formats in which a payout statement is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

from policy.accounting.statements.csv_text import write_csv
from policy.accounting.statements.document import Document
from policy.accounting.statements.dsr import write_dsr
from policy.accounting.statements.json_text import write_json

Format: TypeAlias = Literal["csv", "json", "dsr"]

FORMATS: tuple[Format, ...] = get_args(Format)

_WRITERS: dict[str, Callable[[Document], bytes]] = {
    "csv": write_csv,
    "json": write_json,
    "dsr": write_dsr,
}


def write(document: Document, format: Format) -> bytes:
    """The document in a format; equal documents give equal bytes."""
    return _WRITERS[format](document)


def file_name(document: Document, format: Format) -> str:
    """A name for the file that tells party, period, currency and revision."""
    if format == "dsr":
        stamp = document.issued_at.translate({ord(mark): None for mark in "-:"})[:15]
        period = f"{document.period_from}--{document.period_until}"
        sender, party = _short(document.sender.dpid, "SENDER"), _short(document.party.dpid, "PARTY")
        return f"DSR_{sender}_{party}_AI_{period}_{document.currency}_1of1_{stamp}.tsv"
    name = f"payout-{document.party.uuid}-{document.period_from}-{document.currency}"
    return f"{name}-{document.revision}.{format}"


def _short(dpid: str, otherwise: str) -> str:
    """A party id as it stands in a file's name; a word where there is none."""
    return "".join(mark for mark in dpid if mark.isalnum()) or otherwise
