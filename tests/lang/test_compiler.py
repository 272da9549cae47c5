"""Whole trees of rulesets: what compiles, and what is said when something is wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.lang.compiler import compile_folder, compile_tree
from policy.lang.diagnostics import render_all
from policy.lang.plan import decode_plan, encode
from policy.lang.source import Source
from policy.lang.tree import Fact, Literal, Param, walk
from tests.lang import trees
from tests.plugins.goldens import CheckGolden

DRAFTS = Path(__file__).with_name("drafts")
RULESETS = Path(__file__).parents[2] / "rulesets"


def test_it_compiles_the_good_tree(tmp_path: Path) -> None:
    tree = trees.compiled(tmp_path)
    assert tree.diagnostics == ()
    (ruleset,) = tree.rulesets
    assert ruleset.about is not None
    assert ruleset.about.title == "AI labelling"
    assert [parameter.name for parameter in ruleset.parameters] == ["detector_high"]
    assert len(ruleset.cases) == 3
    plan = ruleset.plans["draft"]
    first, second = plan.rules
    assert plan.effective_from == date(2026, 8, 2)
    assert [variable.name for variable in plan.variables] == ["contains_ai"]
    assert (first.effect, first.on_error, first.territories) == ("review", "review", None)
    assert first.obligations[0].within == "P14D"
    assert first.reason.texts == (
        '"', '" was delivered as free of AI; a detector scored ', "."
    )  # fmt: skip
    assert first.dsa is not None
    assert first.dsa.category == "OTHER_VIOLATION_TC"
    assert second.on_error == "skip"
    assert second.obligations[0].details == (("label", "ai_generated"),)
    assert decode_plan(encode(plan)) == plan


def test_every_span_cuts_out_the_authors_own_words(tmp_path: Path) -> None:
    plan = trees.compiled(tmp_path).rulesets[0].plans["draft"]
    source = Source("draft.yaml", trees.DRAFT)
    rule = plan.rules[0]
    words = [source.cut(node.span) for node in walk(rule.when) if isinstance(node, (Fact, Param))]
    assert words == ["track.ai.declared"] + ["track.ai.score"] * 2 + ["params.detector_high"]
    assert [source.cut(hole.span) for hole in rule.reason.holes] == [
        "track.title",
        "track.ai.score",
    ]
    texts = [source.cut(node.span) for node in walk(rule.when) if isinstance(node, Literal)]
    assert texts == ['"none"']
    assert source.cut(plan.rules[1].territories.span) == '["DE", "FR"]'  # type: ignore[union-attr] # it has territories
    assert source.cut(rule.obligations[0].span).startswith("{do: request_disclosure")


@pytest.mark.parametrize("path", sorted(DRAFTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_it_tells_all_mistakes_of_a_draft(path: Path, tmp_path: Path, golden: CheckGolden) -> None:
    files = {"labelling/draft.yaml": path.read_text(), "labelling/tests.yaml": None}
    golden(f"lang/drafts/{path.stem}.txt", trees.told(tmp_path, files))


def test_one_mistake_gives_one_message(tmp_path: Path) -> None:
    wrong = trees.DRAFT.replace("track.ai.declared in", "track.ai.declard in")
    assert trees.codes(tmp_path, {"labelling/draft.yaml": wrong}) == ["unknown-fact"]


def test_a_file_of_parameters_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    files = {"labelling/parameters.yaml": "parameters:\n  a: b: c\n"}
    assert trees.codes(tmp_path, files) == ["invalid-yaml"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("labelling/draft.yaml", b"", "empty-file"),
        ("labelling/draft.yaml", b"# nothing\n", "empty-file"),
        ("labelling/draft.yaml", b"title: caf\xe9\n", "wrong-encoding"),
        ("labelling/draft.yaml", "language: 1".encode("utf-16"), "wrong-encoding"),
        ("labelling/draft.yaml", b"\xef\xbb\xbflanguage: 1", "wrong-encoding"),
        ("labelling/draft.yaml", b"a: \x00", "control-character"),
        ("labelling/draft.yaml", b"[" * 100_000, "too-deep"),
        ("labelling/draft.yaml", b"a: " + b"x" * 1_000_000, "file-too-large"),
        ("labelling/draft.yaml", b"a: &a [x]\nb: [*a, *a]\n", "anchor"),
        ("labelling/drafts.yaml", b"", "unknown-file"),
        ("labelling/1.0.yaml", b"", "unknown-file"),
        ("labelling/ruleset.yaml", None, "missing-file"),
        ("labelling/ruleset.yaml", trees.ABOUT.replace("lab", "lib").encode(), "wrong-ruleset"),
        ("facts.yaml", None, "unreadable-file"),
        ("labelling/1.0.0.yaml", trees.DRAFT.encode(), "version-unlocked"),
    ],
)  # fmt: skip
def test_it_refuses_bad_files(
    name: str, content: bytes | None, code: str, tmp_path: Path, golden: CheckGolden
) -> None:
    files: dict[str, str | bytes | None] = {name: content}
    assert code in trees.codes(tmp_path, files)


def test_messages_for_bad_files(tmp_path: Path, golden: CheckGolden) -> None:
    bad = {
        "not_utf8": b"language: 1\nruleset: caf\xe9\n",
        "utf16": "language: 1".encode("utf-16"),
        "nul": b"language: 1\nruleset: \x00\n",
        "brackets": b"rules: " + b"[" * 100_000,
        "merge_keys": b"a: &a {x: 1}\nb: &b {<<: [*a, *a]}\nc: {<<: [*b, *b]}\n",
        "duplicate_keys": b"language: 1\nruleset: a\nruleset: b\n",
        "tabs": b"language: 1\nrules:\n\t- id: x\n",
        "indentation": b"rules:\n  - id: x\n   title: y\n",
        "colon": b"rules:\n  - title: One: two\n",
        "quote": b"rules:\n  - title: 'One\n",
    }
    texts = []
    for name, content in bad.items():
        files = {"labelling/draft.yaml": content, "labelling/tests.yaml": None}
        found = [
            block
            for block in trees.told(tmp_path / name, files).split("\n\n")
            if not block.startswith("rulesets/labelling/parameters.yaml")
        ]
        texts.append(f"--- {name}\n" + "\n\n".join(found))
    golden("lang/bad_files.txt", "\n".join(texts))


def test_a_missing_version_is_told(tmp_path: Path) -> None:
    trees.write(tmp_path, {})
    made = compile_folder(tmp_path / "labelling", "2.0.0", trees.schema())
    assert made.plan is None
    assert [found.code for found in made.diagnostics] == ["missing-file"]


def test_one_version_compiles_alone(tmp_path: Path) -> None:
    trees.write(tmp_path, {})
    made = compile_folder(tmp_path / "labelling", "draft", trees.schema())
    assert made.plan is not None
    assert made.plan.version == "draft"
    assert made.diagnostics == ()


def test_the_shipped_rulesets_compile() -> None:
    tree = compile_tree(RULESETS, shown_as="rulesets")
    assert render_all(tree.diagnostics, tree.sources) == ""


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    tree = compile_tree(tmp_path / "nowhere")
    assert [found.code for found in tree.diagnostics] == ["missing-file", "unreadable-file"]
    made = compile_folder(tmp_path / "nowhere", "draft", trees.schema())
    assert made.plan is None
    assert {found.code for found in made.diagnostics} == {"missing-file"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_to_a_file_makes_it_raise(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(trees.GOOD)))
    text = trees.GOOD[name]
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 40)))
    put = data.draw(st.sampled_from(["", text[:40], "{", "'", ": ", "\n", "- ", "track", "(", "~"]))
    tree = trees.compiled(tmp_path, {name: text[:start] + put + text[stop:]})
    render_all(tree.diagnostics, tree.sources)
    for found in tree.diagnostics:
        if found.span and found.path in tree.sources:
            assert found.span.line <= tree.sources[found.path].text.count("\n") + 1


def test_territories_of_a_parameter_are_checked_too(tmp_path: Path) -> None:
    line = "{from: 2025-01-01, value: [DE, QQ, at], reference: {title: House decision}}"
    europe = f"  europe:\n    type: list(string)\n    doc: Where.\n    values:\n      - {line}\n"
    draft = trees.DRAFT.replace("""'["DE", "FR"]'""", "params.europe")
    files = {
        "labelling/draft.yaml": draft,
        "labelling/parameters.yaml": trees.PARAMETERS + europe,
        "labelling/tests.yaml": None,
    }
    assert draft != trees.DRAFT
    assert trees.codes(tmp_path, files) == ["unknown-territory"] * 2


def test_an_unused_parameter_is_doubted(tmp_path: Path) -> None:
    more = trees.PARAMETERS + (
        "  unread:\n    type: int\n    doc: Nothing.\n    values:\n"
        "      - {from: 2026-01-01, value: 1, reference: {title: x}}\n"
    )
    tree = trees.compiled(tmp_path, {"labelling/parameters.yaml": more})
    assert [(found.code, found.severity) for found in tree.diagnostics] == [
        ("unused-parameter", "warning")
    ]
    assert tree.rulesets[0].plans  # a doubt keeps nothing from being compiled
