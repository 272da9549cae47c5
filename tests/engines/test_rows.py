"""What a caller of the row engine sees: evaluations, traces, reasons, territories."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from policy.engines import rows
from policy.lang.source import Source
from tests.engines import making
from tests.engines.making import NOW, document, loaded, plan

_NOW = rows.instant(NOW)


def _evaluate(conditions: list[str], facts: dict[str, Any], **options: Any) -> rows.Evaluation:
    program = loaded(plan(conditions, **options))
    numbers = program.parameters({})["trial"]
    decided = program.rulesets[0].evaluate(program.view(facts), numbers, _NOW)
    raw = msgspec.json.encode(facts)
    again = program.rulesets[0].evaluate(program.decode(raw), numbers, _NOW)
    traced = program.rulesets[0].trace(program.decode(raw), numbers, _NOW)
    assert decided == again == traced.evaluation
    return decided


def test_tells_the_rules_that_match() -> None:
    found = _evaluate(
        ['track.title == "Blue Hour"', "track.deliveries > 2", "track.isrc_well_formed"],
        document(),
    )
    assert found == rows.Evaluation((0, 2))


def test_an_overflow_makes_only_its_own_rule_indeterminate() -> None:
    found = _evaluate(
        ["track.deliveries + 9223372036854775807 > 0", "track.deliveries == 2"], document()
    )
    assert found == rows.Evaluation((1,), ((0, "integer overflow"),))


def test_a_variable_leaves_the_items_around_it_alone() -> None:
    conditions = ['track.contributors.exists(c, size(free) > 0 && c.role == "LeadVocalist")']
    variables = {"free": 'track.contributors.filter(c, c.ai == "none")'}
    facts = document(contributors=list(reversed(document()["track"]["contributors"])))
    for unknown in ([], ["track.nothing"]):
        found = _evaluate(conditions, {**facts, "unknown": unknown}, variables=variables)
        assert found == rows.Evaluation((0,))


def test_a_list_of_numbers_adds_up_whatever_its_order() -> None:
    big = "9223372036854775807"
    found = _evaluate(
        [
            "track.shares.map(s, s.basis_points).sum() == 9999",
            f"track.shares.filter(s, s.basis_points > {big} - 1).map(s, s.basis_points).sum() == 0",
            f"[{big}, 1, -1].sum() == {big} && [1, {big}, -1].sum() == {big}",
            f"[{big}, track.deliveries].sum() > 0",
        ],
        document(
            shares=[
                {"layer": "master", "territory": "DE", "basis_points": share}
                | {"holders": 1, "unknown": 0}
                for share in (3333, 6666)
            ]
        ),
    )
    assert found == rows.Evaluation((0, 1, 2), ((3, "integer overflow"),))


def test_a_true_part_absorbs_an_error() -> None:
    found = _evaluate(["1 / (track.deliveries - 2) == 1 || track.deliveries == 2"], document())
    assert found == rows.Evaluation((0,))


def test_an_absent_optional_fact_is_no_error_behind_its_guard() -> None:
    found = _evaluate(["has(track.isrc) && track.isrc == 'X'", "!has(track.isrc)"], document())
    assert found == rows.Evaluation((1,))


@pytest.mark.parametrize(
    ("unknown", "message"),
    [
        ("track.ai.declared", "fact `track.ai.declared` is unknown"),
        ("track.ai", "fact `track.ai` is unknown"),
        ("track", "fact `track` is unknown"),
    ],
)
def test_rules_that_depend_on_an_unknown_fact_are_indeterminate(unknown: str, message: str) -> None:
    facts = {**document(), "unknown": [unknown]}
    found = _evaluate(["track.ai.declared == 'none'"], facts)
    assert found == rows.Evaluation((), ((0, message),))


def test_rules_that_are_settled_without_the_unknown_fact_are_decided() -> None:
    facts = {**document(), "unknown": ["track.ai"]}
    found = _evaluate(
        ["track.ai.declared == 'none' || track.deliveries == 2", "track.deliveries == 2"], facts
    )
    assert found == rows.Evaluation((0, 1))


def test_a_required_fact_that_the_document_lacks_is_unknown() -> None:
    facts = document()
    del facts["track"]["ai"]["declared"]
    found = _evaluate(["track.ai.declared == 'none'", "track.deliveries == 2"], facts)
    assert found == rows.Evaluation((1,), ((0, "fact `track.ai.declared` is unknown"),))


def test_an_unknown_field_of_a_list_is_unknown_in_each_item() -> None:
    facts = {**document(), "unknown": ["track.contributors.ai"]}
    found = _evaluate(
        [
            'track.contributors.exists(c, c.ai == "partly")',
            'track.contributors.exists(c, c.facet == "vocals")',
        ],
        facts,
    )
    assert found == rows.Evaluation((1,), ((0, "fact `track.contributors.ai` is unknown"),))


def test_a_parameter_without_a_value_yet_is_unknown_to_its_rules() -> None:
    found = _evaluate(
        ["track.deliveries > params.many", "track.deliveries == 2"],
        document(),
        parameters={"many": "int"},
    )
    assert found == rows.Evaluation(
        (1,), ((0, "parameter `params.many` has no value on that day"),)
    )


def test_a_document_of_the_wrong_shape_is_refused_with_its_place() -> None:
    program = loaded(plan(["track.deliveries == 2"]))
    wrong = document(deliveries="two")
    numbers = program.parameters({})["trial"]
    absent = program.view({"track": {}})
    assert program.rulesets[0].evaluate(absent, numbers, _NOW).indeterminate
    with pytest.raises(rows.DocumentError, match=r"track\.deliveries"):
        program.rulesets[0].trace(program.view(wrong), numbers, _NOW)
    with pytest.raises(rows.DocumentError, match=r"track\.deliveries"):
        program.decode(msgspec.json.encode(wrong))
    with pytest.raises(rows.DocumentError, match="no JSON"):
        program.decode(b"{")


def test_fields_that_no_rule_reads_are_not_looked_at() -> None:
    program = loaded(plan(["track.deliveries == 2"]))
    program.view(document(title=7))


def test_the_reason_names_the_values() -> None:
    program = loaded(plan(["track.deliveries == 2"], reason="track.first_delivered_at"))
    numbers = program.parameters({})["trial"]
    ruleset = program.rulesets[0]
    assert ruleset.reason(0, program.view(document()), numbers, _NOW) == (
        "It is 2026-08-30 10:00:00 UTC."
    )
    lost = program.view({**document(), "unknown": ["track.first_delivered_at"]})
    assert ruleset.reason(0, lost, numbers, _NOW) == "It is (unknown)."


def test_territories_are_told_for_rules_that_match() -> None:
    made = plan(
        ["track.deliveries == 2", "track.deliveries == 2"],
        territories={1: "track.shares.map(s, s.territory)"},
    )
    program = loaded(made)
    numbers = program.parameters({})["trial"]
    ruleset = program.rulesets[0]
    view = program.view(document())
    assert ruleset.territories(0, view, numbers, _NOW) is None
    assert ruleset.territories(1, view, numbers, _NOW) == ("Worldwide",)
    lost = program.view({**document(), "unknown": ["track.shares"]})
    assert ruleset.evaluate(lost, numbers, _NOW) == rows.Evaluation(
        (0,), ((1, "fact `track.shares` is unknown"),)
    )


def _explained(condition: str, facts: dict[str, Any], **options: Any) -> rows.Explained:
    """A rule's explanation from what is stored, as both evaluations give it."""
    program = loaded(plan([condition], **options))
    numbers = program.parameters({})["trial"]
    ruleset = program.rulesets[0]
    stored = msgspec.json.encode(ruleset.template)
    template = msgspec.json.decode(stored, type=rows.Template)
    values = ruleset.trace(program.view(facts), numbers, _NOW).values
    kept = msgspec.json.decode(msgspec.json.encode(values))
    told = rows.explain(template, kept, 0, Source("trial.yaml", condition))
    with_gap = program.view({**facts, "unknown": ["track.genre"]})
    careful = ruleset.trace(with_gap, numbers, _NOW).values
    assert rows.explain(template, careful, 0, Source("trial.yaml", condition)) == told
    return told


def _sketch(told: rows.Explained) -> list[str]:
    """The explanation as indented lines."""
    seen = "".join(f"; {value.label} = {value.value!r}" for value in told.seen)
    count = "" if told.items is None else f"; item {told.witness} of {told.items}"
    lines = [f"{told.truth}: {told.text}{seen}{count}"]
    for part in told.parts:
        lines += [f"  {line}" for line in _sketch(part)]
    return lines


def test_the_trace_tells_each_condition_with_the_values_seen() -> None:
    told = _explained(
        'track.deliveries + 1 > 2 && (track.title == "x" || !has(track.isrc)) && track.title != ""',
        document(),
    )
    assert _sketch(told) == [
        'true: track.deliveries + 1 > 2 && (track.title == "x" || !has(track.isrc)) '
        '&& track.title != ""',
        "  true: track.deliveries + 1 > 2; track.deliveries + 1 = 3; track.deliveries = 2",
        '  true: track.title == "x" || !has(track.isrc)',
        "    false: track.title == \"x\"; track.title = 'Blue Hour'",
        "    true: !has(track.isrc)",
        "      false: has(track.isrc)",
        "  true: track.title != \"\"; track.title = 'Blue Hour'",
    ]


def test_the_trace_shows_the_item_that_decided() -> None:
    told = _explained(
        'track.contributors.exists(c, has(c.name) && c.ai in ["all", "partly"])', document()
    )
    assert _sketch(told) == [
        'true: track.contributors.exists(c, has(c.name) && c.ai in ["all", "partly"]); item 1 of 2',
        '  true: has(c.name) && c.ai in ["all", "partly"]',
        "    true: has(c.name)",
        '    true: c.ai in ["all", "partly"]; c.ai = \'partly\'',
    ]


def test_the_trace_skips_what_was_not_needed() -> None:
    told = _explained("track.deliveries == 1 && track.deliverer.days_active > 3", document())
    assert _sketch(told) == [
        "false: track.deliveries == 1 && track.deliverer.days_active > 3",
        "  false: track.deliveries == 1; track.deliveries = 2",
        "  not_needed: track.deliverer.days_active > 3",
    ]


def test_the_trace_goes_into_variables() -> None:
    told = _explained(
        "old", document(), variables={"old": 'now - track.first_delivered_at > duration("24h")'}
    )
    assert told.truth == "true"
    assert told.parts[0].seen[0].value == "180000s"
    assert told.parts[0].seen[1].value == "2026-09-01T12:00:00Z"


def test_the_trace_keeps_errors() -> None:
    program = loaded(plan(["track.ai.declared == 'none' && track.deliveries > 1"]))
    numbers = program.parameters({})["trial"]
    ruleset = program.rulesets[0]
    view = program.view({**document(), "unknown": ["track.ai.declared"]})
    told = rows.explain(ruleset.template, ruleset.trace(view, numbers, _NOW).values, 0)
    assert (told.truth, told.message) == ("error", "fact `track.ai.declared` is unknown")
    assert [part.truth for part in told.parts] == ["error", "true"]


def test_making_documents_are_complete() -> None:
    names = {field.name for field in making.schema().root("track").fields if not field.optional}
    assert names == set(document()["track"])
