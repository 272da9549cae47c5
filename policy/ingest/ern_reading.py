"""One reading of one message: finding texts, and collecting problems and warnings on the way.

Readers never stop at a mistake: they note it and go on with a harmless value. `finish` raises when
anything was noted, so such a value never leaves this package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TypeAlias, TypeVar

from policy.ingest import limits
from policy.ingest.delivery import AiLevel, DeliveryWarning, Identifier, Special
from policy.ingest.ern_versions import Version
from policy.ingest.ern_xml import Document
from policy.ingest.identifiers import complaint, identify
from policy.ingest.refusals import MAX_PROBLEMS, MessageRefused, Refusal
from policy.ingest.safe_xml import Element, line_of
from policy.ingest.values import Kind
from policy.lang.diagnostics import did_you_mean, listed, quoted

T = TypeVar("T")

Places: TypeAlias = tuple[Element, ...]
"""Composites to look into, the more specific first."""

MAX_WARNINGS = 200
"""Warnings that a delivery keeps; one more says how many were left out."""

_KNOWN_TRIED = 500
"""References that are compared for a did-you-mean."""

_SPACES = re.compile(r"[ \t\r\n]+")
_UNFOLDED = re.compile(r"^ |  | $|[\t\r\n]").search

AI_LEVELS: Mapping[str, AiLevel] = {"All": "all", "Partly": "partly", "None": "none"}
SPECIALS: Mapping[str, Special] = {
    "GenerativeAI": "generative_ai",
    "Traditional": "traditional",
    "VariousArtists": "various_artists",
    "UserDefined": "user_defined",
}

AI_VALUES: Mapping[str, Mapping[str, object]] = {
    "ContainsAI": AI_LEVELS,
    "AiContribution": AI_LEVELS,
    "SpecialContributor": SPECIALS,
    "SpecialDisplayArtist": SPECIALS,
}
"""The elements about AI and their closed sets, wherever they stand."""


class Reading:
    """The document being read and what was noted about it so far."""

    def __init__(self, document: Document) -> None:
        self.root = document.root
        self.version: Version = document.version
        self.sent_at = datetime(9999, 1, 1, tzinfo=UTC)
        self._document = document
        self._problems: list[Refusal] = []
        self._warnings: list[DeliveryWarning] = []
        self._left_out = 0
        self._lines: list[str] | None = None

    def finish(self) -> None:
        """Raise MessageRefused when there were problems."""
        if self._problems:
            raise MessageRefused(self._problems, self._document.source())

    @property
    def warnings(self) -> tuple[DeliveryWarning, ...]:
        """What was doubted, by line."""
        found = sorted(self._warnings, key=lambda warning: warning.line)
        if self._left_out:
            message = f"{self._left_out} more warnings are left out"
            found.append(DeliveryWarning("more-warnings", message, 0, ""))
        return tuple(found)

    def refuse(
        self, at: Element, code: str, message: str, help: str = "", *, shown: str = ""
    ) -> None:
        """Note a problem at an element; `shown` is the text to point at. Gives up at too many."""
        line = line_of(at)
        column, width = self._column(line, at, shown)
        self._problems.append(
            Refusal(code, message, self._document.path, line, column, width, path_of(at), help)
        )
        if len(self._problems) >= MAX_PROBLEMS:
            self.finish()

    def warn(self, at: Element, code: str, message: str) -> None:
        """Note a doubt at an element."""
        if len(self._warnings) >= MAX_WARNINGS:
            self._left_out += 1
            return
        self._warnings.append(DeliveryWarning(code, message, line_of(at), path_of(at)))

    def text(self, at: Element, path: str, limit: int = limits.TITLE) -> str | None:
        """Text of the first element at a path; None when absent or blank."""
        found = at.find(path)
        return None if found is None else self.checked(found, limit)

    def checked(self, element: Element, limit: int = limits.TITLE) -> str | None:
        """An element's own text, folded, not longer than the catalogue holds; None when blank."""
        text = folded(element)
        if text and len(text) > limit:
            name = name_of(element)
            message = f"the text of `{name}` has {len(text)} characters, more than {limit}"
            self.refuse(element, "too-long", message, shown=text)
            return text[:limit]
        return text

    def required(self, at: Element, path: str, limit: int = limits.TITLE) -> str:
        """As `text`, but absent or blank is a problem."""
        text = self.text(at, path, limit)
        if text is None:
            self.missing(at, path)
        return text or ""

    def definition(self, at: Element, path: str) -> str:
        """The name by which the message refers to something: required, without spaces."""
        text = self.required(at, path, limits.REFERENCE)
        if " " in text:
            message = f"{quoted(text)} is not a reference: it has spaces"
            self.refuse(at, "wrong-value", message, "use letters, digits, `-` and `_`")
        return text

    def missing(self, at: Element, path: str) -> None:
        """Note that an element that must be there is not."""
        message = f"`{name_of(at)}` has no `{path.rpartition('/')[2]}`"
        self.refuse(at, "missing-element", message, f"add `{path}`")

    def first(self, places: Places, paths: Iterable[str], limit: int = limits.TITLE) -> str | None:
        """The default text at the first path that any of the places has."""
        for path in paths:
            for place in places:
                found = default(place.findall(path))
                text = None if found is None else self.checked(found, limit)
                if text is not None:
                    return text
        return None

    def value(self, places: Places, path: str, kind: Kind[T]) -> T | None:
        """A typed value; None when absent, and noted as a problem when it is not of its kind."""
        for place in places:
            found = default(place.findall(path))
            if found is not None:
                return self.read(found, kind)
        return None

    def read(self, element: Element, kind: Kind[T]) -> T | None:
        """The typed value of one element; None when blank or wrong."""
        text = folded(element)
        if text is None:
            return None
        try:
            return kind.read(text)
        except ValueError:
            message = f"{quoted(text)} is not {kind.name}"
            self.refuse(element, "wrong-value", message, f"write `{kind.example}`", shown=text)
            return None

    def choice(self, at: Element, path: str, allowed: Mapping[str, T]) -> T | None:
        """A value of a closed set (the AI elements); None when absent."""
        found = at.find(path)
        return None if found is None else self.word(found, allowed)

    def word(self, element: Element, allowed: Mapping[str, T]) -> T | None:
        """What an element's text stands for in a closed set; None, and noted, for any other."""
        text = folded(element) or ""
        if text not in allowed:
            message = f"{quoted(text)} is not a value of `{name_of(element)}`"
            help = f"use {listed(allowed)}"
            self.refuse(element, "value-not-allowed", message, help, shown=text)
        return allowed.get(text)

    def doubt(self, element: Element, text: str) -> None:
        """Note that DDEX does not know a word, which is kept all the same."""
        message = f"{quoted(text)} is not a known value of `{name_of(element)}`"
        self.warn(element, "unknown-value", message)

    def reference(self, element: Element, known: Mapping[str, object]) -> str | None:
        """A reference to something that the message defines; None, and noted, when it does not."""
        text = folded(element) or ""
        if text in known:
            return text
        message = f"{quoted(text)} is not defined in this message"
        help = did_you_mean(text, islice(known, _KNOWN_TRIED)) if text else ""
        self.refuse(element, "undefined-reference", message, help, shown=text)
        return None

    def identifier(self, scheme: str, element: Element) -> Identifier | None:
        """An identifier, warned about when it is not well-formed; None when blank."""
        value = self.checked(element, limits.OF_SCHEME.get(scheme, limits.ID))
        if value is None:
            return None
        found = identify(scheme, value, self.attribute(element, "Namespace"))
        wrong = complaint(found)
        if wrong is not None:
            self.warn(element, *wrong)
        return found

    def attribute(self, element: Element, name: str, limit: int = limits.ID) -> str:
        """An attribute's text, empty when absent, not longer than the catalogue holds."""
        text = element.get(name)
        if text is None:
            return ""
        text = text.strip()
        if len(text) > limit:
            message = f"the attribute `{name}` has {len(text)} characters, more than {limit}"
            self.refuse(element, "too-long", message)
        return text[:limit]

    def _column(self, line: int, at: Element, shown: str) -> tuple[int, int]:
        """Column and width of `shown` (else of the tag) in its line; 1 when it is not there."""
        if self._lines is None:
            self._lines = self._document.source().text.split("\n")
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        tag = rf"<(?:[\w.-]+:)?{re.escape(name_of(at))}\b"
        if shown:
            match = re.search(rf"{tag}[^>]*>\s*({re.escape(shown)})", text)
            if match:
                return match.start(1) + 1, len(shown)
        match = re.search(tag, text)
        return (match.start() + 1, match.end() - match.start()) if match else (1, 1)


def folded(element: Element) -> str | None:
    """An element's own text, white space of XML trimmed and folded to single spaces."""
    text = element.text
    if text and _UNFOLDED(text):
        text = _SPACES.sub(" ", text).strip(" ")
    return text or None


def name_of(element: Element) -> str:
    """The element's name without namespace."""
    return str(element.tag).rpartition("}")[2]


def path_of(element: Element) -> str:
    """Names from below the root to the element: `ResourceList/SoundRecording/ContainsAI`."""
    return "/".join(reversed([*_names(element)])) or name_of(element)


def _names(element: Element) -> Iterator[str]:
    parent = element.getparent()
    while parent is not None:
        yield name_of(element)
        element, parent = parent, parent.getparent()


def default(elements: list[Element]) -> Element | None:
    """The one marked as default, else the first without a language of its own, else the first."""
    for element in elements:
        if element.get("IsDefault") in ("true", "1"):
            return element
    for element in elements:
        if element.get("LanguageAndScriptCode") is None:
            return element
    return elements[0] if elements else None
