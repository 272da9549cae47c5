"""Names in a file of consents, found among the rows that they mean; a query for each sort of name.

A party is named by its UUID or its name, a release by UUID, ICPN or GRid, a track by UUID, or, when
the account that delivered it is told, by its place there. A name that means nobody, or several, is
a mistake: nothing is said in somebody's name by a guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from policy.ingest.consents.statements import FileStatement
from policy.ingest.identifiers import identify
from policy.ingest.refusals import Refusal
from policy.lang.diagnostics import quoted
from policy.lang.words import LAYERS, Layer
from policy.models import Account, Party, Release, Share, Track
from policy.services.parties import key_of

T = TypeVar("T")

CHUNK = 5_000
"""Names of one query: below what SQLite takes as parameters."""

_HELP = {
    "party": "give its UUID; `manage.py` pages and the API show it",
    "release": "give its UUID, ICPN or GRid",
    "track": "give its UUID, or name the account whose references are meant",
}


@dataclass(slots=True)
class Names:
    """Ids of rows by name; several where a name is not one row's alone."""

    parties: Mapping[str, set[int]] = field(default_factory=dict)
    releases: Mapping[str, set[int]] = field(default_factory=dict)
    tracks: Mapping[str, set[int]] = field(default_factory=dict)
    problems: list[Refusal] = field(default_factory=list)
    path: str = ""

    def party(self, name: str, at: FileStatement) -> int | None:
        """The party of a name; a mistake at the statement when there is not exactly one."""
        return self._one("party", self.parties, name, at)

    def release(self, at: FileStatement) -> int | None:
        """The release that a statement is about."""
        return self._one("release", self.releases, at.subject, at)

    def track(self, at: FileStatement) -> int | None:
        """The track that a statement is about."""
        return self._one("track", self.tracks, at.subject, at)

    def _one(
        self, kind: str, rows: Mapping[str, set[int]], name: str, at: FileStatement
    ) -> int | None:
        found = rows.get(name, set())
        if len(found) == 1:
            return next(iter(found))
        count = f"{len(found):,} rows are" if found else f"there is no {kind}"
        message = f"{count} called {quoted(name)}" if found else f"{count} {quoted(name)}"
        self.problems.append(
            Refusal(
                f"unknown-{kind}", message, self.path, at.line or None, at.column, help=_HELP[kind]
            )
        )
        return None


def names_find(*, statements: Sequence[FileStatement], account: Account | None, path: str) -> Names:
    """Look up every name in the statements; a constant number of queries per CHUNK of names."""
    people = {name for one in statements for name in (one.grantor, one.licensee) if name}
    return Names(
        parties=_parties(people),
        releases=_releases({one.subject for one in statements if one.scope == "release"}),
        tracks=_tracks({one.subject for one in statements if one.scope == "track"}, account),
        path=path,
    )


def layers_of(party: Party) -> tuple[Layer, ...]:
    """The layers in which a party has a share of anything."""
    rows = Share.objects.filter(party=party).order_by("layer")
    there = set(rows.values_list("layer", flat=True).distinct())
    return tuple(layer for layer in LAYERS if layer in there)


def holders(tracks: Iterable[int], layers: Sequence[Layer]) -> dict[int, dict[Layer, set[int]]]:
    """Ids of the parties with a share of each track, by layer; one query per CHUNK."""
    words: dict[str, Layer] = {layer: layer for layer in layers}
    found: dict[int, dict[Layer, set[int]]] = defaultdict(lambda: defaultdict(set))
    for chunk in chunks(sorted(set(tracks))):
        rows = Share.objects.filter(track__in=chunk, layer__in=layers).exclude(basis_points=0)
        for track, layer, party in rows.values_list("track", "layer", "party"):
            found[track][words[layer]].add(party)
    return found


def _parties(names: set[str]) -> Mapping[str, set[int]]:
    uuids, plain = _apart(names)
    found = _by_uuid(Party, uuids)
    by_key = defaultdict(set)
    for chunk in chunks(sorted({key_of(name) for name in plain})):
        for pk, key in Party.objects.filter(name_key__in=chunk).values_list("pk", "name_key"):
            by_key[key].add(pk)
    return found | {name: by_key[key_of(name)] for name in plain if key_of(name) in by_key}


def _releases(names: set[str]) -> Mapping[str, set[int]]:
    uuids, plain = _apart(names)
    found = _by_uuid(Release, uuids)
    keys = {
        f"{scheme}:{identify(scheme, name).key}": name
        for name in plain
        for scheme in ("icpn", "grid")
    }
    for chunk in chunks(sorted(keys)):
        for pk, key in Release.objects.filter(key__in=chunk).values_list("pk", "key"):
            found.setdefault(keys[key], set()).add(pk)
    return found


def _tracks(names: set[str], account: Account | None) -> Mapping[str, set[int]]:
    uuids, plain = _apart(names)
    found = _by_uuid(Track, uuids)
    if account is not None:
        for chunk in chunks(sorted(plain)):
            there = Track.objects.filter(account=account, removed_at=None, reference__in=chunk)
            for pk, reference in there.values_list("pk", "reference"):
                found.setdefault(reference, set()).add(pk)
    return found


def _by_uuid(
    model: type[Party | Release | Track], uuids: Mapping[UUID, str]
) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for chunk in chunks(sorted(uuids)):
        rows = model._default_manager.filter(uuid__in=chunk)
        found |= {uuids[uuid]: {pk} for pk, uuid in rows.values_list("pk", "uuid")}
    return found


def _apart(names: Iterable[str]) -> tuple[dict[UUID, str], set[str]]:
    """UUIDs, and names that are none."""
    uuids: dict[UUID, str] = {}
    plain: set[str] = set()
    for name in names:
        try:
            uuids[UUID(name)] = name
        except ValueError:
            plain.add(name)
    return uuids, plain


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values, at most CHUNK at a time."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
