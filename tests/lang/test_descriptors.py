"""Messages made from fact documents: for Google's evaluator they mean what the documents mean."""

from __future__ import annotations

from typing import Any

import pytest

from policy.lang.descriptors import Descriptors, to_message
from policy.lang.schema import FactSchema, Field, Record
from tests.lang.small_facts import ENVIRONMENT, SCHEMA

FULL = {
    "title": "ä😀",
    "isrc": "X",
    "seconds": -(2**63),
    "deliveries": 0,
    "score": 0.0,
    "explicit": False,
    "at": "2026-08-02T01:00:00.123456789+01:00",
    "released": "1969-12-31T23:59:59Z",
    "gap": "-86400.5s",
    "genres": ["a", "b"],
    "counts": [1, 2],
    "moods": ["wild"],
    "ai": {"declared": "none", "score": 1.5},
    "release": {"title": "", "label": {"name": "L"}},
    "contributors": [{"name": "x", "facet": "vocals", "born": 1970}, {"facet": "lyrics"}],
}


def ask(text: str, document: dict[str, Any]) -> Any:
    track = ENVIRONMENT.descriptors.to_message("Track", document)
    return ENVIRONMENT.evaluate(text, {"track": track})


@pytest.mark.parametrize(
    "text",
    [
        "track.title == 'ä😀' && size(track.title) == 2",
        "track.seconds == -9223372036854775808 && track.deliveries == 0",
        "track.score == 0.0 && !track.explicit && track.ai.score == 1.5",
        "track.at == timestamp('2026-08-02T00:00:00.123456789Z')",
        "track.released.getFullYear() == 1969",
        "track.gap == duration('-24h0.5s')",
        "track.genres == ['a', 'b'] && track.counts == [1, 2] && track.moods == ['wild']",
        "track.ai.declared == 'none' && track.release.label.name == 'L'",
        "track.contributors.map(c, c.facet) == ['vocals', 'lyrics']",
        "track.contributors.map(c, has(c.name)) == [true, false]",
    ],
)
def test_a_document_is_read_as_it_is_written(text: str) -> None:
    assert ask(text, FULL) is True


@pytest.mark.parametrize("name", ["deliveries", "score", "explicit", "release", "title"])
def test_what_is_zero_or_empty_is_still_there(name: str) -> None:
    empty = {"deliveries": 0, "score": 0.0, "explicit": False, "release": {}, "title": ""}
    assert ask(f"has(track.{name})", {name: empty[name]}) is True
    assert ask(f"has(track.{name})", {}) is False


def test_asking_within_an_absent_record_is_false() -> None:
    assert ask("has(track.release.label.code)", {}) is False
    assert ask("has(track.release.label.code)", {"release": {"label": {"code": ""}}}) is True


@pytest.mark.parametrize(
    ("record", "document", "error"),
    [
        ("Nothing", {}, KeyError),
        ("Track", {"nothing": 1}, KeyError),
        ("Track", {"at": "2026"}, ValueError),
        ("Track", {"gap": "1h"}, ValueError),
        ("Track", {"ai": {"nothing": 1}}, KeyError),
    ],
)
def test_documents_that_the_schema_does_not_know_are_refused(
    record: str, document: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        to_message(SCHEMA, record, document)


def test_field_names_may_differ_by_an_underscore_only() -> None:
    fields = tuple(Field(name=name, type="int", doc="") for name in ("a_b", "a__b", "ab", "aB"))
    schema = FactSchema(
        version=1, subjects={"t": "T"}, records=(Record(name="T", doc="", fields=fields),)
    )
    message = Descriptors(schema).to_message("T", {"a_b": 1, "a__b": 2, "ab": 3, "aB": 4})
    assert [getattr(message, field.name) for field in fields] == [1, 2, 3, 4]
