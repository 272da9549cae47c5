"""One file with all that authors do: its canonical text is a golden."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.lang.formatter.text import NotFormatted, formatted
from policy.lang.grammar.files import Kind
from policy.lang.source import Source
from tests.plugins.goldens import CheckGolden

COMMENTED = Path(__file__).with_name("commented.yaml")


def test_comments_stay_with_what_they_stand_at(golden: CheckGolden) -> None:
    text = formatted(Source("draft.yaml", COMMENTED.read_text()), "version")
    golden("lang/formatter/commented.yaml", text)


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("tests", "cases: []\n\n\n", "cases: []\n"),
        ("tests", "---\nas_of: '2026-10-01'\ncases: []", "as_of: 2026-10-01\ncases: []\n"),
        ("tests", "cases: []\r\nas_of: 2026-10-01\r\n", "as_of: 2026-10-01\ncases: []\n"),
        (
            "tests",
            "given: {track.isrc: , track.title: '12', track.deliveries: 12}\ncases: []\n",
            'given:\n  track.isrc: ~\n  track.title: "12"\n  track.deliveries: 12\ncases: []\n',
        ),
        (
            "tests",
            "cases:\n- name: A\n  expect: {rules: a-rule}\n- name: B\n  expect: {rules: []}\n",
            "cases:\n  - name: A\n    expect: {rules: a-rule}\n\n"
            "  - name: B\n    expect: {rules: []}\n",
        ),
        (
            "ruleset",
            "why: Short.\ntitle: 'A: b'\nkey: x\nowner: \"Trust\"\n",
            'key: x\ntitle: "A: b"\nowner: Trust\nwhy: >-\n  Short.\n',
        ),
        (
            "ruleset",
            'why: "Two\\nlines."\nkey: x\ntitle: "a\\u200eb"\nowner: \'say "so"\'\n',
            'key: x\ntitle: "a\\u200eb"\nowner: say "so"\nwhy: |-\n  Two\n  lines.\n',
        ),
        ("facts", "records: {}\nsubjects: {}\nfacts: 1", "facts: 1\nsubjects: {}\nrecords: {}\n"),
    ],
)  # fmt: skip
def test_the_layout_of(kind: Kind, text: str, wanted: str) -> None:
    assert formatted(Source("x.yaml", text), kind) == wanted
    assert formatted(Source("x.yaml", wanted), kind) == wanted


LONG = """\
parameters:
  europe:
    type: list(string)
    doc: Where.
    values:
      - from: 2026-01-01
        value: [AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI, FR, GR, HR, HU, IE, IT, LT, LU, LV, MT, NL,
          PL, PT, RO, SE, SI, SK]  # all of them
        reference: {title: Member states of the European Union}
"""


def test_a_long_list_goes_on_below() -> None:
    short = LONG.replace(",\n         ", ",").replace("\n      - from", "\n    -   from")
    assert short != LONG
    assert formatted(Source("x.yaml", short), "parameters") == LONG
    assert formatted(Source("x.yaml", LONG), "parameters") == LONG


def errors(*rules: str) -> str:
    """A case with a list of rules in the innermost brackets that there are."""
    wanted = f"    expect:\n      reasons: {{a: b}}\n      errors: [{', '.join(rules)}]\n"
    return f"cases:\n  - name: A\n{wanted}"


def test_a_list_breaks_where_only_its_bracket_is_too_much() -> None:
    fits = errors("a" * 50, "b" * 30)
    assert len(max(fits.split("\n"), key=len)) == 98
    for text in (fits, errors("a" * 50, "b" * 32)):
        assert formatted(Source("x.yaml", text), "tests") == text
    broken = errors("a" * 50, "b" * 33).replace(", ", ",\n        ")
    assert formatted(Source("x.yaml", errors("a" * 50, "b" * 33)), "tests") == broken
    assert formatted(Source("x.yaml", broken), "tests") == broken


def test_one_item_is_as_long_as_it_is() -> None:
    text = errors("a" * 120)
    assert formatted(Source("x.yaml", text), "tests") == text


@pytest.mark.parametrize("text", ["a: b: c", "a: &x 1\n", "", "a: 1\na: 2\n", "\ta: 1"])
def test_what_is_no_rule_file_has_no_layout(text: str) -> None:
    with pytest.raises(NotFormatted, match="it has mistakes"):
        formatted(Source("x.yaml", text), "tests")
