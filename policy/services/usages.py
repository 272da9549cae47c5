"""Uses of tracks by AI are registered, reported and stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from policy.lang.territories import CODES, WORLDWIDE
from policy.lang.words import USES
from policy.models import Attribution, Party, Track, Usage
from policy.services import attributions
from policy.services.attributions import Drawn, attributions_store
from policy.services.audit import audit_record
from policy.services.usage_catalogue import CatalogueQuery

Stage = Usage.Stage

MOST_UNITS = 10_000_000_000
"""Of one use: a database adds up many such weights, which are millionths of a unit, as integers."""

LONGEST = {
    "model": 200, "model_version": 100, "attribution_method": 100, "output_reference": 200,
}  # fmt: skip
"""Characters that texts of a use have at most."""

_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class UsageRefused(Exception):
    """A use cannot be registered or changed as said; `mistakes` are all reasons, in sentences."""

    def __init__(self, *mistakes: str) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSaid:
    """What a licensee says of a use, planned or past.

    `territories` are codes, none is everywhere. Its tracks are `draws`, or found by `query`.
    `units` is how often it took place, by its kind (`policy.models.Usage`). `ends_at` is exclusive;
    without it a planned use is open and a past one was over at once.
    """

    licensee: Party
    reference: str
    kind: str
    starts_at: datetime
    ends_at: datetime | None = None
    model: str = ""
    model_version: str = ""
    research: bool = False
    territories: tuple[str, ...] = ()
    query: CatalogueQuery | None = None
    draws: tuple[Drawn, ...] = ()
    units: int = 0
    artificial_units: int = 0
    attribution_method: str = ""
    output_track_id: int | None = None
    output_reference: str = ""

    def mistakes(self) -> Iterator[str]:
        """What is wrong, in a sentence each; two queries at most."""
        yield from plain_mistakes(self)
        yield from self.query.mistakes() if self.query else ()
        yield from _missing_tracks(self)

    def columns(self) -> dict[str, Any]:
        """The columns of its row that are said."""
        named = () if WORLDWIDE in self.territories else sorted(set(self.territories))
        return {
            "kind": self.kind,
            "model": self.model,
            "model_version": self.model_version,
            "research": self.research,
            "territories": list(named),
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "query": self.query.as_json() if self.query else {},
            "units": self.units,
            "artificial_units": self.artificial_units,
            "attribution_method": self.attribution_method,
            "output_track_id": self.output_track_id,
            "output_reference": self.output_reference,
        }


@dataclass(frozen=True, slots=True)
class Registered:
    """A use, and whether it is new or changed; if not, it was said before in just this way."""

    usage: Usage
    new: bool


def usage_register(
    *, said: UsageSaid, actor: User | None, at: datetime, stage: str = Stage.PLANNED
) -> Registered:
    """Put a use on record under its licensee's reference; the same again is the same row.

    Raises UsageRefused with all mistakes, or with what differs from the use of that reference.
    """
    _refuse(said.mistakes())
    with transaction.atomic():
        before = _locked(said)
        if before is not None:
            _refuse(_differences(before, said, stage))
            return Registered(before, new=False)
        usage = _create(said, stage, actor, at)
    return Registered(usage, new=True)


def usage_report(*, said: UsageSaid, actor: User | None, at: datetime) -> Registered:
    """Put on record that a use took place. One that was planned under its reference is it.

    What was planned of it may have come otherwise: kind and licensee stay. Whether it was allowed
    is asked afterwards (`usage_checks`); a use that was not is on record all the same. Raises
    UsageRefused.
    """
    began = said.starts_at <= at
    _refuse([*said.mistakes(), *(() if began else (f"it begins on {said.starts_at:%Y-%m-%d}: "
            "a use is reported once it has begun",))])  # fmt: skip
    with transaction.atomic():
        before = _locked(said)
        if before is None:
            return Registered(_create(said, Stage.REPORTED, actor, at), new=True)
        if before.stage == Stage.REPORTED:
            _refuse(_differences(before, said, Stage.REPORTED))
            return Registered(before, new=False)
        _refuse(_not_as_planned(before, said))
        _took_place(before, said, actor, at)
    return Registered(before, new=True)


def usage_stop(*, usage: Usage, why: str, actor: User | None, at: datetime) -> bool:
    """Put on record that a use has stopped, or will not take place; whether that is new.

    One that was reported has taken place and stays reported, for what it earned until then.
    Raises UsageRefused for a use that is over.
    """
    with transaction.atomic():
        row = Usage.objects.select_for_update().get(pk=usage.pk)
        if row.stage == Stage.STOPPED:
            return False
        if row.stage == Stage.REPORTED and not is_running(row, at):
            raise UsageRefused(f"`{row.reference}` is over, and what is over cannot be stopped")
        if row.stage == Stage.PLANNED:
            row.stage = Stage.STOPPED
        row.changed_at = at
        row.ends_at = min(row.ends_at or at, at)
        row.save(update_fields=["stage", "changed_at", "ends_at"])
        audit_record(actor=actor, action="usage_stop", subject=row, at=at, detail={"why": why})
    return True


def is_running(usage: Usage, at: datetime) -> bool:
    """Whether a use goes on, or is still to come, at an instant."""
    if usage.stage == Stage.STOPPED:
        return False
    over = usage.ends_at is not None and usage.ends_at <= at
    return not over and (usage.stage == Stage.PLANNED or usage.ends_at is not None)


def running(at: datetime) -> Q:
    """The same as a condition on rows."""
    open_ = Q(stage=Stage.PLANNED, ends_at=None) | Q(ends_at__gt=at)
    return open_ & ~Q(stage=Stage.STOPPED)


def plain_mistakes(said: UsageSaid) -> Iterator[str]:
    """What is wrong in itself, without a look at the catalogue."""
    if said.kind not in USES:
        yield f"`{said.kind}` is no use of AI: it is one of {', '.join(USES)}"
    if not said.reference.strip() or len(said.reference) > 120:
        yield "a use needs a reference of its licensee's own, of up to 120 characters"
    if said.ends_at is not None and said.ends_at <= said.starts_at:
        yield "it ends before it begins"
    if said.model_version and not said.model:
        yield f"the version `{said.model_version}` needs the model that it is a version of"
    unknown = sorted(set(said.territories) - CODES)
    if unknown:
        yield f"{', '.join(unknown)} are no territories: write ISO 3166-1 codes, such as DE"
    yield from _unkeepable(said)
    if not 0 <= said.artificial_units <= said.units:
        yield f"{said.artificial_units} of {said.units} units cannot be artificial"
    if said.query is None and not said.draws:
        yield "it names no tracks: list them, or say which of the catalogue"
    if said.query is not None and said.draws:
        yield "its tracks are listed and asked for: one of the two is enough"
    yield from attributions.mistakes(said.draws, said.attribution_method)


_YEARS = range(1900, 3000)


def _unkeepable(said: UsageSaid) -> Iterator[str]:
    """What no database keeps as it is."""
    for name in ("reference", *LONGEST):
        text, word = getattr(said, name), name.replace("_", " ")
        if len(text) > LONGEST.get(name, len(text)):
            yield f"its {word} has more than {LONGEST[name]} characters"
        if _CONTROL.search(text):
            yield f"its {word} has a character that text may not have"
    if said.units > MOST_UNITS:
        yield f"{said.units:,} units are more than one use has ({MOST_UNITS:,}): report several"
    for at in (said.starts_at, said.ends_at):
        if at is not None and at.year not in _YEARS:
            yield f"is the year {at.year} right?"


def _refuse(mistakes: Iterator[str] | list[str]) -> None:
    found = tuple(mistakes)
    if found:
        raise UsageRefused(*found)


def _missing_tracks(said: UsageSaid) -> Iterator[str]:
    output = () if said.output_track_id is None else (said.output_track_id,)
    ids = {*output, *(each.track_id for each in said.draws)}
    if ids:
        missing = len(ids) - Track.objects.filter(pk__in=ids).count()
        if missing:
            yield f"{missing} of the tracks are not in the catalogue"


def _locked(said: UsageSaid) -> Usage | None:
    # Its licensee too: two may say the same new reference at once.
    Party.objects.select_for_update(no_key=True).get(pk=said.licensee.pk)
    rows = Usage.objects.select_for_update()
    return rows.filter(licensee=said.licensee, reference=said.reference).first()


def _create(said: UsageSaid, stage: str, actor: User | None, at: datetime) -> Usage:
    usage = Usage.objects.create(
        licensee=said.licensee,
        reference=said.reference,
        stage=stage,
        tracks=len(said.draws),
        registered_by=actor,
        registered_at=at,
        changed_at=at,
        **said.columns(),
    )
    attributions_store(usage=usage, draws=said.draws)
    audit_record(actor=actor, action="usage_register", subject=usage, at=at, detail=_detail(usage))
    return usage


def _took_place(usage: Usage, said: UsageSaid, actor: User | None, at: datetime) -> None:
    """Make of a planned use the one that took place. Its tracks stay on record as they were."""
    for name, value in said.columns().items():
        setattr(usage, name, value)
    usage.stage, usage.changed_at = Stage.REPORTED, at
    usage.tracks = len(said.draws)
    usage.save()
    audit_record(actor=actor, action="usage_report", subject=usage, at=at, detail=_detail(usage))
    _draw(usage, said)


def _draw(usage: Usage, said: UsageSaid) -> None:
    there = set(usage.attributions.values_list("track_id", flat=True))
    attributions_store(
        usage=usage, draws=[each for each in said.draws if each.track_id not in there]
    )


def _not_as_planned(before: Usage, said: UsageSaid) -> Iterator[str]:
    if before.kind != said.kind:
        yield f"`{said.reference}` was planned as {before.kind}, not {said.kind}"
    if before.stage == Stage.STOPPED:
        yield f"`{said.reference}` was stopped: report what took place under another reference"
    listed = dict(before.attributions.values_list("track_id", "weight"))
    said_of = {each.track_id: each.weight for each in said.draws}
    gone = listed.keys() - said_of.keys()
    weighed = [pk for pk, weight in listed.items() if pk in said_of and said_of[pk] != weight]
    if gone or weighed:
        yield (
            f"{len(gone)} tracks that were planned are left out and {len(weighed)} weigh otherwise:"
            " report it under another reference, and stop the one that was planned"
        )


def _differences(before: Usage, said: UsageSaid, stage: str) -> Iterator[str]:
    """What is said otherwise than it is on record."""
    if before.stage != stage:
        yield f"`{said.reference}` is {before.stage} already"
    for name, value in said.columns().items():
        kept = getattr(before, name)
        if kept != value:
            word = name.removesuffix("_id").replace("_", " ")
            yield f"`{said.reference}` is on record with {word} {_shown(kept)}, not {_shown(value)}"
    rows = Attribution.objects.filter(usage=before) if said.query is None else ()
    kept_draws = {Drawn(row.track_id, row.weight, row.confidence) for row in rows}
    if kept_draws != set(said.draws):
        yield f"`{said.reference}` is on record with other tracks or weights"


def _shown(value: object) -> str:
    return "nothing" if value in (None, "", [], {}) else f"`{value}`"


def _detail(usage: Usage) -> dict[str, str | int]:
    return {"kind": usage.kind, "stage": usage.stage, "reference": usage.reference}
