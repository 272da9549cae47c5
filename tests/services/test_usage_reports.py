"""Reports of many uses: all mistakes before anything is written, and the same report twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.ingest.usage_lines import Line, read_json_lines
from policy.models import (
    Attribution,
    AuditEntry,
    Party,
    Reliance,
    Track,
    Usage,
    UsageCheck,
)
from policy.selectors.usage_answers import answers_of
from policy.services import usage_reports
from policy.services.usage_checks import NotChecked, usage_check
from policy.services.usage_reports import Reported, usages_report
from policy.services.usages import UsageRefused, usage_register, usage_report
from tests import factories
from tests.factories import NOW
from tests.usages import LATER, live, owned, said, says

pytestmark = pytest.mark.django_db


def _use(reference: str, *tracks: Track, at: datetime = NOW, **fields: Any) -> dict[str, Any]:
    told = {"reference": reference, "kind": "generate_output", "at": at.isoformat()}
    return {**told, "tracks": [{"isrc": track.isrc} for track in tracks], **fields}


def _report(licensee: Party, *uses: dict[str, Any], **options: Any) -> Reported:
    lines = [json.dumps(use).encode() for use in uses]

    def read() -> Iterator[Line]:
        return read_json_lines(lines)

    found = Reported()
    for part in usages_report(read=read, licensee=licensee, actor=None, at=LATER, **options):
        found += part
    return found


@pytest.fixture
def labs() -> Party:
    live()
    return factories.party(name="Aural Labs")


def test_uses_are_written_with_their_tracks_answers_and_what_they_relied_on(labs: Party) -> None:
    one, two = owned(), owned()
    grants = says(one, use="generate_output")
    weights = [{"isrc": one.isrc, "weight": 0.4, "confidence": 0.9}, {"track": str(two.uuid)}]
    song = _use("song-1", tracks=weights, method="ear 1", output_reference="o-1", units=3)
    found = _report(labs, song, _use("song-2", one))
    assert (found.new, found.before) == (2, 0)
    assert found.answers == {"allow": 2, "withhold": 1}
    usage = Usage.objects.get(reference="song-1")
    assert (usage.stage, usage.units, usage.tracks) == ("reported", 3, 2)
    rows = Attribution.objects.filter(usage=usage).values_list("track", "weight", "confidence")
    assert set(rows) == {(one.pk, 400_000, 900_000), (two.pk, None, None)}
    check = UsageCheck.objects.get(usage=usage)
    assert (check.counts, check.reported) == ({"allow": 1, "withhold": 1}, True)
    relied = Reliance.objects.filter(usage_check=check).values_list("consent", flat=True)
    assert sorted(relied) == [grant.pk for grant in grants]
    assert AuditEntry.objects.get().action == "usages_report"


def test_a_use_is_answered_as_if_it_had_been_reported_alone(labs: Party) -> None:
    track = owned()
    begun, over = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    says(track, use="generate_output", valid_from=begun, valid_until=over)
    times = [NOW, begun, begun + timedelta(minutes=5), over, over + timedelta(minutes=5)]
    _report(labs, *(_use(f"song-{place}", track, at=at) for place, at in enumerate(times)))
    for place, at in enumerate(times):
        told = said(track, kind="generate_output", reference=f"alone-{place}", at=at, units=1)
        alone = usage_check(usage=usage_report(said=told, actor=None, at=LATER).usage, at=LATER)
        together = UsageCheck.objects.get(usage__reference=f"song-{place}")
        assert together.counts == alone.counts, at
        assert [row[2] for row in answers_of(together)] == [row[2] for row in answers_of(alone)]
    checks = UsageCheck.objects.filter(usage__licensee=labs)
    assert len({row[1] for check in checks for row in answers_of(check)}) == 3


def test_the_same_report_again_writes_nothing(labs: Party) -> None:
    uses = [_use(f"song-{number}", owned()) for number in range(3)]
    _report(labs, *uses)
    again = _report(labs, *uses, _use("song-3", owned()))
    assert (again.new, again.before) == (1, 3)
    assert (Usage.objects.count(), UsageCheck.objects.count()) == (4, 4)


def test_an_interrupted_report_is_finished_by_giving_it_again(
    labs: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_reports, "CHUNK", 2)
    uses = [_use(f"song-{number}", owned()) for number in range(5)]
    lines = [json.dumps(use).encode() for use in uses]
    parts = usages_report(read=lambda: read_json_lines(lines), licensee=labs, actor=None, at=LATER)
    assert next(parts).new == 2
    parts.close()  # type: ignore[attr-defined]  # a generator
    assert Usage.objects.count() == 2
    found = _report(labs, *uses)
    assert (found.new, found.before, Usage.objects.count()) == (3, 2, 5)


def test_every_mistake_is_told_with_its_line_and_nothing_is_written(labs: Party) -> None:
    track = owned()
    _report(labs, _use("kept", track))
    usage_register(said=said(track, licensee=labs, reference="planned"), actor=None, at=NOW)
    nothing = {"isrc": "ZZTST0000000"}
    heavy = [{"isrc": track.isrc, "weight": 0.7}, {"isrc": owned().isrc, "weight": 0.7}]
    with pytest.raises(UsageRefused) as refused:
        _report(
            labs,
            _use("fine", track),
            {"reference": "no kind"},
            _use("a", kind="remixing", tracks=[nothing]),
            _use("b", track, at=LATER + timedelta(days=1)),
            _use("fine", track),
            _use("c", method="ear 1", tracks=heavy),
            _use("d", tracks=[{"isrc": track.isrc, "weight": 1.5}]),
            _use("e", track, output_track="00000000-0000-4000-8000-000000000000"),
            _use("kept", track, units=9),
            _use("planned", track),
        )
    assert [text.partition(": a use")[0] for text in refused.value.mistakes] == [
        "line 2: the object missing required field `kind`",
        "line 3: there is no track `ZZTST0000000`",
        "line 4: it begins on 2026-11-24",
        "line 5: `fine` stands on line 1 already",
        "line 6: the weights add up to 1.4, and 1 is all there is: say smaller ones, or have them "
        "evened out",
        "line 7: `1.5` is no weight: write a number from 0 to 1",
        "line 8: there is no track `00000000-0000-4000-8000-000000000000`",
        "line 9: `kept` is on record with other units",
        "line 10: `train_generative planned` is planned: report it alone",
    ]
    assert set(Usage.objects.values_list("reference", flat=True)) == {"kept", "planned"}


def test_reading_stops_where_too_much_is_wrong(
    labs: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_reports, "CHUNK", 10)
    with pytest.raises(UsageRefused) as refused:
        _report(labs, *({"reference": str(number)} for number in range(500)))
    assert len(refused.value.mistakes) == usage_reports.MOST_MISTAKES + 1
    assert refused.value.mistakes[-1].startswith("and perhaps more")


def test_weights_are_evened_out_where_that_is_asked_for(labs: Party) -> None:
    weights = [{"isrc": owned().isrc, "weight": 0.9} for _ in range(3)]
    _report(labs, _use("song", tracks=weights, method="ear 1"), even=True)
    found = Attribution.objects.order_by("track").values_list("weight", flat=True)
    assert list(found) == [333_334, 333_333, 333_333]


def test_without_rules_nothing_is_reported() -> None:
    with pytest.raises(NotChecked, match="no bundle is active"):
        _report(factories.party(), _use("song", owned()))


def test_a_chunk_takes_the_same_queries_for_any_number_of_uses(labs: Party) -> None:
    def queries(number: int) -> int:
        uses = [_use(f"{number}-{place}", owned()) for place in range(number)]
        with CaptureQueriesContext(connection) as found:
            _report(labs, *uses)
        return len(found)

    queries(1)
    assert queries(3) == queries(30)


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ({"units": 10**30}, "units are more than one use has"),
        ({"model": "m" * 201}, "its model has more than 200 characters"),
        ({"method": "m" * 101}, "its attribution method has more than 100 characters"),
        ({"model": "a\0b"}, "it has a character that is no text (NUL)"),
        ({"reference": "a\nb"}, "its reference has a character that text may not have"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "its instants are before or after all years in UTC"),
        ({"at": "0001-02-01T00:00:00Z"}, "is the year 1 right?"),
    ],
)
def test_what_cannot_be_kept_is_a_mistake_on_its_line(
    labs: Party, fields: dict[str, Any], mistake: str
) -> None:
    with pytest.raises(UsageRefused) as refused:
        _report(labs, _use("song-1", owned()) | fields)
    assert any(text.startswith("line 1: ") and mistake in text for text in refused.value.mistakes)
    assert not Usage.objects.exists()


def test_what_took_place_is_reported_though_its_track_was_removed_since(labs: Party) -> None:
    track = owned()
    Track.objects.filter(pk=track.pk).update(removed_at=LATER)
    assert _report(labs, _use("song-1", track)).new == 1


def test_of_tracks_with_one_isrc_the_one_that_is_there_is_meant(labs: Party) -> None:
    gone, there = owned(), owned()
    Track.objects.filter(pk=gone.pk).update(removed_at=LATER)
    Track.objects.filter(pk=there.pk).update(isrc=gone.isrc)
    _report(labs, _use("song-1", gone))
    assert Attribution.objects.get().track == there


def test_a_file_that_is_another_when_it_is_read_again_is_not_written(labs: Party) -> None:
    track = owned()
    good, bad = _use("song-1", track), _use("song-1", track, units=-1)
    files = iter([good, bad])

    def read() -> Iterator[Line]:
        return read_json_lines([json.dumps(next(files)).encode()])

    with pytest.raises(UsageRefused, match="line 1"):
        list(usages_report(read=read, licensee=labs, actor=None, at=LATER))
    assert not Usage.objects.exists()
