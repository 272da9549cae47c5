"""Facts that a snapshot could not have yet."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from policy.lang.facts_read import FactsRead, every_fact
from policy.lang.schema import FactSchema, Field, Record
from policy.services.replay_gaps import NewFact, new_facts
from tests.lang import trees


def _grown() -> tuple[FactSchema, FactSchema]:
    """A schema before and after: a fact, a record and a field of a list's items are new."""
    before = trees.schema()
    work = Record(name="Work", doc="A work.", fields=(_field("title", "string"),))
    new = {
        "Track": (_field("takes", "int"), _field("work", "Work", optional=True)),
        "Contributor": (_field("isni", "string", optional=True),),
        "Ai": (_field("model", "string", optional=True),),
    }
    records = [
        msgspec.structs.replace(each, fields=(*each.fields, *new.get(each.name, ())))
        for each in before.records
    ]
    return before, msgspec.structs.replace(before, records=(*records, work))


def _field(name: str, type_name: str, *, optional: bool = False) -> Field:
    return Field(name=name, type=type_name, doc="New.", optional=optional)


def test_what_is_read_and_new_is_found_records_as_a_whole() -> None:
    before, after = _grown()
    found = new_facts(every_fact(after, "track"), after, before, "track")
    assert [(each.name, each.optional) for each in found] == [
        ("track.ai.model", True),
        ("track.contributors.isni", True),
        ("track.takes", False),
        ("track.work", True),
    ]
    assert new_facts(every_fact(after, "track"), after, after, "track") == ()
    nothing = FactsRead(frozenset(), frozenset())
    assert new_facts(nothing, after, before, "track") == ()


@pytest.mark.parametrize(
    ("track", "missing"),
    [
        ({}, False),
        ({"contributors": []}, False),
        ({"contributors": [{"part": "mix", "isni": "1"}]}, False),
        ({"contributors": [{"part": "mix", "isni": "1"}, {"part": "mix"}]}, True),
    ],
)
def test_a_fact_is_missing_where_its_place_is_there(track: object, missing: bool) -> None:
    fact = NewFact(("track", "contributors"), "isni", optional=True)
    assert fact.missing({"track": track}) is missing
    above = replace(fact, path=("track",), fact="contributors")
    assert above.missing({"track": {}})
