"""W3C TDM Reservation Protocol: the list in `/.well-known/tdmrep.json`.

A reservation of 1 refuses what the word stands for, 0 grants it; any other value counts as not set,
which is neither. A policy tells where a licence may be had; it is kept as terms.

Final report of May 2024: https://www.w3.org/community/reports/tdmrep/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from policy.ingest.consents.lines import TERMS, Warnings
from policy.ingest.consents.locations import path_of
from policy.ingest.consents.sayable import Ability, Answer, sayable
from policy.ingest.consents.statements import ConsentFile, FileStatement, Written, strictest
from policy.ingest.consents.vocabulary import RESERVATION, uses_by_word
from policy.ingest.json_reading import Fields, JsonReading
from policy.lang.diagnostics import quoted

POLICY = "tdm-policy"
_NAMES = ("location", RESERVATION, POLICY)
_USES = uses_by_word("tdmrep")[RESERVATION]


def read_tdmrep(raw: bytes, *, path: str) -> ConsentFile:
    """Read one list. `path` is what problems print. Raises MessageRefused."""
    reading, doubts = JsonReading(raw, path), Warnings()
    said = [one for item in reading.items() for one in _rule(reading, item, doubts)]
    reading.finish()
    return ConsentFile("tdmrep", strictest(said), doubts.all())


def write_tdmrep(statements: Iterable[FileStatement]) -> Written:
    """The list, the widest location first."""
    by_location, warnings = sayable(statements, Ability("tdmrep"))
    rules = [
        _as_json(location, answer)
        for location, answers in by_location.items()
        for answer in answers
    ]
    return Written(json.dumps(rules, ensure_ascii=False, indent=1) + "\n", warnings)


def _as_json(location: str, answer: Answer) -> dict[str, Any]:
    reserved = int(answer.decision == "denied")
    found = {"location": location or "/", RESERVATION: reserved}
    return found | ({POLICY: answer.terms} if answer.terms else {})


def _rule(reading: JsonReading, item: Fields, doubts: Warnings) -> Iterator[FileStatement]:
    place = reading.place(item.at)
    for name in item.names():
        if name not in _NAMES:
            message = f"{quoted(name)} is no field of TDMRep and is left out"
            doubts.add("unknown-field", message, reading.place(item.at, key=name))
    location = path_of(item.required("location", TERMS))
    policy = item.text(POLICY, TERMS) or ""
    if not item.has(RESERVATION):
        doubts.add("not-set", f"without `{RESERVATION}` the rule says nothing", place)
        return
    value = item.whole(RESERVATION, -(10**9), 10**9)
    if value not in (0, 1):
        at = reading.place((*item.at, RESERVATION))
        doubts.add("not-set", f"a `{RESERVATION}` of `{value}` counts as not set", at)
        return
    for use in _USES:
        yield FileStatement(
            use,
            "denied" if value else "granted",
            location,
            terms=policy,
            line=place[0],
            column=place[1],
        )
