"""Paths of a site mapped to labels, artists, releases and tracks."""

from __future__ import annotations

import pytest

from policy.ingest.consents.statements import FileStatement
from policy.services.consent_targets import Target, WrongTarget, placed, target


def denied(location: str = "", line: int = 1) -> FileStatement:
    return FileStatement("train_generative", "denied", location, line=line, column=1)


def granted(location: str = "", line: int = 1) -> FileStatement:
    return FileStatement("train_generative", "granted", location, line=line, column=1)


def put(
    *statements: FileStatement, targets: list[str], refusals_hold: bool = False
) -> tuple[list[tuple[object, ...]], list[str]]:
    """Scope, subject and decision of what has a place, and locations of what has none."""
    wanted = [target(text) for text in targets]
    found, problems = placed(statements, wanted, path="x", refusals_hold=refusals_hold)
    said: list[tuple[object, ...]] = [(one.scope, one.subject, one.decision) for one in found]
    return said, [problem.message.split("`")[1] for problem in problems]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/a/=label:Odd Harbour", Target("/a/", "label", "Odd Harbour")),
        ("/a/*=artist: A: B ", Target("/a/", "artist", "A: B")),
        ("https://x.example/a=track:1", Target("/a", "track", "1")),
        ("/=catalogue", Target("", "catalogue")),
        ("/a=skip", Target("/a", None)),
    ],
)
def test_a_target_is_path_scope_and_subject(text: str, found: Target) -> None:
    assert target(text) == found


@pytest.mark.parametrize("text", ["/a", "/a=labl:X", "/a=label", "/a=catalogue:X", "/a=label: "])
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(WrongTarget, match=r"^`/a"):
        target(text)


def test_what_is_said_of_everything_is_about_the_catalogue() -> None:
    assert put(denied(), targets=[]) == ([("catalogue", "", "denied")], [])
    assert put(denied("/*"), targets=["/=release:1"]) == ([("release", "1", "denied")], [])


def test_what_is_said_of_a_part_needs_a_target() -> None:
    said, left = put(denied(), granted("/open/"), denied("/b/"), targets=["/open/=label:Open"])
    assert said == [("label", "Open", "granted"), ("catalogue", "", "denied")]
    assert left == ["/b/"]


def test_a_target_takes_what_the_longest_pattern_says_there() -> None:
    rules = [denied(), granted("/open/"), denied("/open/demos/")]
    said, left = put(*rules, targets=["/open/a/=artist:A", "/open/demos/=artist:D"])
    assert said == [("artist", "A", "granted"), ("artist", "D", "denied"),
                    ("catalogue", "", "denied")]  # fmt: skip
    assert left == []


def test_a_target_that_nothing_else_is_said_of_adds_nothing() -> None:
    assert put(denied(), targets=["/a/=label:A"]) == ([("catalogue", "", "denied")], [])


def test_skipped_paths_are_left_out_on_purpose() -> None:
    assert put(denied(), granted("/b/"), targets=["/b/=skip"]) == (
        [("catalogue", "", "denied")],
        [],
    )


def test_a_wider_refusal_holds_where_the_standard_says_so() -> None:
    rules = [denied(), granted("/open/")]
    assert put(*rules, targets=["/open/=label:Open"], refusals_hold=True) == (
        [("catalogue", "", "denied")],
        [],
    )
