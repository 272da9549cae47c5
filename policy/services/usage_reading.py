"""A report of uses is compared with the catalogue and with what is on record, line by line."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from policy.ingest.usage_lines import BadLine, GoodLine, Line, LineDraw
from policy.models import Attribution, Party, Track, Usage
from policy.services.attributions import Drawn, NoWeight, evened, millionths
from policy.services.usages import UsageSaid, plain_mistakes


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A use of a report, and its line."""

    line: int
    said: UsageSaid


@dataclass(slots=True)
class ReportReader:
    """Turns lines into uses of a licensee; tells mistakes."""

    licensee: Party
    at: datetime
    even: bool
    seen: dict[str, int] = field(default_factory=dict)

    def uses(self, lines: Sequence[Line], mistakes: list[str]) -> list[SaidLine]:
        """The uses of some lines, as far as they are right; mistakes are added. Four queries."""
        good = [each for each in lines if isinstance(each, GoodLine)]
        tracks = _Tracks.of(good)
        made: list[SaidLine] = []
        for each in lines:
            wrong = [each.message] if isinstance(each, BadLine) else []
            if isinstance(each, GoodLine):
                said, wrong = self._said(each, tracks)
                made.append(SaidLine(each.line, said))
            mistakes += [f"line {each.line}: {text}" for text in wrong]
        mistakes += _conflicts(made, self.licensee)
        return made

    def _said(self, each: GoodLine, tracks: _Tracks) -> tuple[UsageSaid, list[str]]:
        use = each.use
        wrong: list[str] = []
        draws = tuple(_draws(use.tracks, tracks, wrong))
        said = UsageSaid(
            licensee=self.licensee,
            reference=use.reference,
            kind=use.kind,
            starts_at=use.at,
            ends_at=use.until,
            model=use.model,
            model_version=use.model_version,
            research=use.research,
            territories=use.territories,
            draws=evened(draws) if self.even else draws,
            units=use.units,
            artificial_units=use.artificial_units,
            attribution_method=use.method,
            output_track_id=tracks.output(use.output_track, wrong),
            output_reference=use.output_reference,
        )
        if draws or not wrong:
            wrong += plain_mistakes(said)
        if use.at > self.at:
            wrong.append(f"it begins on {use.at:%Y-%m-%d}: a use is reported once it has begun")
        first = self.seen.setdefault(use.reference, each.line)
        if first != each.line:
            wrong.append(f"`{use.reference}` stands on line {first} already")
        return said, wrong


@dataclass(frozen=True, slots=True)
class _Tracks:
    """Ids of the tracks that lines name; what was removed since may have been used. Of several with
    one ISRC the one that is there, and of these the one that came first."""

    by_uuid: Mapping[uuid.UUID, int]
    by_isrc: Mapping[str, int]

    @staticmethod
    def of(lines: Sequence[GoodLine]) -> _Tracks:
        """Two queries."""
        draws = [draw for each in lines for draw in each.use.tracks]
        uuids = {draw.track for draw in draws if draw.track}
        uuids |= {each.use.output_track for each in lines if each.use.output_track}
        isrcs = {_isrc(draw) for draw in draws if draw.isrc}
        there = Track.objects.order_by(F("removed_at").asc(nulls_last=True), "-pk")
        return _Tracks(
            dict(there.filter(uuid__in=uuids).values_list("uuid", "pk")),
            dict(there.filter(isrc__in=isrcs).values_list("isrc", "pk")),
        )

    def id(self, draw: LineDraw) -> int | None:
        """The track that is meant."""
        return self.by_uuid.get(draw.track) if draw.track else self.by_isrc.get(_isrc(draw))

    def output(self, named: uuid.UUID | None, wrong: list[str]) -> int | None:
        """The track that an output is."""
        if named and named not in self.by_uuid:
            wrong.append(f"there is no track `{named}`")
        return self.by_uuid.get(named) if named else None


def _isrc(draw: LineDraw) -> str:
    return draw.isrc.replace("-", "").upper()


def _draws(named: Sequence[LineDraw], tracks: _Tracks, wrong: list[str]) -> Iterator[Drawn]:
    for draw in named:
        track = tracks.id(draw)
        try:
            weight, confidence = (
                None if value is None else millionths(str(value))
                for value in (draw.weight, draw.confidence)
            )
        except NoWeight as error:
            wrong.append(str(error))
            continue
        if track is None:
            wrong.append(f"there is no track `{draw.track or draw.isrc}`")
        else:
            yield Drawn(track, weight, confidence)


def _conflicts(made: Sequence[SaidLine], licensee: Party) -> Iterator[str]:
    """Uses that are on record otherwise. Two queries."""
    kept = on_record(licensee, [each.said.reference for each in made])
    if not kept:
        return
    rows = Attribution.objects.filter(usage__in=kept.values())
    drawn: defaultdict[int, set[Drawn]] = defaultdict(set)
    for pk, track, weight, confidence in rows.values_list(
        "usage_id", "track_id", "weight", "confidence"
    ):
        drawn[pk].add(Drawn(track, weight, confidence))
    for each in made:
        usage = kept.get(each.said.reference)
        if usage is None:
            continue
        columns = each.said.columns()
        other = [name for name, value in columns.items() if getattr(usage, name) != value]
        other += ["tracks or weights"] if drawn[usage.pk] != set(each.said.draws) else []
        if usage.stage != Usage.Stage.REPORTED:
            yield f"line {each.line}: `{usage}` is {usage.stage}: report it alone"
        elif other:
            words = ", ".join(name.removesuffix("_id").replace("_", " ") for name in other)
            yield f"line {each.line}: `{usage.reference}` is on record with other {words}"


def on_record(licensee: Party, references: Sequence[str]) -> dict[str, Usage]:
    """The uses that a licensee has on record under references."""
    rows = Usage.objects.filter(licensee=licensee, reference__in=references)
    return {row.reference: row for row in rows}
