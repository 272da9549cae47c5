"""The Free Music Archive's rock and hip-hop as a catalogue: messages from its table of tracks.

The table has no artists and no albums. Tracks that came up in one minute under one licence are
taken for one release, which is how albums were uploaded; its holder is the publisher or composer
that the table names, else `FMA upload` and the minute. One holder has all of master and publishing.
So the world is a plausible one over real titles, lengths, dates and licences, not the true one.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from policy.models import Account, Consent
from policy.services.consent_files import Imported, consent_file_import
from policy.services.consent_rows import LICENCES, FileOf
from policy.services.ingest import delivery_record
from tests import factories
from tests.factories import NOW

Row: TypeAlias = Mapping[str, str]

KEY = "fma"
SENDER = "Free Music Archive"
MOST = 4_000
"""Tracks of one message; the door takes 5,000, and parties count too."""


def rows(text: str) -> list[Row]:
    """The rows of the table, in order."""
    return list(csv.DictReader(io.StringIO(text)))


def messages(table: Sequence[Row]) -> Iterator[bytes]:
    """JSON deliveries of many releases each."""
    groups: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in table:
        groups[row["date_created"], row["license"], holder(row)].append(row)
    batch: list[list[Row]] = []
    for group in groups.values():
        if batch and sum(map(len, batch)) + len(group) > MOST:
            yield _message(batch)
            batch = []
        batch.append(group)
    if batch:
        yield _message(batch)


def holder(row: Row) -> str:
    """Who is taken to hold the rights of a track."""
    named = row["publisher"].strip() or row["composer"].strip()
    return named[:200] or f"FMA upload {row['date_created'] or 'undated'}"


def fma_world(*, table: bytes, licence_map: bytes) -> tuple[Account, Imported]:
    """All tracks of a table delivered, and what their licences say recorded."""
    account = factories.account(key=KEY, name=SENDER)
    for number, raw in enumerate(messages(rows(table.decode()))):
        delivery_record(raw=raw, account=account, file_name=f"fma-{number}.json", received_at=NOW)
    return account, consent_file_import(
        file=FileOf(
            raw=table,
            name="fma-rock-vs-hiphop.csv",
            format=LICENCES,
            account=account,
            licence_map=licence_map,
            licence_map_name="fma-licence-map.csv",
        ),
        at=NOW,
    )


def shared_tables(folder: Path) -> dict[str, bytes]:
    """The real table and its map, as `fma_world` takes them."""
    return {
        "table": (folder / "fma" / "fma-rock-vs-hiphop.csv").read_bytes(),
        "licence_map": (folder / "consent" / "fma-licence-map.csv").read_bytes(),
    }


def _message(batch: Sequence[Sequence[Row]]) -> bytes:
    names = {holder(row): "" for group in batch for row in group}
    parties = {name: f"P{number}" for number, name in enumerate(names, 1)}
    first = batch[0][0]["track_id"]
    document = {
        "format": "catalogue/1",
        "message_id": f"fma-{first}",
        "created_at": NOW.isoformat(),
        "sender": {"name": SENDER},
        "parties": [{"reference": id, "name": name} for name, id in parties.items()],
        "tracks": [_track(row, parties[holder(row)]) for group in batch for row in group],
        "releases": [_release(group, parties[holder(group[0])]) for group in batch],
    }
    return json.dumps(document).encode()


def _track(row: Row, party: str) -> dict[str, Any]:
    return {
        "reference": row["track_id"],
        "title": row["title"][:500].strip() or "Untitled",
        "display_artist": holder(row),
        "duration_seconds": int(row["duration"]),
        "genre": row["genre_top"],
        "language": row["language_code"],
        "contributors": [{"party": party, "role": "MainArtist"}],
        "shares": [
            {"party": party, "layer": layer, "percentage": 100}
            for layer in ("master", "publishing")
        ],
    }


def _release(group: Sequence[Row], party: str) -> dict[str, Any]:
    first = group[0]
    return {
        "reference": f"R{first['track_id']}",
        "title": f"{holder(first)}, {first['date_created'] or 'undated'}",
        "artist": holder(first),
        "type": "Album" if len(group) > 6 else "EP" if len(group) > 2 else "Single",
        "ids": [{"scheme": "proprietary", "value": f"fma-{first['track_id']}", "namespace": "FMA"}],
        "record_label": party,
        "release_date": _day(first["date_created"]),
        "tracks": [row["track_id"] for row in group],
    }


def _day(text: str) -> str | None:
    if not text:
        return None
    return datetime.strptime(text, "%m/%d/%Y %H:%M").replace(tzinfo=UTC).date().isoformat()


LICENCES_INVENTED = (
    ("Attribution", "BY", "allowed", "allowed"),
    ("Attribution-ShareAlike", "BY-SA", "allowed", "share_alike"),
    ("Attribution-NonCommercial", "BY-NC", "not_allowed", "allowed"),
    ("Attribution-NoDerivatives", "BY-ND", "allowed", "not_allowed"),
    ("Public domain", "CC0/PD", "allowed", "allowed"),
    ("house rules", "other", "unknown", "unknown"),
)


def invented_tables(count: int) -> dict[str, bytes]:
    """A table of the same columns with invented tracks: each licence in turn, every seventh track
    without any; three tracks an upload."""
    names = ("track_id", "title", "license", "publisher", "composer", "date_created", "duration")
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow((*names, "genre_top", "language_code", "listens"))
    for number in range(1, count + 1):
        upload = (number - 1) // 3
        licence = "" if upload % 7 == 6 else LICENCES_INVENTED[upload % 7][0]
        by = f"Press {upload % 40}" if upload % 5 == 0 else ""
        minute = f"1/{upload % 28 + 1}/2009 {upload // 28 % 24}:{upload // 672:02}"
        row = (number, f"Invented {number}", licence, by, "", minute, 60 + number % 200)
        writer.writerow((*row, "Rock", "en", number))
    maps = [",".join(("licence_text", "cc_code", "commercial_use", "derivatives"))]
    maps += [",".join(one) for one in LICENCES_INVENTED]
    return {"table": table.getvalue().encode(), "licence_map": "\n".join(maps).encode()}


def answers() -> Counter[tuple[str, str, str]]:
    """How many tracks have each answer of the master's holder."""
    rows = Consent.objects.filter(layer="master", scope="track")
    return Counter(rows.values_list("use", "decision", "condition"))
