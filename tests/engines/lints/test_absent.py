"""Optional facts that no test gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.engines.lints.absent import absent_facts
from tests.engines.lints.looking import draft, look, rule, told

SECONDS = "has(track.seconds) && track.seconds > 60"
NAMED = 'track.contributors.exists(c, has(c.name) && c.name == "X")'
TRACKS = "has(track.release) && track.release.tracks > 1"


def case(facts: str) -> str:
    """A file of one case."""
    given = f"{{name: One, facts: {{{facts}}}, expect: {{outcome: allow}}}}"
    return f"as_of: 2026-10-01\ncases:\n  - {given}\n"


@pytest.mark.parametrize(
    ("when", "facts", "untested"),
    [
        (SECONDS, "track.title: X", ["track.seconds"]),
        (SECONDS, "track.seconds: 9", []),
        (NAMED, "'track.contributors': [{part: mix}]", ["Contributor.name"]),
        (NAMED, "'track.contributors': [{part: mix}, {part: mix, name: Y}]", []),
        (TRACKS, "track.title: X", ["track.release"]),
        (TRACKS, "track.release: {tracks: 1}", []),
        ('track.title == "X"', "track.title: X", []),
    ],
)
def test_what_no_case_gives(tmp_path: Path, when: str, facts: str, untested: list[str]) -> None:
    at = look(tmp_path, draft(rule("one", when)), tests=case(facts))
    assert told(absent_facts, at) == [
        f"untested-fact: no test gives the optional fact `{each}`" for each in untested
    ]


def test_without_any_case_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert told(absent_facts, look(tmp_path, draft(rule("one", SECONDS)))) == []
