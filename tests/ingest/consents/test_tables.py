"""Our own table, and tables of tracks with licences."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policy.ingest.consents.licences import (
    COMMERCIAL,
    DERIVATIVES,
    POLICY,
    Licence,
    read_licence_map,
    read_licences,
    says,
)
from policy.ingest.consents.table import write_table
from policy.ingest.refusals import MessageRefused
from tests.ingest.consents.reading import mistakes, read, refused, said, warned
from tests.plugins.goldens import CheckGolden

MAP = (
    "licence_text,cc_code,commercial_use,derivatives\n"
    "CC BY,BY,allowed,allowed\n"
    "CC BY-SA,BY-SA,allowed,share_alike\n"
    "CC BY-ND,BY-ND,allowed,not_allowed\n"
    "CC BY-NC,BY-NC,not_allowed,allowed\n"
    "CC0,CC0/PD,allowed,allowed\n"
    "odd,other,unknown,unknown\n"
)


def test_a_row_says_all_that_the_registry_can_keep() -> None:
    found = read("table").statements
    assert [(one.use, one.layer) for one in found[:4]] == [
        ("train_generative", "master"),
        ("train_generative", "publishing"),
        ("data_mining", "master"),
        ("data_mining", "publishing"),
    ]
    grant, withdrawal = found[4:]
    assert (grant.scope, grant.subject, grant.grantor) == (
        "label",
        "Odd Harbour",
        "Odd Harbour Records",
    )
    assert (grant.licensee, grant.model, grant.model_version) == ("Toneworks", "Tone", "2.1")
    assert grant.territories == ("DE", "SE")
    assert grant.valid_until == datetime(2027, 12, 1, tzinfo=UTC)
    assert (grant.condition, grant.terms) == ("payment", "EUR 1,000 a year")
    assert (grant.source, grant.evidence, grant.line) == ("contract", "contract-17.pdf", 3)
    assert (withdrawal.decision, withdrawal.layer, withdrawal.excluded) == (
        "withdrawn",
        None,
        ("US",),
    )


def test_the_table_is_written_as_it_is_read() -> None:
    found = read("table").statements
    again = read("table", write_table(found).text).statements
    places = ("line", "column")
    names = [name for name in found[0].__slots__ if name not in places]
    assert [[getattr(one, name) for name in names] for one in again] == [
        [getattr(one, name) for name in names] for one in found
    ]


def test_mistakes_of_a_table_are_told_with_cell_and_way_out(golden: CheckGolden) -> None:
    text = (
        "use,decision,scope,subject,model_version,territories,valid_from,valid_until,terms\n"
        "train_generativ,granted,,,,,,,\n"
        ",granted,label,,2,Sweden,2026-13-01,,\n"
        "remix,,,Something,,,2026-02-01,2026-01-01,\n"
        'cover,denied,,,,,,,"one\ntwo"\n'
        "cover,denied\n"
        "cover,maybe,planet,Mars,,,,,\n"
    )
    golden("ingest/consent-table-mistakes.txt", f"{refused('table', text)}\n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\n", [("empty", 1, 1)]),
        ("use,decison\n", [("missing-column", 1, 1), ("unknown-column", 1, 1)]),
        ("use,decision,use\n", [("duplicate-column", 1, 1)]),
        ('use,decision\n"remix,denied\n', [("csv-syntax", 2, 1)]),
        (b"use,decision\nremix,\xff\n", [("encoding", 2, 1)]),
        (f"use,decision,terms\nremix,denied,{'x' * 501}\n", [("too-long", 2, 14)]),
        ("use,decision,terms\nremix,denied,a\x00b\n", [("wrong-character", 2, 14)]),
    ],
)
def test_what_is_no_table_is_refused(text: str | bytes, found: list[tuple[str, int, int]]) -> None:
    assert mistakes("table", text) == found


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_read(separator: str) -> None:
    text = "use,decision,terms\nremix,denied,x\n".replace(",", separator)
    assert said(read("table", text), "use", "decision", "terms") == [("remix", "denied", "x")]


@pytest.mark.parametrize(
    ("code", "commercial", "derivatives", "training", "mining"),
    [
        ("BY", "allowed", "allowed", ("granted", "credit"), ("granted", "credit")),
        ("CC0", "allowed", "allowed", ("granted", "none"), ("granted", "none")),
        ("BY-SA", "allowed", "share_alike", ("granted", "constrained"), ("granted", "credit")),
        ("BY-ND", "allowed", "not_allowed", ("denied", "none"), ("granted", "credit")),
        ("BY-NC", "not_allowed", "allowed", ("denied", "none"), ("granted", "constrained")),
        ("BY-NC-SA", "not_allowed", "share_alike", ("denied", "none"), ("granted", "constrained")),
        ("Sampling+", "conditional", "conditional", None, None),
        ("other", "unknown", "unknown", None, None),
        ("", "allowed", "unknown", None, ("granted", "credit")),
    ],
)
def test_what_a_licence_says_of_ai(
    code: str,
    commercial: str,
    derivatives: str,
    training: tuple[str, str] | None,
    mining: tuple[str, str] | None,
) -> None:
    licence = Licence(code, commercial, derivatives)
    assert says(licence, "train_generative") == training
    assert says(licence, "data_mining") == mining
    assert says(licence, "voice_clone") is None


def test_no_line_of_the_policy_is_in_vain() -> None:
    spoken = {
        next(
            (rule for rule in POLICY if rule.use == use and rule.covers(Licence("", one, other))),
            None,
        )
        for use in ("train_generative", "data_mining")
        for one in COMMERCIAL
        for other in DERIVATIVES
    }
    assert spoken - {None} == set(POLICY)


def test_tracks_get_what_their_licence_says_and_no_more() -> None:
    licences = read_licence_map(MAP.encode(), path="map.csv")
    table = "track_id,title,license\n1,A,CC BY\n2,B,CC BY-NC\n3,C,odd\n4,D,\n5,E,\n6,F,mine\n"
    found = read_licences(table.encode(), path="tracks.csv", licences=licences)
    assert said(found, "scope", "subject", "use", "decision", "condition", "terms", "line") == [
        ("track", "1", "train_generative", "granted", "credit", "CC BY", 2),
        ("track", "1", "data_mining", "granted", "credit", "CC BY", 2),
        ("track", "2", "train_generative", "denied", "none", "CC BY-NC", 3),
        ("track", "2", "data_mining", "granted", "constrained", "CC BY-NC", 3),
    ]
    assert [one.message for one in found.warnings] == [
        "`` is not in the map of licences: 2 tracks are left out",
        "`mine` is not in the map of licences: 1 tracks are left out",
    ]
    assert warned(found) == [("unknown-licence", 0)] * 2


def test_a_licence_twice_in_the_map_and_a_track_without_a_name_are_refused() -> None:
    with pytest.raises(MessageRefused, match="is there twice"):
        read_licence_map(f"{MAP}CC BY,BY,allowed,allowed\n".encode(), path="map.csv")
    licences = read_licence_map(MAP.encode(), path="map.csv")
    with pytest.raises(MessageRefused, match="the row names no track"):
        read_licences(b"track,licence\n,CC BY\n", path="x.csv", licences=licences)
