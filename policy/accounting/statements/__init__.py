"""Payout statements as documents, and their writers. A stored document is all that a writer reads,
so the same bytes come out on any day."""

from policy.accounting.statements.document import (
    Document,
    Line,
    Name,
    Payout,
    RunStated,
    decode,
    encode,
    runs_stated,
)
from policy.accounting.statements.writing import FORMATS, file_name, write

__all__ = [
    "FORMATS",
    "Document",
    "Line",
    "Name",
    "Payout",
    "RunStated",
    "decode",
    "encode",
    "file_name",
    "runs_stated",
    "write",
]
