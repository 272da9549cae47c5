"""A payout statement as JSON: the stored document itself, laid out for people."""

from __future__ import annotations

import msgspec

from policy.accounting.statements.document import Document, encode


def write_json(document: Document) -> bytes:
    """The document, indented; integers as the module of documents tells."""
    return msgspec.json.format(encode(document), indent=2) + b"\n"
