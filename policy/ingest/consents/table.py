"""Our own table of statements: everything that the registry can keep, one row a statement.

`use` and `decision` must be there, all other columns may be left out. `use`, `layer`, `territories`
and `excluded` take several words with spaces between; `valid_until` is exclusive.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import get_args

from policy.ingest import limits
from policy.ingest.allowed_values import TERRITORY
from policy.ingest.consents.csv_reading import Row, read_rows
from policy.ingest.consents.lines import TextReading
from policy.ingest.consents.statements import (
    CONDITIONS,
    DECISIONS,
    SCOPES,
    Condition,
    ConsentFile,
    Decision,
    FileStatement,
    Written,
)
from policy.ingest.delivery import ConsentSource
from policy.ingest.values import WHEN
from policy.lang.diagnostics import quoted
from policy.lang.words import LAYERS, USES

COLUMNS = (
    *("grantor", "scope", "subject", "layer", "use", "decision", "licensee", "model"),
    *("model_version", "territories", "excluded", "valid_from", "valid_until", "condition"),
    *("terms", "source", "evidence"),
)
SOURCES = ("file", "portal", *get_args(ConsentSource))
"""What a row may say that it comes from: the words of `policy.models.Consent.Source`."""

WORLD = "Worldwide"
_MODEL, _MODEL_VERSION = 200, 100
"""Lengths of the columns that keep them."""


def read_table(raw: bytes, *, path: str) -> ConsentFile:
    """Read one table. `path` is what problems print. Raises MessageRefused."""
    reading = TextReading(raw, path)
    rows = read_rows(reading, required=("use", "decision"), known=COLUMNS)
    said = tuple(one for row in rows for one in _row(row))
    reading.finish()
    return ConsentFile("table", said, reading.doubts.all())


def write_table(statements: Iterable[FileStatement]) -> Written:
    """The table, with all columns; nothing is left unsaid."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(one) for one in statements)
    return Written(text.getvalue())


def _cells(one: FileStatement) -> Iterator[str]:
    for name in COLUMNS:
        value = getattr(one, name)
        if isinstance(value, datetime):
            yield value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        else:
            yield " ".join(value) if isinstance(value, tuple) else value or ""


def _row(row: Row) -> Iterator[FileStatement]:
    uses, layers = row.choices("use", USES), row.choices("layer", LAYERS)
    if not row.cells["use"]:
        row.refuse("use", "missing-value", "the row names no use", "name at least one")
    start, end = row.typed("valid_from", WHEN), row.typed("valid_until", WHEN)
    if start and end and end <= start:
        message = "the period ends before it starts"
        row.refuse("valid_until", "wrong-period", message, "let the end be after the start")
    scope = row.choice("scope", SCOPES, "catalogue")
    decision = _decision(row)
    included, excluded = _territories(row, "territories"), _territories(row, "excluded")
    if WORLD in excluded or (included and set(included) <= set(excluded)):
        row.refuse("excluded", "no-territory", "no territory is left", "leave out fewer")
    plain = FileStatement(
        use=USES[0],
        decision=decision,
        scope=scope,
        subject=_subject(row, scope),
        grantor=row.text("grantor", limits.NAME),
        licensee=row.text("licensee", limits.NAME),
        model=_model(row),
        model_version=row.text("model_version", _MODEL_VERSION),
        territories=included,
        excluded=excluded,
        condition=_condition(row, decision),
        terms=row.text("terms"),
        valid_from=start,
        valid_until=end,
        source=row.choice("source", SOURCES, ""),
        evidence=row.text("evidence", limits.NAME),
        line=row.line,
        column=1,
    )
    for use, layer in product(uses, layers or (None,)):
        yield _with(plain, use=use, layer=layer)


def _with(one: FileStatement, **changed: object) -> FileStatement:
    """A copy; `dataclasses.replace` takes three times as long."""
    values = {name: getattr(one, name) for name in FileStatement.__slots__}
    return FileStatement(**(values | changed))


def _decision(row: Row) -> Decision:
    if not row.cells["decision"]:
        row.refuse("decision", "missing-value", "the row decides nothing", "write `denied`")
    return row.choice("decision", DECISIONS, "denied")


def _condition(row: Row, decision: Decision) -> Condition:
    condition = row.choice("condition", CONDITIONS, "none")
    if condition != "none" and decision != "granted":
        message = "only a grant can have a condition"
        row.refuse("condition", "wrong-value", message, "leave it empty, or grant")
    return condition


def _subject(row: Row, scope: str) -> str:
    subject = row.text("subject", limits.TITLE)
    if scope != "catalogue" and not subject:
        message = f"the scope `{scope}` needs a subject"
        row.refuse("subject", "missing-value", message, f"name the {scope}")
    if not row.cells.get("scope") and subject:
        help = "say what it is: `label`, `artist`, `track` ..."
        row.refuse("subject", "wrong-value", "a subject without a scope", help)
    return subject


def _model(row: Row) -> str:
    model = row.text("model", _MODEL)
    if row.cells.get("model_version") and not model:
        row.refuse("model_version", "wrong-value", "a version of no model", "name the model")
    return model


def _territories(row: Row, name: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(row.cells.get(name, "").split()))
    for code in codes:
        if not TERRITORY.fullmatch(code):
            help = "write codes as in `DE FR US-TN`, or nothing for everywhere"
            row.refuse(name, "wrong-value", f"{quoted(code)} is no territory", help)
    return () if WORLD in codes and name == "territories" else tuple(sorted(codes))
