"""The deciding lines with what each condition came to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from policy.selectors.rule_text import Excerpt, Hider, Line, Note, plain_text_lines, rule_text
from tests.plugins.goldens import CheckGolden
from tests.selectors.conditions import run

WHEN = """
track.deliveries > 1
  && (track.title == "Blue Hour" || track.title == "Red")
  && track.contributors.exists(c, c.facet == "vocals"
    && c.ai in ["all", "partly"])
  && !often
"""


def _shown(lines: Sequence[Line]) -> str:
    """Lines as a terminal could show them: `{true|...}` around conditions, notes below."""
    return "".join(_line(line) for line in lines)


def _line(line: Line) -> str:
    runs: list[tuple[str, str]] = []
    for token in line.tokens:
        if runs and runs[-1][0] == token.truth:
            runs[-1] = (token.truth, runs[-1][1] + token.text)
        else:
            runs.append((token.truth, token.text))
    text = "".join(f"{{{truth}|{text}}}" if truth else text for truth, text in runs)
    mark = ">" if line.deciding else " "
    return f"{line.number:>3}{mark} {text}\n" + "".join(_note(note) for note in line.notes)


def _note(note: Note) -> str:
    seen = "".join(f" [{fact.label} = {fact.value}]" for fact in note.seen)
    remark = f" ({note.remark})" if note.remark else ""
    return f"      {'  ' * note.depth}{note.truth}: {note.short}{seen}{remark}\n"


def _excerpt(excerpt: Excerpt) -> str:
    return f"--- {excerpt.title}\n{_shown(excerpt.lines)}"


def test_every_condition_is_marked_and_says_what_it_saw(
    tmp_path: Path, golden: CheckGolden
) -> None:
    ran = run(tmp_path, WHEN, {}, variables={"often": "track.deliveries > 100"})
    text = rule_text(ran.source, ran.plan, ran.rule, ran.told, Hider())
    parts = [_excerpt(text.head), "--- rest\n" + _shown(text.rest), *map(_excerpt, text.variables)]
    golden("selectors/rule_text.txt", "".join(parts))


def test_without_a_trace_the_lines_are_there_unmarked(tmp_path: Path) -> None:
    ran = run(tmp_path, "track.deliveries > 1", {})
    text = rule_text(ran.source, ran.plan, ran.rule, None, Hider())
    lines = (*text.head.lines, *text.rest)
    assert [line.number for line in lines] == list(
        range(ran.rule.span.line, ran.rule.span.line + len(lines))
    )
    assert not any(token.truth for line in lines for token in line.tokens)
    assert not any(line.notes for line in lines)


def test_the_lines_together_are_the_authors_text(tmp_path: Path) -> None:
    ran = run(tmp_path, WHEN, {}, variables={"often": "track.deliveries > 100"})
    lines = plain_text_lines(ran.source, [ran.rule.when_span])
    text = "\n".join("".join(token.text for token in line.tokens) for line in lines)
    assert text == ran.source.text.rstrip("\n")


def test_a_line_knows_how_far_in_it_begins(tmp_path: Path) -> None:
    ran = run(tmp_path, "track.deliveries > 1", {})
    text = rule_text(ran.source, ran.plan, ran.rule, None, Hider())
    assert [line.indent for line in text.head.lines] == [2, 4, 4, 6, 4]
