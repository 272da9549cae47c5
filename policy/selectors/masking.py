"""What somebody may not see of a track that they may see: other parties' private facts.

Names and roles are public credits. Private are other parties' shares and terms of consent, who
else was recognised in a voice, what the deliverer delivers otherwise, and what other accounts have
in the catalogue. A masked value is said to be masked, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from policy.engines.rows import Explained
from policy.lang.source import Span
from policy.models import Involvement
from policy.selectors.rule_text import Hider
from policy.selectors.visibility import User, parties_of, sight_of

HIDDEN: Final = "(hidden)"
"""Stands in an exported document for a value that its reader may not see."""

_CATALOGUE = "track.duplicates"
_DELIVERER = (
    "tracks_last_day",
    "tracks_last_week",
    "ai_tracks_last_week",
    "days_active",
)
_OF_PARTY = {
    # list: (field that names whose it is, fields that are then private)
    "parties": ("name", ("basis_points", "territories")),
    "consents": (
        "grantor",
        (
            "grantor",
            "territories",
            "excluded_territories",
            "valid_from",
            "valid_until",
            "source",
            "condition",
            "condition_met",
        ),
    ),
    "detections": ("party", ("party", "party_consented", "party_contributes")),
}
_SHARES = ("basis_points",)
_PRIVATE = frozenset(field for _, fields in _OF_PARTY.values() for field in fields)

_FACT = re.compile(r"\btrack(?:\.\w+)+")
_OF_ITEM = re.compile(r"\b(?!track\b|params\b)[A-Za-z_]\w*\.(\w+)")

Path: TypeAlias = tuple[str, ...]

WHY = (
    "Hidden here: what other parties hold and have agreed to, and what other accounts deliver. "
    "The rules saw it; the service can see it."
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: names of their own parties, and whether the track is delivered by their account.

    `everything` is staff. A name that another party of the track bears too is not in `names`.
    """

    everything: bool
    names: frozenset[str] = frozenset()
    delivers: bool = False

    def document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The fact document with HIDDEN in place of what the reader may not see."""
        if self.everything or not isinstance(document.get("track"), dict):
            return dict(document)
        track = dict(document["track"])
        track["duplicates"] = _all_hidden(track.get("duplicates"))
        if isinstance(track.get("deliverer"), dict) and not self.delivers:
            track["deliverer"] = _hide(track["deliverer"], _DELIVERER)
        for name, (owner, private) in _OF_PARTY.items():
            track[name] = [self._item(item, owner, private) for item in track.get(name, ())]
        track["shares"] = [_hide(item, _SHARES) for item in track.get("shares", ())]
        return {**document, "track": track, "sources": self._sources(document)}

    def hider(self, document: Mapping[str, Any], ranges: Mapping[Span, Path]) -> Hider:
        """What to hide in a rule's text; `ranges` are the lists of facts that quantifiers ask."""
        return Hider() if self.everything else _Hider(self.document(document), ranges)

    def _sources(self, document: Mapping[str, Any]) -> dict[str, list[str]]:
        """Only the kinds of sources: the rows themselves may be another account's."""
        found: Mapping[str, Sequence[str]] = document.get("sources", {})
        return {
            path: sorted({source.partition(":")[0] for source in sources})
            for path, sources in found.items()
        }

    def _item(self, item: Any, owner: str, private: Sequence[str]) -> Any:
        own = not item.get(owner) or item[owner] in self.names
        return item if own else _hide(item, private)


def private_paths() -> frozenset[Path]:
    """The facts that may be hidden from somebody, fields of list items by the list's path."""
    found = {tuple(_CATALOGUE.split(".")), ("track", "shares", *_SHARES)}
    found |= {("track", "deliverer", field) for field in _DELIVERER}
    found |= {("track", name, field) for name, (_, fields) in _OF_PARTY.items() for field in fields}
    return frozenset(found)


def hidden_paths(masked: Mapping[str, Any]) -> frozenset[Path]:
    """Those that are hidden in a reader's copy of a document, of a list in at least one item."""
    return frozenset(
        path for path in private_paths() if _contains_hidden(_look_through(masked, path))
    )


def reader_of(user: User, track_id: int, account_id: int) -> Reader:
    """Who reads about a track of that account; two queries for those who are not staff."""
    sight = sight_of(user)
    if sight.everything:
        return Reader(everything=True)
    own = set(parties_of(user).values_list("name", flat=True))
    involved = Involvement.objects.filter(track=track_id, party__name__in=own)
    others = involved.exclude(party__in=sight.parties).values_list("party__name", flat=True)
    return Reader(
        everything=False,
        names=frozenset(own - set(others)),
        delivers=account_id in sight.accounts,
    )


class _Hider(Hider):
    def __init__(self, masked: Mapping[str, Any], ranges: Mapping[Span, Path]) -> None:
        self._masked = masked
        self._ranges = ranges

    def hides(self, label: str, within: Sequence[Explained]) -> bool:
        """Whether the value of a label shows what the reader's copy of the document hides."""
        facts = [_look(self._masked, path.split(".")) for path in _FACT.findall(label)]
        if any(_contains_hidden(fact) for fact in facts if not isinstance(fact, list)):
            return True
        if _FACT.fullmatch(label):
            return any(map(_contains_hidden, facts))
        return any(
            self._hides_field(field, quantifier)
            for field in _OF_ITEM.findall(label)
            for quantifier in within
        )

    def _hides_field(self, field: str, quantifier: Explained) -> bool:
        """Whether that field is private in the item that decided; when nobody can tell, it is."""
        items = _look(self._masked, self._ranges.get(quantifier.span, ()))
        if isinstance(items, list) and quantifier.witness is not None:
            item = items[quantifier.witness] if quantifier.witness < len(items) else {}
            return bool(item.get(field) == HIDDEN)
        return field in _PRIVATE


def _hide(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: HIDDEN if name in names else value for name, value in record.items()}


def _all_hidden(record: Any) -> Any:
    return _hide(record, tuple(record)) if isinstance(record, dict) else record


def _look(document: Any, path: Sequence[str]) -> Any:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _look_through(document: Any, path: Sequence[str]) -> Any:
    """As `_look`, going into every item of a list."""
    for place, name in enumerate(path):
        if isinstance(document, list):
            return [_look_through(item, path[place:]) for item in document]
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _contains_hidden(value: Any) -> bool:
    match value:
        case dict():
            return any(map(_contains_hidden, value.values()))
        case list():
            return any(map(_contains_hidden, value))
        case _:
            return bool(value == HIDDEN)
