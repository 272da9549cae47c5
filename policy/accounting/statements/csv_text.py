"""A payout statement as CSV (RFC 4180): a row a line, each with all that it needs to stand alone.

Amounts have six digits more than the currency, because a line is finer than what is sent; they add
up to the statement's sums exactly. A text that a spreadsheet would take for a formula begins with
an apostrophe.
"""

from __future__ import annotations

import csv
import io

from policy.accounting.statements.amounts import FINER, decimal, last_day
from policy.accounting.statements.document import Document, Line

HEADER = (
    "statement", "revision", "party", "period_from", "period_to", "reference", "status", "isrc",
    "iswc", "title", "artist", "track", "use", "licensee", "model", "model_version", "pool",
    "layer", "territory", "basis", "units", "weight", "share_percent", "gross", "deducted", "net",
    "currency", "hold", "rule", "decision", "corrects",
)  # fmt: skip

_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are wide = + - @


def write_csv(document: Document) -> bytes:
    """The header and the lines, UTF-8."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(HEADER)
    rows.writerows(_row(document, line) for line in document.lines)
    return text.getvalue().encode()


def _row(document: Document, line: Line) -> tuple[str | int, ...]:
    digits = document.digits + FINER
    return (
        document.uuid, document.revision, _said(document.party.name), document.period_from,
        last_day(document.period_until), line.reference, line.status, _said(line.isrc),
        _said(line.iswc), _said(line.title), _said(line.artist), line.track, line.kind,
        _said(line.licensee), _said(line.model), _said(line.model_version), line.pool, line.layer,
        line.territory, line.basis, line.units, line.weight,
        "" if line.share is None else decimal(line.share, 2), decimal(line.gross, digits),
        decimal(line.deducted, digits), decimal(line.net, digits), document.currency, line.hold,
        line.rule, line.decision, line.corrects,
    )  # fmt: skip


def _said(text: str) -> str:
    """A text of others, which no spreadsheet is to run."""
    return f"'{text}" if text.startswith(_FORMULA) else text
