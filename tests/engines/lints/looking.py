"""Small rulesets with a doubt in them, over the facts of `tests.lang.trees`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from policy.engines.lints import Looked
from policy.engines.lints.command import looked
from policy.lang.diagnostics import Diagnostic, has_errors
from tests.lang import trees

TODAY = date(2026, 10, 1)
HEADER = "language: 1\nruleset: labelling\nsubject: track\n"
BEGUN = "effective: {from: 2026-08-02}\n"
NO_TESTS = "as_of: 2026-10-01\ncases: []\n"


def rule(name: str, when: str, effect: str = "review", more: str = "") -> str:
    """A rule with a reason and a reference; `more` are further lines of it."""
    lines = [
        f"  - id: {name}",
        "    title: A rule",
        f"    when: '{when}'",
        f"    effect: {effect}",
        "    reason: 'About {track.title}.'",
        "    references: [{title: House decision}]",
        *([f"    {more}"] if more else []),
    ]
    return "\n".join(lines) + "\n"


def draft(*rules: str, head: str = BEGUN) -> str:
    """A version of these rules."""
    return f"{HEADER}{head}rules:\n{''.join(rules)}"


def look(
    root: Path,
    version: str,
    *,
    today: date = TODAY,
    facts: str = trees.FACTS,
    parameters: str | None = None,
    tests: str = NO_TESTS,
) -> Looked:
    """The version, beside the files that are given."""
    files: dict[str, str | bytes | None] = {
        "facts.yaml": facts,
        "labelling/draft.yaml": version,
        "labelling/parameters.yaml": parameters,
        "labelling/tests.yaml": tests,
    }
    tree = trees.compiled(root, files)
    assert not has_errors(tree.diagnostics), tree.diagnostics
    found = looked(tree.rulesets[0], tree, today)
    assert found is not None
    return found


def told(lint: Callable[[Looked], Iterator[Diagnostic]], at: Looked) -> list[str]:
    """The codes and messages of a lint."""
    return [f"{each.code}: {each.message}" for each in lint(at)]
