"""Releases of an account: found by their identifiers, and brought to what a message says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from policy.detect.names import artist_key, title_key
from policy.ingest.delivery import DeliveredRelease, Identifier, PurgedRelease
from policy.ingest.refusals import MessageRefused, Refusal
from policy.models import Account, Delivery, Release

_KEY_LENGTH = 120
_SCHEMES = ("icpn", "grid", "proprietary", "catalog_number", "isrc")
"""Identifiers that name a release of an account, the most telling first."""


@dataclass(frozen=True, slots=True)
class Found:
    """Releases that a message names and the rows that were there for them, in the same order."""

    delivered: tuple[DeliveredRelease | PurgedRelease, ...]
    rows: tuple[Release | None, ...]

    def stale(self, created_at: datetime) -> tuple[Release, ...]:
        """The rows that a later message has already changed."""
        return tuple(row for row in self.rows if row and row.message_created_at > created_at)


def release_keys(delivered: DeliveredRelease | PurgedRelease) -> tuple[str, ...]:
    """What a release may be known by within its account, the most telling first; never empty.

    One without any identifier is known by its title and artist.
    """
    ids = sorted(
        (id for id in _ids(delivered) if id.scheme in _SCHEMES),
        key=lambda id: _SCHEMES.index(id.scheme),
    )
    keys = [_short(":".join(filter(None, (id.scheme, id.namespace, id.key)))) for id in ids]
    names = (title_key(delivered.title or ""), artist_key(delivered.artist or ""))
    return tuple(dict.fromkeys(keys)) or (_short("title:" + "|".join(names)),)


def releases_find(
    *,
    account: Account,
    delivered: Sequence[DeliveredRelease | PurgedRelease],
    path: str,
) -> Found:
    """Find the rows of a message's releases; one query.

    Raises MessageRefused when two of them have one identity; `path` is what it prints.
    """
    keys = [release_keys(one) for one in delivered]
    grids = {id.key for one in delivered for id in _ids(one) if id.scheme == "grid"}
    wanted = Q(key__in={key for group in keys for key in group})
    if grids:
        wanted |= Q(grid__in=grids)
    known: dict[str, Release] = {}
    for row in Release.objects.filter(wanted, account=account).order_by("pk"):
        known[row.key] = row
        if row.grid:
            known.setdefault(_short(f"grid:{row.grid}"), row)
    rows = tuple(next((known[key] for key in group if key in known), None) for group in keys)
    _refuse_twins(keys, rows, delivered, path)
    return Found(tuple(delivered), rows)


def releases_store(
    *, found: Sequence[tuple[DeliveredRelease, Release | None]], delivery: Delivery
) -> list[Release]:
    """Write what a message says of its releases; at most two queries."""
    rows = [_fill(row or Release(account=delivery.account), one, delivery) for one, row in found]
    Release.objects.bulk_create([row for row in rows if row._state.adding])
    kept = [row for row, (_, before) in zip(rows, found, strict=True) if before is not None]
    if kept:
        Release.objects.bulk_update(kept, _FIELDS)
    return rows


def releases_purge(
    *, found: Sequence[tuple[PurgedRelease, Release | None]], delivery: Delivery
) -> None:
    """Mark releases as sent by mistake; at most two queries.

    One that was never here gets a row all the same: messages of it that are older than the purge
    may still be on their way.
    """
    Release.objects.bulk_create(_purged(one, delivery) for one, row in found if row is None)
    Release.objects.filter(pk__in=[row.pk for _, row in found if row is not None]).update(
        purged_at=delivery.received_at,
        delivered_at=delivery.received_at,
        message_created_at=delivery.message_created_at,
        delivery=delivery,
    )


def _purged(one: PurgedRelease, delivery: Delivery) -> Release:
    numbers = {id.scheme: id for id in reversed(one.ids)}
    icpn, grid = numbers.get("icpn"), numbers.get("grid")
    return Release(
        account=delivery.account,
        key=release_keys(one)[0],
        icpn=icpn.value if icpn else "",
        icpn_valid=icpn is not None and icpn.valid,
        grid=grid.key if grid else "",
        title=one.title or "",
        display_artist=one.artist or "",
        delivered_at=delivery.received_at,
        message_created_at=delivery.message_created_at,
        delivery=delivery,
        purged_at=delivery.received_at,
    )


_FIELDS = (
    "key", "icpn", "icpn_valid", "grid", "type", "title", "display_artist", "record_label", "genre",
    "release_date", "contains_ai", "delivered_at", "message_created_at", "delivery", "purged_at",
)  # fmt: skip


def _fill(row: Release, one: DeliveredRelease, delivery: Delivery) -> Release:
    row.key = release_keys(one)[0]
    row.icpn = one.icpn.value if one.icpn else ""
    row.icpn_valid = one.icpn is not None and one.icpn.valid
    row.grid = one.grid.key if one.grid else ""
    row.type = one.type
    row.title = one.title
    row.display_artist = one.artist
    row.record_label = one.record_label_name or ""
    row.genre = one.genre or ""
    row.release_date = one.release_date
    row.contains_ai = one.contains_ai
    row.delivered_at = delivery.received_at
    row.message_created_at = delivery.message_created_at
    row.delivery = delivery
    row.purged_at = None
    return row


def _refuse_twins(
    keys: Sequence[tuple[str, ...]],
    rows: Sequence[Release | None],
    delivered: Sequence[DeliveredRelease | PurgedRelease],
    path: str,
) -> None:
    """Two releases of one message that are the same release cannot both be the last word."""
    seen: dict[object, str] = {}
    problems = []
    for group, row, one in zip(keys, rows, delivered, strict=True):
        identity = row.pk if row else group[0]
        if identity in seen:
            message = f"the releases `{seen[identity]}` and `{one.title}` have the same identifier"
            help = "give each release its own ICPN or GRid, or send one of them"
            problems.append(Refusal("release-twice", message, path, help=help))
        seen[identity] = one.title or ""
    if problems:
        raise MessageRefused(problems)


def _ids(one: DeliveredRelease | PurgedRelease) -> Iterable[Identifier]:
    if isinstance(one, PurgedRelease):
        return one.ids
    named = (one.icpn, one.grid)
    numbers = [id for id in named if id is not None]
    if one.catalog_number:
        numbers.append(Identifier("catalog_number", one.catalog_number, one.catalog_number))
    return (*numbers, *one.other_ids)


def _short(key: str) -> str:
    """A key as long as its column; the digest of one that is longer."""
    if len(key) <= _KEY_LENGTH:
        return key
    return f"sha-256:{hashlib.sha256(key.encode()).hexdigest()}"
