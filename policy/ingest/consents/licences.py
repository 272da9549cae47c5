"""Licence texts of tracks as statements: a table of tracks, and what each licence text permits.

The map of licences is data, written by whoever knows them. What follows from it for AI is here, in
one small table, as the house read it on 25 November 2026; it is a reading, no legal advice. What no
line covers is unknown, which is never a grant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from policy.ingest import limits
from policy.ingest.consents.csv_reading import Row, read_rows
from policy.ingest.consents.lines import TextReading
from policy.ingest.consents.statements import (
    Condition,
    ConsentFile,
    Decision,
    FileStatement,
)
from policy.lang.diagnostics import quoted
from policy.lang.words import Use

COMMERCIAL = ("allowed", "not_allowed", "conditional", "unknown")
DERIVATIVES = ("allowed", "not_allowed", "share_alike", "conditional", "unknown")
_COLUMNS = ("licence_text", "tracks", "cc_code", "commercial_use", "derivatives", "share_alike")
_NAMES = {"track_id": "track", "license": "licence"}
_FREE = ("CC0", "CC0/PD", "PD")
"""Codes of what asks for no credit."""

Says: TypeAlias = tuple[Decision, Condition]


@dataclass(frozen=True, slots=True)
class Licence:
    """What a licence permits, in the words of the map."""

    code: str
    commercial: str
    derivatives: str


@dataclass(frozen=True, slots=True)
class LicenceRule:
    """One line of the policy: for these words (None: any), what a licence says of a use, and why.

    A grant with the condition `credit` asks for none where the licence does not.
    """

    use: Use
    commercial: str | None
    derivatives: str | None
    decision: Decision
    condition: Condition
    why: str

    def covers(self, licence: Licence) -> bool:
        """Whether the line is about a licence."""
        return self.commercial in (None, licence.commercial) and (
            self.derivatives in (None, licence.derivatives)
        )


POLICY: tuple[LicenceRule, ...] = (
    LicenceRule(
        "train_generative", "not_allowed", None, "denied", "none",
        "a model that generates is offered commercially: NC does not permit it",
    ),
    LicenceRule(
        "train_generative", None, "not_allowed", "denied", "none",
        "what a model makes out of a work may be an adaptation of it: ND does not permit it",
    ),
    LicenceRule(
        "train_generative", "allowed", "allowed", "granted", "credit",
        "BY permits any use that gives credit; CC0 asks for none",
    ),
    LicenceRule(
        "train_generative", "allowed", "share_alike", "granted", "constrained",
        "SA asks that adaptations carry the same licence: to be proven for the model",
    ),
    LicenceRule(
        "data_mining", "allowed", None, "granted", "credit",
        "mining shares no adaptation: BY, SA and ND permit it with credit (CC BY-ND 4.0, 2a1B)",
    ),
    LicenceRule(
        "data_mining", "not_allowed", None, "granted", "constrained",
        "NC permits mining that is not commercial: to be proven",
    ),
)  # fmt: skip
"""The first line that covers a licence speaks, for each use. Where Creative Commons say how they
read their licences: https://creativecommons.org/using-cc-licensed-works-for-ai-training-2/"""


def says(licence: Licence, use: Use) -> Says | None:
    """What a licence says of a use; None when nothing."""
    if licence.commercial not in ("allowed", "not_allowed"):
        return None
    for rule in POLICY:
        if rule.use == use and rule.covers(licence):
            free = rule.condition == "credit" and licence.code in _FREE
            return rule.decision, "none" if free else rule.condition
    return None


def read_licence_map(raw: bytes, *, path: str) -> dict[str, Licence]:
    """Licences by their text. `path` is what problems print. Raises MessageRefused."""
    reading = TextReading(raw, path)
    required = ("licence_text", "cc_code", "commercial_use", "derivatives")
    found: dict[str, Licence] = {}
    for row in read_rows(reading, required=required, known=_COLUMNS):
        text = row.text("licence_text")
        if text in found:
            message = f"the licence {quoted(text)} is there twice"
            row.refuse("licence_text", "duplicate-licence", message, "keep one of them")
        commercial = row.choice("commercial_use", COMMERCIAL, "unknown")
        derivatives = row.choice("derivatives", DERIVATIVES, "unknown")
        found[text] = Licence(row.text("cc_code"), commercial, derivatives)
    reading.finish()
    return found


def read_licences(raw: bytes, *, path: str, licences: Mapping[str, Licence]) -> ConsentFile:
    """Read a table with the columns `track` (or `track_id`) and `licence` (or `license`).

    Its statements are about tracks, named as the table names them. Raises MessageRefused.
    """
    reading = TextReading(raw, path)
    unknown: Counter[str] = Counter()
    said: list[FileStatement] = []
    rows = read_rows(reading, required=("track", "licence"), known=None, also=_NAMES)
    for row in rows:
        text = row.text("licence")
        licence = licences.get(text)
        if licence is None:
            unknown[text] += 1
        else:
            said += _statements(row, text, licence)
    for text, count in unknown.items():
        message = f"{quoted(text)} is not in the map of licences: {count:,} tracks are left out"
        reading.doubts.add("unknown-licence", message)
    reading.finish()
    return ConsentFile("licences", tuple(said), reading.doubts.all())


def _statements(row: Row, text: str, licence: Licence) -> Iterator[FileStatement]:
    track = row.text("track", limits.REFERENCE)
    if not track:
        row.refuse("track", "missing-value", "the row names no track", "name it")
    for use in dict.fromkeys(rule.use for rule in POLICY):
        found = says(licence, use)
        if found is not None:
            decision, condition = found
            yield FileStatement(
                use,
                decision,
                scope="track",
                subject=track,
                condition=condition,
                terms=text,
                line=row.line,
                column=1,
            )
