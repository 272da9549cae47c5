"""Enums: a text that is compared with one must be one of its values."""

from __future__ import annotations

import pytest

from policy.lang.diagnostics import Diagnostic
from policy.lang.enums import check_enums
from policy.lang.expressions import Placed
from tests.lang.small_facts import ENVIRONMENT, SCHEMA, with_variables


def check(text: str, **variables: str) -> tuple[Diagnostic, ...]:
    environment, _ = with_variables(**variables)
    tree, found = environment.compile(Placed.alone(text, "rules.yaml"))
    assert tree is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        "track.ai.declared == 'none' || 'all' != track.ai.declared",
        "track.ai.declared in ['all', 'partly'] && 'calm' in track.moods",
        "track.moods.exists(m, m == 'wild') && track.moods[0] == 'calm'",
        "track.contributors.exists(c, c.facet == 'vocals' && c.name == 'wild')",
        "track.ai.declared.startsWith('nonee') || track.title == 'nonee'",
        "'nonee' in track.genres && track.ai.declared in track.genres",
        "track.ai.declared == track.title && track.ai.declared == track.ai.detected",
    ],
)
def test_values_of_the_enum_are_fine(text: str) -> None:
    assert check(text) == ()


@pytest.mark.parametrize(
    ("text", "wrong", "help"),
    [
        ("track.ai.declared == 'nonee'", "nonee", "did you mean `none`?"),
        ("'nonee' != track.ai.declared", "nonee", "did you mean `none`?"),
        ("track.ai.declared in ['all', 'Partly']", "Partly", "did you mean `partly`?"),
        ("track.ai.declared == 'x'", "x", ""),
        ("track.ai.declared == (track.explicit ? 'all' : 'alll')", "alll", "did you mean `all`?"),
        ("(track.explicit ? track.ai.declared : track.ai.detected) == 'part'", "part", ""),
        ("'mild' in track.moods", "mild", "did you mean `wild`?"),
        ("track.moods == ['clam']", "clam", "did you mean `calm`?"),
        ("track.moods[0] == 'clam'", "clam", "did you mean `calm`?"),
        ("track.moods.all(m, m == 'clam')", "clam", "did you mean `calm`?"),
        ("track.moods.filter(m, true).all(m, m == 'clam')", "clam", "did you mean `calm`?"),
        ("track.contributors.exists(c, c.facet == 'vocal')", "vocal", "did you mean `vocals`?"),
        ("'vocal' in track.contributors.map(c, c.facet)", "vocal", "did you mean `vocals`?"),
        ("track.contributors[0].facet == 'vocal'", "vocal", "did you mean `vocals`?"),
        ("declared == 'nonee'", "nonee", "did you mean `none`?"),
        ("use.declared == 'nonee'", "nonee", "did you mean `none`?"),
        ("facets.exists(f, f == 'vocal')", "vocal", "did you mean `vocals`?"),
    ],
)
def test_other_texts_are_told_with_their_place(text: str, wrong: str, help: str) -> None:
    (found,) = check(
        text,
        use="track.ai",
        declared="use.declared",
        facets="track.contributors.map(c, c.facet)",
    )
    assert (found.code, found.severity) == ("unknown-value", "error")
    assert found.message.startswith(f"`{wrong}` is not one of the values `")
    assert found.span is not None
    assert text[found.span.column - 1 : found.span.end_column - 1] == f"'{wrong}'"
    if not wrong.startswith("part"):
        assert found.help == help


def test_all_wrong_values_are_told() -> None:
    assert len(check("track.ai.declared in ['a1', 'b2'] && track.moods[0] == 'c3'")) == 3


def test_enums_without_a_common_value_are_never_equal() -> None:
    (found,) = check("track.contributors.exists(c, c.facet == track.ai.declared)")
    assert found.code == "never-equal"
    assert check("track.ai.declared in track.moods")[0].code == "never-equal"


def test_without_its_tree_a_variable_can_hold_anything() -> None:
    environment = ENVIRONMENT.with_variable("declared", "string")
    tree, found = environment.compile(Placed.alone("declared == 'nonee'"))
    assert tree is not None
    assert found == check_enums(tree, SCHEMA, variables={}, path="p") == ()
