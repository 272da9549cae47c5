"""Rules against somebody without a ground."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.engines.lints.grounds import missing_grounds
from tests.engines.lints.looking import HEADER, draft, look, rule, told

LONG = "has(track.seconds) && track.seconds > 60"
REFERENCE = "    references: [{title: House decision}]\n"


@pytest.mark.parametrize(("effect", "missing"), [("limit", 1), ("block", 1), ("allow", 0)])
def test_a_rule_without_a_reference(tmp_path: Path, effect: str, missing: int) -> None:
    version = draft(rule("one", LONG, effect).replace(REFERENCE, ""))
    found = told(missing_grounds, look(tmp_path, version))
    message = f"missing-reference: the rule `one` has effect `{effect}` and no reference"
    assert found == [message] * missing


@pytest.mark.parametrize(
    ("reason", "bare"),
    [("Too long.", True), ("At {now}.", True), ("{size(track.genres)}", False), ("{long}", False)],
)
def test_a_reason_without_a_fact(tmp_path: Path, reason: str, bare: bool) -> None:
    rules = rule("one", "long").replace("About {track.title}.", reason)
    variables = f"variables:\n  long: {LONG}\n"
    version = f"{HEADER}effective: {{from: 2026-08-02}}\n{variables}rules:\n{rules}"
    found = told(missing_grounds, look(tmp_path, version))
    assert found == ["bare-reason: the reason of `one` shows no fact"] * bare
