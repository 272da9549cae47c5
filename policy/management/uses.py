"""What commands about uses share: who and what is meant, and how an answer is told."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from policy.lang.plan import EFFECTS
from policy.management.output import instant
from policy.management.words import counted
from policy.models import Job, Track, Usage, UsageCheck
from policy.selectors.usage_answers import Situation, situations_of
from policy.services.attributions import Drawn
from policy.services.usage_catalogue import CatalogueQuery

SHOWN = 10
"""Situations that are told one by one."""


def usage_argument(parser: CommandParser) -> None:
    """Add which use is meant."""
    parser.add_argument("usage", metavar="UUID", type=UUID, help="the use, as it was registered")


def tracks_arguments(parser: CommandParser) -> None:
    """Add which tracks are meant: by name, or by a query of the catalogue."""
    listed = parser.add_argument_group("tracks, listed")
    listed.add_argument("--track", metavar="UUID", type=UUID, action="append", default=[])
    listed.add_argument("--isrc", action="append", default=[], help="all tracks with an ISRC")
    asked = parser.add_argument_group("or those of the catalogue that meet all of")
    asked.add_argument("--all", action="store_true", help="the whole catalogue")
    asked.add_argument("--label", default="", help="their record label")
    asked.add_argument("--artist", default="", help="their display artist")
    asked.add_argument("--account", metavar="KEY", default="", help="who delivered them")
    asked.add_argument("--release", metavar="UUID", type=UUID, help="the release they are on")


def period_arguments(parser: CommandParser) -> None:
    """Add when and where."""
    parser.add_argument("--from", dest="starts_at", metavar="INSTANT", type=instant, help="start")
    parser.add_argument("--until", dest="ends_at", metavar="INSTANT", type=instant, help="its end")
    parser.add_argument(
        "--territory", metavar="CODE", action="append", default=[], help="where (default: anywhere)"
    )


def usage_named(uuid: UUID) -> Usage:
    """The use of a UUID. Refuses one that names none."""
    found = Usage.objects.select_related("licensee").filter(uuid=uuid).first()
    if found is None:
        raise CommandError(f"there is no use `{uuid}`")
    return found


def drawn(uuids: list[UUID], isrcs: list[str]) -> tuple[Drawn, ...]:
    """The tracks that are listed. Refuses a name that no track has."""
    keys = [isrc.replace("-", "").upper() for isrc in isrcs]
    there = Track.objects.filter(removed_at=None)
    rows = [*there.filter(uuid__in=uuids), *there.filter(isrc__in=keys)]
    found = {*(row.uuid for row in rows), *(row.isrc for row in rows)}
    missing = [name for name in (*uuids, *keys) if name not in found]
    if missing:
        raise CommandError("there is no track " + ", ".join(f"`{name}`" for name in missing))
    return tuple(Drawn(pk) for pk in sorted({row.pk for row in rows}))


def query(options: dict[str, object]) -> CatalogueQuery | None:
    """The query that was asked for; None for none."""
    names = ("label", "artist", "account", "release")
    if not options["all"] and not any(options[name] for name in names):
        return None
    release = options["release"]
    return CatalogueQuery(
        record_label=str(options["label"]),
        artist=str(options["artist"]),
        account=str(options["account"]),
        release=release if isinstance(release, UUID) else None,
    )


def told(usage: Usage) -> str:
    """A use in one line."""
    model = " ".join(part for part in (usage.model, usage.model_version) if part)
    where = ", ".join(usage.territories) or "everywhere"
    return (
        f"{usage.reference}: {usage.kind} by {usage.licensee.name}"
        + (f" for {model}" if model else "")
        + f", {usage.stage}, from {usage.starts_at:%Y-%m-%d}"
        + (f" until {usage.ends_at:%Y-%m-%d}" if usage.ends_at else "")
        + f", {where}"
    )


def answer_told(found: UsageCheck | Job) -> Iterator[str]:
    """An answer in lines: how many tracks, and what stands in the way of how many."""
    if isinstance(found, Job):
        yield "too many tracks to answer at once: a worker answers, ask again with usage_check"
        return
    numbers = ", ".join(
        f"{word} {found.counts[word]:,}" for word in EFFECTS if word in found.counts
    )
    yield f"{counted(found.tracks, 'track')} as of {found.as_of:%Y-%m-%d %H:%M} UTC: {numbers}"
    situations = situations_of(found)
    yield from (f"  {_situation(each)}" for each in situations[:SHOWN])
    if len(situations) > SHOWN:
        yield f"  and {counted(len(situations) - SHOWN, 'further situation')}"


def _situation(each: Situation) -> str:
    against = ", ".join(each.layers)
    because = ", ".join(each.reasons)
    return (
        f"{each.decision.effect:8} {each.tracks:>9,}"
        + (f"  {because}" if because else "")
        + (f" ({against})" if against else "")
    ).rstrip()
