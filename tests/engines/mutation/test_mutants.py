"""Mutants of a ruleset: what is made of each of its parts, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.engines.mutation.mutants import mutants
from policy.engines.mutation.table import MUTATORS
from tests.engines.mutation import samples

REFERENCE = Path(__file__).parents[3] / "rulesets" / "REFERENCE.md"
WHOLE = {
    "effect": [
        "`review` became `limit`",
        "`review` became `withhold`",
        "`limit` became `allow`",
        "`limit` became `review`",
    ],
    "on-error": [
        "`on_error: review` became `on_error: block`",
        "`on_error: review` became `on_error: skip`",
        "`on_error: skip` became `on_error: review`",
        "`on_error: skip` became `on_error: block`",
    ],
    "scope": ["`territories` became everywhere", 'left out `"DE"`', 'left out `"FR"`'],
    "duty": ["left out the obligation `request_disclosure`"],
    "party": ["`deliverer` became `service`"],
    "deadline": ["`P14D` became `P13D`", "`P14D` became `P15D`"],
    "effective": [
        "`2026-01-01` became `2025-12-31`",
        "`2026-01-01` became `2026-01-02`",
        "`2027-01-01` became `2026-12-31`",
        "`2027-01-01` became `2027-01-02`",
    ],
    "parameter": [
        "`0.9` became `0.89`",
        "`0.9` became `0.91`",
        "`0.8` became `0.79`",
        "`0.8` became `0.81`",
        "`2026-06-01` became `2026-05-31`",
        "`2026-06-01` became `2026-06-02`",
    ],
    "combine": [],
    "order": [],
}


@pytest.mark.parametrize("mutator", WHOLE)
def test_a_part_of_a_rule_becomes_its_neighbours(tmp_path: Path, mutator: str) -> None:
    assert samples.words(samples.compiled(tmp_path), mutator) == WHOLE[mutator]


@pytest.mark.parametrize(
    ("mutator", "old", "new", "expected"),
    [
        ("deadline", "P14D", "PT48H", ["`PT48H` became `PT47H`", "`PT48H` became `PT49H`"]),
        ("deadline", "P14D", "P1D", ["`P1D` became `P2D`"]),
        ("deadline", ", within: P14D", "", []),
        ("effect", "effect: review", "effect: block", [
            "`block` became `withhold`", "`limit` became `allow`", "`limit` became `review`"
        ]),
        ("scope", "effect: limit", "effect: allow", []),
        ("scope", """'["DE", "FR"]'""", "track.parts.map(p, \"DE\")", [
            "`territories` became everywhere"
        ]),
        ("combine", "effect: limit", "effect: block", [
            "`most_restrictive` became `first_match`"
        ]),
        ("order", "subject: track", "subject: track\ncombine: first_match", [
            "`made-by-ai` came before `scored`"
        ]),
        ("combine", "subject: track", "subject: track\ncombine: first_match", []),
        ("effective", ", until: 2027-01-01", "", [
            "`2026-01-01` became `2025-12-31`", "`2026-01-01` became `2026-01-02`"
        ]),
        ("effective", "from: 2026-01-01", "from: 2025-01-01", [
            "`2025-01-01` became `2025-01-02`",
            "`2027-01-01` became `2026-12-31`",
            "`2027-01-01` became `2027-01-02`",
        ]),
        ("parameter", "params.high", "0.9", []),
        ("parameter", "from: 2026-01-01", "from: 2026-07-01", [
            "`0.8` became `0.79`", "`0.8` became `0.81`"
        ]),
    ],
)  # fmt: skip
def test_it_depends_on_the_rule(
    tmp_path: Path, mutator: str, old: str, new: str, expected: list[str]
) -> None:
    assert old in samples.RULES
    files = {"sample/draft.yaml": samples.RULES.replace(old, new)}
    assert samples.words(samples.compiled(tmp_path, files), mutator) == expected


NUMBERS = """\
parameters:
  high:
    type: double
    doc: From where on a score is high.
    values: [{from: 2025-01-01, value: 5, reference: {title: Ours}}]
  most:
    type: int
    doc: Streams.
    values: [{from: 2025-01-01, value: 5, reference: {title: Ours}}]
  open:
    type: bool
    doc: Switch.
    values: [{from: 2025-01-01, value: false, reference: {title: Ours}}]
  begun:
    type: timestamp
    doc: Instant.
    values: [{from: 2025-01-01, value: "2026-01-01T12:00:00Z", reference: {title: Ours}}]
  words:
    type: list(string)
    doc: Titles.
    values:
      - from: 2025-01-01
        value: [a, b, c]
        reference: {title: Ours}
  name:
    type: string
    doc: Title.
    values: [{from: 2025-01-01, value: x, reference: {title: Ours}}]
"""
READING = """\
track.parts.exists(p, p.ai) && params.open && track.streams > params.most
        && track.came_at > params.begun && track.title in params.words && track.title != params.name
"""


def test_parameters_of_every_type_become_their_neighbours(tmp_path: Path) -> None:
    rules = samples.RULES.replace("track.parts.exists(p, p.ai)\n", READING)
    files = {"sample/draft.yaml": rules, "sample/parameters.yaml": NUMBERS}
    assert samples.words(samples.compiled(tmp_path, files), "parameter") == [
        "`5.0` became `4.99`",
        "`5.0` became `5.01`",
        "`5` became `4`",
        "`5` became `6`",
        "`false` became `true`",
        "`2026-01-01T12:00:00Z` became `2026-01-01T11:59:59Z`",
        "`2026-01-01T12:00:00Z` became `2026-01-01T12:00:01Z`",
        "left out `a`",
        "left out `b`",
        "left out `c`",
        "`x` became `xx`",
    ]


def test_a_parameter_that_only_a_reason_shows_is_left_alone(tmp_path: Path) -> None:
    rules = samples.RULES.replace("params.high", "0.9").replace(
        " is high", " is over {params.high}"
    )
    files = {"sample/draft.yaml": rules}
    assert samples.words(samples.compiled(tmp_path, files), "parameter") == []


def test_what_the_checker_would_refuse_is_not_made(tmp_path: Path) -> None:
    """`has(track.score) || ...` would read a score that may be absent, as would no `has` at all."""
    tree = samples.compiled(tmp_path)
    every = [each.draft for each in mutants(samples.original(tree))]
    doubted = [draft.words for draft in every if draft.owner == "variables.doubted"]
    assert "`&&` became `||`" not in doubted
    assert "left out `has(track.score)`" not in doubted
    assert "`has(track.score)` became `false`" in doubted


def test_a_hole_in_a_reason_needs_its_guard(tmp_path: Path) -> None:
    """The reason shows the score, so that the rule must have asked for it."""
    rules = samples.RULES.replace('score of "{track.title}"', "score {track.score}")
    made = mutants(samples.original(samples.compiled(tmp_path, {"sample/draft.yaml": rules})))
    told = [each.draft.words for each in made if each.draft.owner == "scored"]
    assert "left out `doubted`" not in told
    assert 'left out `track.ai == "none"`' in told


def test_a_mutant_is_named_by_what_was_changed(tmp_path: Path) -> None:
    made = mutants(samples.original(samples.compiled(tmp_path)))
    assert [each.id for each in made if each.draft.mutator == "comparison"] == [
        "sample/scored/comparison-1",
        "sample/variables.doubted/comparison-1",
        "sample/variables.doubted/comparison-2",
    ]


def test_a_mutant_touches_the_rules_that_read_what_was_changed(tmp_path: Path) -> None:
    made = mutants(samples.original(samples.compiled(tmp_path)))
    touching = {each.draft.owner for each in made if each.touches("scored")}
    assert touching == {"scored", "variables.doubted", "params.high"}


def test_the_reference_says_what_each_mutator_does(tmp_path: Path) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert [name for name, does in MUTATORS.items() if f"| `{name}` | {does} |\n" not in text] == []
    made = mutants(samples.original(samples.compiled(tmp_path)))
    assert {each.draft.mutator for each in made} <= set(MUTATORS)
