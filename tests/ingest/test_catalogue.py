"""The JSON format: what it reads, and every mistake with its path, line and column."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from policy.ingest import limits
from policy.ingest.catalogue import read_catalogue
from policy.ingest.delivery import (
    DeliveredArtist,
    DeliveredConsent,
    DeliveredDetection,
    DeliveredShare,
    PartyRef,
)
from policy.ingest.identifiers import identify
from policy.ingest.json_places import Places
from policy.ingest.reader import read_delivery
from policy.ingest.refusals import MAX_PROBLEMS
from tests.ingest.reading import FIXTURES, codes, refusal
from tests.plugins.goldens import CheckGolden

FULL = (FIXTURES.parent / "catalogue.json").read_bytes()


def changed(**fields: Any) -> bytes:
    """The small catalogue below with some of its fields changed."""
    return json.dumps({**SMALL, **fields}).encode()


SMALL: dict[str, Any] = {
    "format": "catalogue/1",
    "message_id": "m1",
    "created_at": "2026-11-20T09:00:00Z",
    "sender": {"name": "Example Distributor"},
    "parties": [{"reference": "P1", "name": "Nadir Field"}],
    "tracks": [{"reference": "A1", "title": "Paper Boats"}],
    "releases": [{"reference": "R0", "title": "Paper Boats", "tracks": ["A1"]}],
}


def test_a_full_delivery_is_read() -> None:
    found = read_delivery(FULL, path="catalogue.json")
    assert (found.format, found.kind, found.is_test) == ("catalogue/1", "new_release", True)
    assert found.sender == PartyRef("PADPIDA99999999013", "Example Distributor (fictional)")
    assert found.created_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    _, voice = found.parties
    assert [one.scheme for one in voice.ids] == ["isni", "proprietary"]
    (track,) = found.tracks
    assert (track.title, track.version_title, track.contains_ai) == (
        "Glass Choir",
        "Live",
        "partly",
    )
    assert track.isrc == identify("isrc", "ZZ-EXA-26-20001")
    assert track.artists == (DeliveredArtist("P1", "Nadir Field", "MainArtist"),)
    said = [(one.party, one.role, one.facet, one.ai) for one in track.contributors]
    assert said == [
        ("P1", "ComposerLyricist", "composition", "none"),
        ("P1", "ComposerLyricist", "lyrics", "none"),
        (None, "LeadVocalist", "vocals", "all"),
    ]
    assert track.shares == (
        DeliveredShare("P1", "master", 6667, Decimal("66.67"), ("DE",)),
        DeliveredShare("P2", "likeness", None, None, (), ("US",)),
    )
    assert track.detections == (
        DeliveredDetection(
            "voice_match", "voiceprint", "2.1", 0.97, "P2", datetime(2026, 11, 20, 7, tzinfo=UTC)
        ),
        DeliveredDetection("ai_audio", "earmark", "", 1.0),
    )
    assert track.consents == (
        DeliveredConsent(
            "voice_clone",
            "likeness",
            "granted",
            "contract",
            "P2",
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
            valid_until=datetime(2027, 1, 1, 11, tzinfo=UTC),
        ),
    )
    (release,) = found.releases
    assert release.consents == (
        DeliveredConsent(
            "train_generative", "master", "denied", "declaration", None, ("DE", "FR"), ()
        ),
    )
    assert (release.record_label, release.record_label_name) == ("P1", "Nadir Field")
    assert [consent.grantor for consent in found.consents] == ["P2"]
    assert [(one.code, one.element) for one in found.warnings] == [
        ("isni-check-digit", "$.parties[1].isni"),
        ("icpn-check-digit", "$.releases[0].icpn"),
    ]


def test_missing_fields_say_nothing() -> None:
    found = read_delivery(changed(), path="x")
    (track,) = found.tracks
    assert track.contains_ai == "undeclared"
    assert (track.isrc, track.duration_seconds, track.is_cover) == (None, None, None)
    assert not track.shares
    assert not track.consents
    assert found.recipient == PartyRef("", "")
    assert not found.is_test
    explicit = changed(tracks=[{"reference": "A1", "title": "Paper Boats", "isrc": None}])
    assert read_delivery(explicit, path="x") == found


def test_purges_and_consents_may_come_alone() -> None:
    purge = changed(tracks=[], releases=[], purges=[{"icpn": "2900000000018", "title": "X"}])
    found = read_delivery(purge, path="x")
    assert found.kind == "purge"
    assert found.purges[0].ids == (identify("icpn", "2900000000018"),)
    said = {"use": "remix", "layer": "master", "decision": "denied", "grantor": "P1"}
    found = read_delivery(changed(tracks=[], releases=[], consents=[said]), path="x")
    assert [consent.use for consent in found.consents] == ["remix"]


def test_all_mistakes_are_told_at_once_with_their_places(golden: CheckGolden) -> None:
    path = FIXTURES.parent / "catalogue-mistakes.json"
    golden("ingest/catalogue-mistakes.txt", f"{refusal(path.read_bytes(), path.name)}\n")


TRACK = SMALL["tracks"][0]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"format": "catalogue/2"}, "unknown-format"),
        ({"format": None}, "missing-field"),
        ({"message_id": ""}, "missing-field"),
        ({"message_id": 5}, "wrong-type"),
        ({"message_id": "x" * 201}, "too-long"),
        ({"created_at": "2026-11-20"}, "wrong-value"),
        ({"created_at": None}, "missing-field"),
        ({"sender": None}, "missing-field"),
        ({"sender": {}}, "missing-field"),
        ({"sender": "me"}, "wrong-type"),
        ({"messageid": "x"}, "unknown-field"),
        ({"test": "yes"}, "wrong-type"),
        ({"tracks": {}}, "wrong-type"),
        ({"tracks": [5]}, "wrong-type"),
        ({"tracks": [TRACK, TRACK]}, "duplicate-reference"),
        ({"tracks": [{}, {}]}, "missing-field"),
        ({"tracks": [{**TRACK, "reference": "A 1"}]}, "wrong-value"),
        ({"tracks": [TRACK, {"reference": "A2", "title": "B"}]}, "not-on-release"),
        ({"tracks": [{**TRACK, "title": "a\u0000b"}]}, "wrong-character"),
        ({"tracks": [{**TRACK, "title": "a\ud800b"}]}, "wrong-character"),
        ({"tracks": [{**TRACK, "duration_seconds": 1.5}]}, "wrong-type"),
        ({"tracks": [{**TRACK, "duration_seconds": True}]}, "wrong-type"),
        ({"tracks": [{**TRACK, "duration_seconds": -1}]}, "wrong-value"),
        ({"tracks": [{**TRACK, "contains_ai": "All"}]}, "value-not-allowed"),
        ({"tracks": [{**TRACK, "contributors": [{}]}]}, "missing-field"),
        ({"tracks": [{**TRACK, "contributors": [{"party": "P9"}]}]}, "undefined-reference"),
        (
            {"tracks": [{**TRACK, "contributors": [{"party": "P1", "special": "traditional"}]}]},
            "mixed",
        ),
        ({"tracks": [{**TRACK, "shares": [{"party": "P1"}]}]}, "missing-field"),
        ({"tracks": [{**TRACK, "iswcs": ["T", 5]}]}, "wrong-type"),
        ({"releases": [{"reference": "R0", "title": "X"}]}, "missing-field"),
        ({"releases": []}, "not-on-release"),
        ({"tracks": [], "releases": []}, "empty"),
        ({"purges": [{"icpn": "2900000000018"}]}, "mixed"),
        ({"tracks": [], "releases": [], "purges": [{}]}, "missing-field"),
        (
            {"consents": [{"use": "sing", "layer": "master", "decision": "granted"}]},
            "value-not-allowed",
        ),
        (
            {
                "consents": [
                    {
                        "use": "remix",
                        "layer": "master",
                        "decision": "granted",
                        "valid_from": "2026-01-02",
                        "valid_until": "2026-01-01",
                    }
                ]
            },
            "wrong-period",
        ),
    ],
)
def test_each_mistake_has_a_code(fields: dict[str, Any], code: str) -> None:
    assert code in codes(changed(**fields))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "json-syntax"),
        (b'{"format": "catalogue/1",}', "json-syntax"),
        (b'{"format": NaN}', "json-syntax"),
        (b'{"format": Infinity}', "json-syntax"),
        (b'{"format": 1' + b"0" * 5000 + b"}", "json-syntax"),
        (b"[]", "wrong-type"),
        (b'{"format": "\xff"}', "encoding"),
        (b'{"a":' * 100_000, "too-deep"),
        (b"[" * 100_000, "too-deep"),
        (b"{" + b" " * limits.MESSAGE_BYTES, "too-large"),
        (b'{"format": "catalogue/1", "format": "catalogue/1"}', "duplicate-field"),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else value,
)
def test_what_is_no_catalogue_is_refused(raw: bytes, code: str) -> None:
    assert codes(raw)[0] == code


def test_numbers_far_out_are_refused_and_cost_nothing() -> None:
    for number in ("1e999999999", "-1e999999999", "1e-999999999", "0." + "3" * 400, "101e1"):
        share = f'{{"party": "P1", "layer": "master", "percentage": {number}}}'
        raw = changed(tracks=[{**TRACK, "shares": ["?"]}]).replace(b'"?"', share.encode())
        assert codes(raw) == ["wrong-value"], number


def test_a_third_as_programs_print_it_is_read_exactly() -> None:
    share = {"party": "P1", "layer": "master", "percentage": 100 / 3}
    raw = changed(tracks=[{**TRACK, "shares": [share]}])
    (found,) = read_catalogue(raw, path="x").tracks[0].shares
    assert (str(found.percentage), found.basis_points) == ("33.333333333333336", 3333)


def test_a_misspelt_field_is_met_with_the_right_one() -> None:
    (found,) = refusal(changed(mesage_id="x")).problems
    assert (found.code, found.help) == ("unknown-field", "did you mean `message_id`?")


def test_a_reader_gives_up_after_a_hundred_mistakes_without_losing_time() -> None:
    tracks = [{"reference": f"A{number}", "title": 5} for number in range(20_000)]
    assert len(codes(changed(tracks=tracks))) == MAX_PROBLEMS


def test_a_byte_order_mark_and_any_line_break_are_fine() -> None:
    pretty = json.dumps(SMALL, indent=1)
    same = read_delivery(pretty.encode(), path="x")
    assert read_delivery(pretty.replace("\n", "\r\n").encode("utf-8-sig"), path="x") == same
    assert read_catalogue(b"\xef\xbb\xbf" + changed(), path="x") == same


def test_places_are_found_again_in_the_text() -> None:
    text = ' {"a" : [1, {"b": "x\\"]"}, [ ]], "c": {"a": 2}}'
    places = Places(text)

    def cut(span: tuple[int, int]) -> str:
        return text[slice(*span)]

    assert cut(places.value(("a", 1, "b"))) == '"x\\"]"'
    assert cut(places.value(("a", 2))) == "[ ]"
    assert cut(places.value(("c", "a"))) == "2"
    assert cut(places.key((), "c")) == '"c"'
    assert cut(places.value(())) == text.strip()
    assert cut(places.value(("c", "z"))) == '{"a": 2}'
