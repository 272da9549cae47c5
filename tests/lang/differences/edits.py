"""Edits of `before.yaml` and of its parameters, each by what it does: old and new texts."""

from __future__ import annotations

from pathlib import Path

BEFORE = Path(__file__).with_name("before.yaml").read_text()
VALUES = (
    "      - {from: 2026-08-02, value: 0.85, "
    'reference: {title: Review, url: "https://example.org/r"}}\n'
)
Edits = list[tuple[str, str]]

EDITS: dict[str, Edits] = {
    "a_layout": [
        ("track.ai.score >= params", "track.ai.score\n          >= (params"),
        (".detector_high\n", ".detector_high)\n"),
    ],
    "a_conjunct_is_added": [
        ("has(track.ai.score)\n", 'has(track.ai.score)\n        && track.title != "X"\n')
    ],
    "a_conjunct_is_dropped": [('track.ai.declared == "none" && has', "has")],
    "an_alternative_is_added": [
        ("when: contains_ai\n", 'when: contains_ai || track.title == "AI"\n')
    ],
    "an_alternative_is_dropped": [("        || !(size(track.contributors) < 10)\n", "")],
    "limits_move": [
        ("track.seconds > 30", "track.seconds > 45"),
        ("contributors) < 10", "contributors) < 8"),
    ],
    "an_operator_changes": [
        ("< 10)", "<= 10)"),
        ("track.ai.score >= params", "track.ai.score > params"),
    ],
    "values_are_added": [
        ('["all", "partly"]', '["all", "partly", "none"]'),
        ('c.part == "vocals"', 'c.part in ["vocals", "mix"]'),
    ],
    "values_are_swapped": [('["all", "partly"]', '["all", "none"]')],
    "a_number_for_a_parameter": [("params.detector_high", "0.9")],
    "another_condition": [('track.title.startsWith("Live")', 'track.title.matches("(?i)live")')],
    "an_item_is_renamed": [("c, has(c.name) && c.part", "x, has(x.name) && x.part")],
    "a_variable_is_written_out": [
        ("long && size", "has(track.seconds) && track.seconds > 30 && size"),
        ("  long: has(track.seconds) && track.seconds > 30\n", ""),
    ],
    "effects": [("effect: review", "effect: withhold"), ("effect: allow", "effect: limit")],
    "milder": [("effect: review", "effect: limit")],
    "answers_that_are_missing": [("on_error: skip", "on_error: block")],
    "territories": [('["DE", "FR"]', '["DE", "FR", "SE"]'), ("effect: allow", "effect: limit")],
    "territories_everywhere": [("""    territories: '["DE", "FR"]'\n""", "")],
    "obligations": [
        ("within: P14D", "within: P7D"),
        (
            "      - {do: notify, of: deliverer}\n",
            "      - {do: notify, of: publisher, note: By mail}\n",
        ),
        ("label: ai_generated", "label: ai_assisted"),
    ],
    "words": [
        ("title: AI is shown", "title: AI is named"),
        ("contains AI.", "contains AI, says {track.title}."),
        ("https://example.org/ern", "https://example.org/ern432"),
        ("visibility: LABELLED", "visibility: DEMOTED"),
    ],
    "a_rule_is_added": [
        (
            "  - id: live\n",
            "  - id: untitled\n    title: No title\n    when: |\n"
            '      track.title == ""\n    effect: block\n    reason: Untitled.\n\n  - id: live\n',
        )
    ],
    "a_rule_is_removed": [(BEFORE[BEFORE.index("  - id: live") :], "")],
    "a_rule_is_renamed": [("id: live\n", "id: live-takes\n"), ("Live takes", "Takes of concerts")],
    "dates_and_combining": [
        ("{from: 2026-08-02}\n", "{from: 2026-09-01, until: 2027-01-01}\ncombine: first_match\n")
    ],
}


PARAMETERS = {
    "a_new_value": VALUES
    + '      - {from: 2026-12-01, value: 0.8, reference: {title: "Review, November"}}\n',
    "a_higher_value": VALUES
    + "      - {from: 2026-12-01, value: 0.95, reference: {title: House}}\n",
    "another_source": VALUES.replace("Review", "Second review"),
    "a_value_is_gone": "",
    "the_same_value_again": VALUES
    + "      - {from: 2026-12-01, value: 0.85, reference: {title: House}}\n",
}
