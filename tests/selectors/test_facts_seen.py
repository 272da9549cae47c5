"""Facts as people read them."""

from __future__ import annotations

from pathlib import Path

from policy.selectors.facts_seen import COUNTED, FactsSeen, facts_seen, paths_read, plain_text
from policy.selectors.masking import HIDDEN
from tests.engines.making import document, schema
from tests.selectors.conditions import run

PATHS = {("track", "ai", "declared"), ("track", "contributors"), ("track", "isrc")}
SOME = "3f0b8a34-9c0b-4f7d-9a55-6f4d6a5a0001"


def _seen(extra: dict[str, object] | None = None, **facts: object) -> FactsSeen:
    return facts_seen(schema(), document(**facts) | (extra or {}), PATHS)


def test_what_was_read_comes_first_and_nothing_is_lost() -> None:
    found = _seen()
    assert [group.name for group in found.read] == ["track", "ai", "contributors"]
    paths = [row.path for group in (*found.read, *found.others) for row in group.rows]
    tables = [table.path for group in (*found.read, *found.others) for table in group.tables]
    root = schema().root("track")
    plain = [f"track.{field.name}" for field in root.fields if schema().record(field.type) is None]
    assert len(paths) == len(set(paths))
    assert {path for path in plain if path not in tables} <= set(paths)
    assert all(group.read for group in found.read)
    assert not any(group.read for group in found.others)


def test_a_fact_has_its_value_unit_and_doc_line() -> None:
    (row,) = (row for group in _seen().read for row in group.rows if row.name == "declared")
    assert row.value.text == "none"
    assert row.doc.startswith("ContainsAI of the recording")
    (length,) = (
        row
        for group in _seen(duration_seconds=180).others
        for row in group.rows
        if row.name == "duration_seconds"
    )
    assert (length.value.text, length.unit) == ("180", "s")


def test_absent_unknown_and_hidden_are_told_apart() -> None:
    found = _seen({"unknown": ["track.ai"]}, isrc=HIDDEN)
    states = {row.path: row.value.state for group in found.read for row in group.rows}
    assert states == {"track.isrc": "hidden", "track.ai.declared": "unknown"}
    assert found.unknown == ("track.ai",)
    absent = {row.path: row.value.state for group in _seen().read for row in group.rows}
    assert absent["track.isrc"] == "absent"


def test_a_list_is_a_table_of_the_columns_that_are_used() -> None:
    (table,) = (table for group in _seen().read for table in group.tables)
    assert table.columns == ("name", "role", "facet", "ai", "special")
    assert [cell.state for cell in table.rows[0]] == ["absent", "known", "known", "known", "known"]
    assert _seen(contributors=[]).read[-1].tables[0].state == "absent"
    unknown = _seen({"unknown": ["track.contributors"]}, contributors=[])
    assert unknown.read[-1].tables[0].state == "unknown"


def test_sources_are_those_of_the_longest_path_above() -> None:
    sources = {
        "track": [f"delivery:{SOME}"],
        "track.ai": [f"detection:{SOME}", f"detection:{SOME[:-1]}2"],
        "track.contributors": [],
    }
    found = _seen({"sources": sources})
    rows = {row.path: row.source for group in found.read for row in group.rows}
    assert (rows["track.isrc"].kind, str(rows["track.isrc"].uuid)) == ("delivery", SOME)
    declared = rows["track.ai.declared"]
    assert (declared.kind, declared.number, declared.uuid) == ("detection", 2, None)
    assert found.read[-1].tables[0].source.kind == COUNTED


def test_a_rule_reads_what_its_condition_variables_and_reason_read(tmp_path: Path) -> None:
    variables = {
        "many": "track.deliveries > 1",
        "often": "many && track.deliverer.days_active > 1",
    }
    ran = run(tmp_path, "often && has(track.isrc)", {}, variables=variables)
    assert paths_read(ran.plan, ran.rule) == {
        ("track", "deliveries"),
        ("track", "deliverer", "days_active"),
        ("track", "isrc"),
    }


def test_values_in_plain_words() -> None:
    values = [True, False, [], ["DE", "FR"], 0.5, 9_999, 10_000, "text"]
    words = ["yes", "no", "none", "DE, FR", "0.5", "9999", "10,000", "text"]
    assert [plain_text(value) for value in values] == words
