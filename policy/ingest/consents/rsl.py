"""Really Simple Licensing 1.0: reading.

Each `license` of a `content` is an offer of its own; what any of them prohibits is prohibited in
all. A use that none names is unknown. Payment and credit are conditions of a grant, and so is every
limit that we have no place for (kinds of users, a licence server, words that we do not know): such
a grant counts as refused until somebody proves that the limit is kept.

Published November 2025: https://rslstandard.org/rsl
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from policy.ingest.consents.lines import TERMS, Warnings
from policy.ingest.consents.locations import path_of
from policy.ingest.consents.statements import (
    CONDITIONS,
    Condition,
    ConsentFile,
    FileStatement,
    strictest,
)
from policy.ingest.consents.vocabulary import OUTSIDE, uses_by_word
from policy.ingest.refusals import MAX_PROBLEMS, MessageRefused, Refusal
from policy.ingest.safe_xml import Element, decoded, line_of, parse_xml
from policy.lang.diagnostics import did_you_mean, quoted
from policy.lang.words import Use

NAMESPACE = "https://rslstandard.org/rsl"
PAYMENTS: dict[str, Condition] = {
    "free": "none",
    "attribution": "credit",
    "purchase": "payment",
    "subscription": "payment",
    "training": "payment",
    "crawl": "payment",
    "use": "payment",
    "contribution": "constrained",
}
"""What each type of payment asks for. A contribution, in money or in kind, is agreed upon."""

USERS = ("commercial", "non-commercial", "education", "government", "personal")
_USES = uses_by_word("rsl")
_GEO = re.compile(r"[A-Za-z]{2}")


@dataclass(slots=True)
class _Licence:
    """One offer: uses with their places, limits, and what it asks for in return."""

    permitted: dict[Use, tuple[int, int]] = field(default_factory=dict)
    prohibited: dict[Use, tuple[int, int]] = field(default_factory=dict)
    territories: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    condition: Condition = "none"
    terms: list[str] = field(default_factory=list)

    def ask(self, condition: Condition, *terms: str) -> None:
        """Add a condition; the strictest of several counts."""
        self.condition = max(self.condition, condition, key=CONDITIONS.index)
        self.terms += [text for text in terms if text and text not in self.terms]


class _Reading:
    """The document, and what was noted about it so far."""

    def __init__(self, raw: bytes, path: str) -> None:
        self.root = parse_xml(raw, path, named="an RSL document", begins="<rsl")
        self.doubts = Warnings()
        self._source = decoded(raw, path, self.root.getroottree().docinfo.encoding)
        self._lines = self._source.text.split("\n")
        self._problems: list[Refusal] = []

    def place(self, at: Element) -> tuple[int, int]:
        """Line and column of an element's start tag; column 1 when it is not in that line."""
        line = line_of(at)
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        match = re.search(rf"<(?:[\w.-]+:)?{re.escape(name_of(at))}\b", text)
        return line, match.start() + 1 if match else 1

    def refuse(self, at: Element, code: str, message: str, help: str) -> None:
        """Note a mistake at an element. Gives up at too many."""
        line, column = self.place(at)
        width = len(name_of(at)) + 1
        path = self._source.path
        self._problems.append(Refusal(code, message, path, line, column, width, help=help))
        if len(self._problems) >= MAX_PROBLEMS:
            self.finish()

    def short(self, at: Element, text: str) -> str:
        """A text that is to be kept; one that is too long is a mistake."""
        if len(text) > TERMS:
            message = f"the text has {len(text)} characters, more than {TERMS}"
            self.refuse(at, "too-long", message, "write a shorter one, or an address")
        return text[:TERMS]

    def doubt(self, at: Element, code: str, message: str) -> None:
        """Note a doubt at an element."""
        self.doubts.add(code, message, self.place(at))

    def finish(self) -> None:
        """Raise MessageRefused when there were mistakes."""
        if self._problems:
            raise MessageRefused(self._problems, self._source)


def read_rsl(raw: bytes, *, path: str) -> ConsentFile:
    """Read one document. `path` is what problems print. Raises MessageRefused."""
    reading = _Reading(raw, path)
    name = etree.QName(reading.root)
    if (name.namespace, name.localname) != (NAMESPACE, "rsl"):
        message = f"{quoted(name.localname)} is not the root of an RSL document"
        help = f'begin with `<rsl xmlns="{NAMESPACE}">`'
        reading.refuse(reading.root, "unknown-root", message, help)
        reading.finish()
    said = [one for at in _children(reading.root, "content") for one in _content(reading, at)]
    reading.finish()
    return ConsentFile("rsl", strictest(said), reading.doubts.all())


def name_of(element: Element) -> str:
    """The element's name without namespace."""
    return str(element.tag).rpartition("}")[2]


def _content(reading: _Reading, at: Element) -> Iterator[FileStatement]:
    """What is said of one place: prohibitions first, then what they leave of each licence."""
    url = at.get("url")
    if url is None:
        message = "`content` has no `url`"
        reading.refuse(at, "missing-attribute", message, 'say what it is about: `url="/"`')
        return
    location = reading.short(at, path_of(url))
    server = at.get("server", "")
    licences = [_licence(reading, one, server) for one in _children(at, "license")]
    prohibited = {use: where for one in licences for use, where in one.prohibited.items()}
    for use, (line, column) in prohibited.items():
        yield FileStatement(use, "denied", location, line=line, column=column)
    for licence in licences:
        terms = reading.short(at, "; ".join(licence.terms))
        yield from _granted(licence, location, prohibited, terms)


def _granted(
    licence: _Licence, location: str, prohibited: dict[Use, tuple[int, int]], terms: str
) -> Iterator[FileStatement]:
    for use, (line, column) in licence.permitted.items():
        if use in prohibited:
            continue
        grant = FileStatement(
            use,
            "granted",
            location,
            territories=licence.territories,
            excluded=licence.excluded,
            condition=licence.condition,
            terms=terms,
            line=line,
            column=column,
        )
        yield grant
        if licence.excluded:
            yield replace(
                grant,
                decision="denied",
                territories=licence.excluded,
                excluded=(),
                condition="none",
                terms="",
            )


def _licence(reading: _Reading, at: Element, server: str) -> _Licence:
    found = _Licence()
    if server:
        found.ask("constrained", server)
    for permits in _children(at, "permits"):
        _permits(reading, permits, found)
    for prohibits in _children(at, "prohibits"):
        _prohibits(reading, prohibits, found)
    payments = list(_children(at, "payment"))
    for payment in payments:
        _payment(reading, payment, found)
    if not found.permitted and not found.prohibited:
        reading.doubt(at, "no-usage", "the licence names no use of AI, so it says nothing")
    return found


def _permits(reading: _Reading, at: Element, found: _Licence) -> None:
    match at.get("type"):
        case "usage":
            found.permitted.update(_uses(reading, at))
        case "geo":
            codes = _codes(at)
            if codes is None:
                _unknown_limit(reading, at, found)
            found.territories = tuple(sorted({*found.territories, *(codes or ())}))
        case "user":
            words = _words(at)
            if set(words) != set(USERS):
                found.ask("constrained", f"users: {' '.join(words)}")
        case kind:
            _unknown_type(reading, at, kind)


def _prohibits(reading: _Reading, at: Element, found: _Licence) -> None:
    match at.get("type"):
        case "usage":
            found.prohibited.update(_uses(reading, at))
        case "geo":
            codes = _codes(at)
            if codes is None:
                _unknown_limit(reading, at, found)
            found.excluded = tuple(sorted({*found.excluded, *(codes or ())}))
        case "user":
            found.ask("constrained", f"not users: {' '.join(_words(at))}")
        case kind:
            if _unknown_type(reading, at, kind):
                _unknown_limit(reading, at, found)


def _uses(reading: _Reading, at: Element) -> dict[Use, tuple[int, int]]:
    """The uses that an element names, each with the element's place."""
    found: dict[Use, tuple[int, int]] = {}
    for word in _words(at):
        if word in OUTSIDE["rsl"]:
            reading.doubt(at, "outside", f"`{word}` is about no use of AI and is left out")
        elif word not in _USES:
            near = "" if reading.doubts.full else did_you_mean(word, _USES)
            message = f"{quoted(word)} is no known use and is left out"
            reading.doubt(at, "unknown-word", f"{message}: {near}" if near else message)
        found.update(dict.fromkeys(_USES.get(word, ()), reading.place(at)))
    return found


def _payment(reading: _Reading, at: Element, found: _Licence) -> None:
    kind = at.get("type", "free")
    if kind not in PAYMENTS:
        near = did_you_mean(kind, PAYMENTS)
        message = f"{quoted(kind)} is no known payment: the grant waits for proof of its terms"
        reading.doubt(at, "unknown-word", f"{message}; {near}" if near else message)
    condition = PAYMENTS.get(kind, "constrained")
    amounts = [_amount(one) for one in _children(at, "amount")]
    named = [kind] if condition in ("payment", "constrained") or amounts else []
    links = [_text(one) for name in ("standard", "custom") for one in _children(at, name)]
    found.ask(condition, " ".join([*named, *amounts]), *links)


def _amount(at: Element) -> str:
    return " ".join(filter(None, (_text(at), at.get("currency", ""))))


def _unknown_type(reading: _Reading, at: Element, kind: str | None) -> bool:
    """Note a missing `type` (a mistake) or an unknown one (a doubt); whether it is the latter."""
    if kind is None:
        message = f"`{name_of(at)}` has no `type`"
        help = 'write `type="usage"`, `type="user"` or `type="geo"`'
        reading.refuse(at, "missing-attribute", message, help)
        return False
    near = did_you_mean(kind, ("usage", "user", "geo"))
    reading.doubt(at, "unknown-word", f"{quoted(kind)} is no known type: {near}")
    return True


def _unknown_limit(reading: _Reading, at: Element, found: _Licence) -> None:
    """A limit that cannot be read is a condition: nobody may be granted more than was meant."""
    text = f"{name_of(at)} {at.get('type')}: {' '.join(_words(at))}"
    found.ask("constrained", text)
    message = f"{quoted(text)} is not understood: the grant waits for proof of it"
    reading.doubt(at, "unknown-limit", message)


def _codes(at: Element) -> tuple[str, ...] | None:
    """Country codes in capitals; None when one of them is none, or there is none."""
    words = _words(at)
    if not words or not all(_GEO.fullmatch(word) for word in words):
        return None
    return tuple(word.upper() for word in words)


def _words(at: Element) -> list[str]:
    return re.split(r"[\s,]+", text) if (text := _text(at)) else []


def _text(at: Element) -> str:
    return " ".join((at.text or "").split()).strip(" ,")


def _children(at: Element, name: str) -> Iterable[Element]:
    return at.iterfind(f"{{{NAMESPACE}}}{name}")
