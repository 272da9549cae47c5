"""Cases added to files of tests, whose text stays as its author wrote it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.lang.case_file import CaseFile, NotAdded
from policy.lang.case_writer import case_yaml
from policy.lang.cases import Case, Expectation, ExpectedDuty, load_tests
from policy.lang.source import Source, Span
from tests.lang import trees

PATH = "rulesets/labelling/tests.yaml"
NEW = Case(
    name="As decided",
    as_of="2026-11-01T10:00:00Z",
    document={
        "track": {"title": "New: one", "ai": {"declared": "none"}},
        "unknown": ["track.isrc"],
    },
    expect=Expectation(
        outcome=(("Worldwide", "review"), ("DE", "block")),
        rules=("declared-none-but-detected",),
        obligations=(ExpectedDuty("notify", "deliverer", "P14D"), ExpectedDuty("accrue")),
        reason='"New: one" was delivered as free of AI.',
        errors=("label-ai",),
    ),
    todo="",
    path=PATH,
    span=Span(1, 1, 1, 1),
)


def read(text: str) -> CaseFile:
    return CaseFile.read(Source(PATH, text), trees.schema(), "track")


def added(text: str, case: Case = NEW) -> str:
    file = read(text)
    lines = case_yaml(case, trees.schema(), "track", given=file.given, as_of=file.as_of)
    return file.with_case(case.name, lines)


def loaded(text: str) -> dict[str, Case]:
    cases, found = load_tests(Source(PATH, text), trees.schema(), subject="track")
    assert found == (), text
    return {case.name: case for case in cases}


def test_a_case_is_written_behind_the_last_one() -> None:
    text = added(trees.TESTS)
    assert (
        text
        == trees.TESTS
        + """\
  - name: As decided
    as_of: 2026-11-01T10:00:00Z
    facts: {track.title: "New: one", track.ai.declared: none}
    unknown: [track.isrc]
    expect:
      outcome: {Worldwide: review, DE: block}
      rules: [declared-none-but-detected]
      obligations:
        - {do: notify, of: deliverer, within: P14D}
        - {do: accrue}
      reason: "\\"New: one\\" was delivered as free of AI."
      errors: [label-ai]
"""
    )
    found = loaded(text)["As decided"]
    assert found.expect == NEW.expect
    assert found.document["track"]["title"] == "New: one"
    assert found.document["unknown"] == ["track.isrc"]


def test_the_instant_of_the_file_is_not_said_again() -> None:
    assert (
        "as_of" not in added(trees.TESTS.replace("2026-10-01", NEW.as_of)).rpartition("- name")[2]
    )


COMMENTED = """\
# Above.
cases:

- name: "One"  # beside
  as_of: 2026-10-01
  expect: {outcome: allow}
  # below

- name: Two
  as_of: 2026-10-01
  todo: |
    later

    or never
  expect:
    reason: >-
      folded
      text"""


@pytest.mark.parametrize("break_", ["\n", "\r\n"])
@pytest.mark.parametrize("below", ["\n# At the end.\nas_of: 2026-10-02\n", ""])
def test_comments_and_breaks_stay_where_they_are(break_: str, below: str) -> None:
    above = COMMENTED.replace("\n", break_)
    below = below.replace("\n", break_)
    before = f"{above}{break_}{below}" if below else above
    text = added(before)
    new = text.removeprefix(f"{above}{break_}").removesuffix(f"{break_}{below}" if below else "")
    assert new.startswith(f"{break_}- name: As decided{break_}")
    assert text == f"{above}{break_}{new}" + (f"{break_}{below}" if below else "")
    assert text.count("\n") == text.count(break_)
    assert list(loaded(text)) == ["One", "Two", "As decided"]


def test_a_name_is_not_given_twice() -> None:
    with pytest.raises(NotAdded, match="has a case `As decided` already: give this one another"):
        added(added(trees.TESTS))


def test_a_file_begins_with_its_first_case() -> None:
    lines = case_yaml(NEW, trees.schema(), "track")
    text = CaseFile(PATH).with_case(NEW.name, lines)
    assert text.startswith("cases:\n  - name: As decided\n")
    assert list(loaded(text)) == ["As decided"]
    assert list(loaded(added(text, replace(NEW, name="Another")))) == ["As decided", "Another"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cases: []\n", "has no case yet to add another to"),
        ("as_of: 2026-10-01\n", "has no case yet to add another to"),
        ("cases: [{name: A, expect: {outcome: allow}}]\n", "one below the other"),
    ],
)
def test_what_cannot_be_added_to_says_how_it_could(text: str, told: str) -> None:
    with pytest.raises(NotAdded, match=told):
        added(text)
