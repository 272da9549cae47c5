"""What somebody wants to have recorded on AI uses, the document behind it, and what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from policy.detect.names import artist_key, name_key
from policy.ingest.allowed_values import TERRITORY
from policy.ingest.identifiers import complaint, identify
from policy.lang.words import USES
from policy.models import Condition, Consent, Layer, Party, Release, Track

Scope = Consent.Scope
Subject: TypeAlias = Release | Track | str | None
"""What a statement is about: a row, the name of a label or artist, an ISRC or ISWC; None for all
that its grantor has."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field, and the way out."""

    field: str
    message: str


class ConsentRefused(Exception):
    """Nothing was recorded, for these mistakes."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.message}" for one in mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document by which a statement is known: its name and SHA-256. The bytes are not kept."""

    name: str
    digest: str

    @classmethod
    def of(cls, name: str, content: bytes) -> Evidence:
        """The evidence that bytes are."""
        return cls(name, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One statement on some uses. No territories are everywhere; no beginning is now."""

    grantor: Party
    layer: str
    uses: tuple[str, ...]
    decision: str
    scope: str = Scope.CATALOGUE.value
    subject: Subject = None
    licensee: Party | None = None
    model: str = ""
    model_version: str = ""
    territories: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    condition: str = Condition.NONE.value
    terms: str = ""
    source: str = Consent.Source.PORTAL.value
    assurance: str = Consent.Assurance.SELF_DECLARED.value

    @property
    def key(self) -> str:
        """The subject as the catalogue's keys are written; empty for a row and for all works."""
        return subject_key(self.scope, self.subject) if isinstance(self.subject, str) else ""


def subject_key(scope: str, name: str) -> str:
    """The name of a label or artist, an ISRC or an ISWC as statements keep it."""
    if scope == Scope.RECORDING:
        return identify("isrc", name).key
    if scope == Scope.WORK:
        return identify("iswc", name).key
    return artist_key(name) if scope == Scope.ARTIST else name_key(name)


def mistakes(saying: Saying) -> list[Mistake]:
    """All that is wrong with a statement; none when it can be recorded."""
    return [*_words(saying), *_subject(saying), *_places(saying), *_terms(saying)]


def _words(said: Saying) -> Iterator[Mistake]:
    closed = (
        ("layer", said.layer, Layer.values),
        ("decision", said.decision, ["granted", "denied"]),
        ("condition", said.condition, Condition.values),
        ("source", said.source, Consent.Source.values),
        ("assurance", said.assurance, Consent.Assurance.values),
        *(("use", use, USES) for use in said.uses),
    )
    for field, word, words in closed:
        if word not in words:
            yield Mistake(field, f"`{word}` is none of {', '.join(words)}")
    if not said.uses:
        yield Mistake("use", "name at least one use")


def _subject(said: Saying) -> Iterator[Mistake]:
    kinds: dict[str, type] = {"catalogue": type(None), "release": Release, "track": Track}
    if said.scope not in Scope.values:
        yield Mistake("scope", f"`{said.scope}` is none of {', '.join(Scope.values)}")
    elif not isinstance(said.subject, kinds.get(said.scope, str)):
        yield Mistake("subject", _NEEDED[Scope(said.scope)])
    elif isinstance(said.subject, str):
        yield from _name(said.scope, said.subject)


_NEEDED = {
    Scope.CATALOGUE: "a statement on all works names none of them",
    Scope.LABEL: "name the record label",
    Scope.ARTIST: "name the artist",
    Scope.RELEASE: "name a release of the catalogue",
    Scope.WORK: "give the ISWC of the work",
    Scope.RECORDING: "give the ISRC of the recording",
    Scope.TRACK: "name a track of the catalogue",
}


def _name(scope: str, name: str) -> Iterator[Mistake]:
    numbers = {Scope.RECORDING.value: "isrc", Scope.WORK.value: "iswc"}
    fault = complaint(identify(numbers[scope], name)) if scope in numbers and name else None
    if fault is not None:
        yield Mistake("subject", fault[1])
    elif not subject_key(scope, name) or len(subject_key(scope, name)) > 500:
        yield Mistake("subject", _NEEDED[Scope(scope)])


def _places(said: Saying) -> Iterator[Mistake]:
    for field, codes in (("territories", said.territories), ("excluded", said.excluded)):
        for code in codes:
            if not TERRITORY.fullmatch(code):
                yield Mistake(field, f"`{code}` is no territory code: write one such as `DE`")
    if "Worldwide" in said.excluded:
        yield Mistake("excluded", "a statement that leaves out the world says nothing")
    elif said.territories and not set(said.territories) - set(said.excluded):
        yield Mistake("excluded", "no territory is left")


def _terms(said: Saying) -> Iterator[Mistake]:
    if said.valid_from and said.valid_until and said.valid_until <= said.valid_from:
        yield Mistake("valid_until", "the end must come after the beginning")
    if said.model_version and not said.model:
        yield Mistake("model_version", "name the model that it is a version of")
    if said.condition != Condition.NONE and said.decision != Consent.Decision.GRANTED:
        yield Mistake("condition", "only a grant can have a condition")
    longest = {"model": 200, "model_version": 100, "terms": 500}
    for field, length in longest.items():
        if len(getattr(said, field)) > length:
            yield Mistake(field, f"more than {length} characters")
