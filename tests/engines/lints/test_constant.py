"""Conditions and parts of them that have one truth only."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.engines.lints.constant import constant_conditions
from tests.engines.lints.looking import HEADER, draft, look, rule, told

CODE = "constant-condition"
SECONDS = "has(track.seconds) && track.seconds"


DECLARED = "track.ai.declared"


@pytest.mark.parametrize(
    ("when", "always"),
    [
        (f'{DECLARED} == "all" || {DECLARED} != "all"', "the condition of `one` is true whatever"),
        (f'{DECLARED} == "all" && {DECLARED} != "none"', f'`{DECLARED} != "none"` is always true'),
        (
            f"{SECONDS} > 9 && (track.seconds < 5 || size(track.genres) > 0)",
            "`track.seconds < 5` is always false",
        ),
        (
            'track.contributors.exists(c, c.part == "mix" && c.part != "lyrics")',
            '`c.part != "lyrics"` is always true',
        ),
        (f"{SECONDS} > 9 && track.seconds < 12", ""),
        (f'{DECLARED} == "all" && {DECLARED} == "none"', ""),
        ("true", ""),
    ],
)
def test_what_is_always_so(tmp_path: Path, when: str, always: str) -> None:
    found = told(constant_conditions, look(tmp_path, draft(rule("one", when))))
    assert len(found) == bool(always), found
    assert all(text.startswith(f"{CODE}: {always}") for text in found)


def test_a_variable_means_what_it_says_wherever_it_is_named(tmp_path: Path) -> None:
    variables = (
        f"variables:\n  long: {SECONDS} > 60\n  odd: '{SECONDS} > 60 && track.seconds > 9'\n"
    )
    rules = rule("one", f"{SECONDS} > 90 && long") + rule("two", "odd")
    version = f"{HEADER}effective: {{from: 2026-08-02}}\n{variables}rules:\n{rules}"
    assert told(constant_conditions, look(tmp_path, version)) == [
        f"{CODE}: `track.seconds > 9` is always true where it is asked",
        f"{CODE}: `long` is always true where it is asked",
    ]


def test_what_cases_show_both_ways_is_not_asked_again(tmp_path: Path) -> None:
    tests = (
        "as_of: 2026-10-01\ncases:\n  - name: Lengths\n    table:\n"
        "      - [track.ai.declared, outcome]\n      - [all, review]\n      - [none, allow]\n"
    )
    at = look(tmp_path, draft(rule("one", 'track.ai.declared == "all"')), tests=tests)
    assert at.truths(0) == {True, False}
    assert told(constant_conditions, at) == []
