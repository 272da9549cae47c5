"""CAWG training and data mining assertion (`cawg.training-mining`), as JSON.

It speaks about the asset that it is in, so its statements have no location. `constrained` is a
grant with a condition. C2PA 1.4 wrote the same with `c2pa.` prefixes. Anybody may bring labels:
ours begin with `stave.`, those of others are left out.

Version 1.1, May 2025: https://cawg.io/training-and-data-mining/1.1/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from policy.ingest.consents.lines import TERMS, Warnings
from policy.ingest.consents.sayable import Ability, Answer, sayable
from policy.ingest.consents.statements import (
    Condition,
    ConsentFile,
    Decision,
    FileStatement,
    Written,
    strictest,
)
from policy.ingest.consents.vocabulary import uses_by_word
from policy.ingest.json_reading import Fields, JsonReading
from policy.lang.diagnostics import closest, quoted

LABEL = "cawg.training-mining"
_LABELS = (LABEL, "c2pa.training-mining")
_USES = uses_by_word("cawg")
_VALUES: dict[str, tuple[Decision, Condition]] = {
    "allowed": ("granted", "none"),
    "notAllowed": ("denied", "none"),
    "constrained": ("granted", "constrained"),
}


def read_cawg(raw: bytes, *, path: str) -> ConsentFile:
    """Read an assertion, or its `data` alone. `path` is what problems print. Raises
    MessageRefused."""
    reading, doubts = JsonReading(raw, path), Warnings()
    root = reading.root()
    if root.has("label") or root.has("data"):
        root.required_choice("label", _LABELS)
        data = root.member("data")
    else:
        data = root
    entries = data.member("entries") if data else None
    if entries is None:
        (data or root).required("entries" if data else "data")
    said = list(_entries(reading, entries, doubts)) if entries else []
    reading.finish()
    return ConsentFile("cawg", strictest(said), doubts.all())


def write_cawg(statements: Iterable[FileStatement]) -> Written:
    """The assertion about one asset: what is said of all that the file is about."""
    ability = Ability("cawg", conditions=("constrained",), instead="constrained", locations=False)
    by_location, warnings = sayable(statements, ability)
    entries = {one.word: _as_json(one) for one in by_location.get("", [])}
    text = json.dumps({"label": LABEL, "data": {"entries": entries}}, ensure_ascii=False, indent=1)
    return Written(text + "\n", warnings)


def _as_json(answer: Answer) -> dict[str, Any]:
    said = (answer.decision, answer.condition)
    value = next(value for value, meant in _VALUES.items() if meant == said)
    return {"use": value} | ({"constraint_info": answer.terms} if answer.terms else {})


def _entries(reading: JsonReading, entries: Fields, doubts: Warnings) -> Iterator[FileStatement]:
    for label in entries.names():
        entry = entries.member(label)
        place = reading.place(entries.at, key=label)
        uses = _USES.get(label.replace("c2pa.", "cawg.", 1) if label[:5] == "c2pa." else label)
        if uses is None:
            near = None if doubts.full else closest(label, _USES)
            hint = f": did you mean {quoted(near)}?" if near else ""
            message = f"{quoted(label)} is no known label and is left out{hint}"
            doubts.add("unknown-word", message, place)
        elif entry is not None:
            yield from _entry(entry, uses[0], place)


def _entry(entry: Fields, use: Any, place: tuple[int, int]) -> Iterator[FileStatement]:
    value = entry.choice("use", _VALUES)
    if value is None:
        if not entry.has("use"):
            entry.required("use")
        return
    decision, condition = _VALUES[value]
    terms = entry.text("constraint_info", TERMS) or ""
    yield FileStatement(
        use, decision, condition=condition, terms=terms, line=place[0], column=place[1]
    )
