"""What holds for every file: one layout, the same meaning, no comment lost, nothing left to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.lang.compiler import compile_tree
from policy.lang.formatter.comments import find_comments
from policy.lang.formatter.outline import Outline
from policy.lang.formatter.text import NotFormatted, formatted
from policy.lang.grammar.files import GRAMMARS, Kind, kind_of
from policy.lang.loader import load
from policy.lang.plan import Plan, encode
from policy.lang.source import Source
from tests.lang import trees
from tests.lang.formatter.messy import Messy
from tests.lang.formatter.plans import without_places

RULESETS = Path(__file__).parents[3] / "rulesets"
SHIPPED = sorted(path for path in RULESETS.rglob("*.yaml") if kind_of(path.name))


def read(path: Path) -> tuple[Source, Kind]:
    kind = kind_of(path.name)
    assert kind is not None
    return Source(path.name, path.read_text()), kind


def comments_of(text: str) -> list[str]:
    source = Source("x.yaml", text)
    root, found = load(source)
    assert root is not None, found
    return sorted(comment.text for comment in find_comments(source, Outline(source, root)))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_formatted_file_stays_as_it_is(path: Path) -> None:
    source, kind = read(path)
    once = formatted(source, kind)
    assert formatted(Source(path.name, once), kind) == once


@settings(max_examples=40)
@given(st.data())
def test_every_layout_of_a_file_comes_to_the_same_text(data: st.DataObject) -> None:
    source, kind = read(data.draw(st.sampled_from(SHIPPED)))
    lines = source.text.split("\n")
    bare = "\n".join(line for line in lines if line and not line.lstrip().startswith("#"))
    root, _ = load(Source("x.yaml", bare))
    assert root is not None
    messy = data.draw(st.composite(lambda draw: Messy(draw).document(root, GRAMMARS[kind]))())
    assert formatted(Source("x.yaml", messy), kind) == formatted(Source("x.yaml", bare), kind)


@settings(max_examples=40)
@given(st.data())
def test_comments_stay_and_nothing_is_left_to_do(data: st.DataObject) -> None:
    source, kind = read(data.draw(st.sampled_from(SHIPPED)))
    root, _ = load(source)
    assert root is not None
    messy = data.draw(st.composite(lambda draw: Messy(draw, True).document(root, GRAMMARS[kind]))())
    once = formatted(Source("x.yaml", messy), kind)
    assert comments_of(once) == comments_of(messy)
    assert formatted(Source("x.yaml", once), kind) == once
    assert not [line for line in once.split("\n") if line != line.rstrip()]


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_is_refused_or_keeps_its_meaning(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(trees.GOOD)))
    text = trees.GOOD[name]
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 30)))
    put = data.draw(st.sampled_from(["", text[:40], "{", "'", ": ", "\n", "- ", "# c\n", "(", "~"]))
    kind = kind_of(Path(name).name)
    assert kind is not None
    try:
        once = formatted(Source(name, text[:start] + put + text[stop:]), kind)
    except NotFormatted as reason:
        refused = str(reason)
    else:
        refused = ""
        assert formatted(Source(name, once), kind) == once
    assert refused in ("", "it has mistakes")


def plans(root: Path) -> dict[str, Plan]:
    tree = compile_tree(root, shown_as="rulesets")
    assert {found.code for found in tree.diagnostics} <= {"version-unlocked"}
    return {
        f"{each.key}@{name}": plan for each in tree.rulesets for name, plan in each.plans.items()
    }


def test_the_shipped_rulesets_compile_to_the_same_plans(tmp_path: Path) -> None:
    for path in SHIPPED:
        copied = tmp_path / path.relative_to(RULESETS)
        copied.parent.mkdir(exist_ok=True, parents=True)
        source, kind = read(path)
        copied.write_text(formatted(source, kind))
    before, after = plans(RULESETS), plans(tmp_path)
    assert before.keys() == after.keys()
    for name, plan in after.items():
        assert encode(without_places(plan)) == encode(without_places(before[name]))
