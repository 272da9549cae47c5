"""Decisions that become tests of the rules."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from policy.engines.testing import run_ruleset
from policy.lang.case_file import CaseFile
from policy.lang.compiler import compile_tree
from policy.lang.diagnostics import has_errors, render_all
from policy.lang.source import Source
from policy.lang.testing import Verdict
from policy.models import Decision
from policy.samples.generator import generate
from policy.services import recorded_cases
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.pseudonyms import IDENTIFIERS, NAMES
from policy.services.recorded_cases import (
    NotExported,
    RecordedCase,
    Wanted,
    cases_append,
    cases_export,
)
from policy.services.rulesets import RulesetRefused, read_rulesets, ruleset_publish
from tests import factories, trees
from tests.fact_documents import shipped_schema
from tests.factories import NOW
from tests.sample_catalogue import NOW as LATE
from tests.sample_catalogue import decide, deliver

pytestmark = pytest.mark.django_db

RULESETS = ("compensation", "consent", "duplicates", "labelling")


@pytest.fixture
def compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trees are compiled once, however many decisions are exported."""
    monkeypatch.setattr(recorded_cases, "read_rulesets", cache(read_rulesets))


def _telling() -> Iterator[Decision]:
    """Decisions of the catalogue, one of each kind: by the rules that had something to say."""
    seen: set[frozenset[tuple[str, str]]] = set()
    for decision in Decision.objects.select_related("bundle", "snapshot").order_by("-pk"):
        kind = frozenset(decision.findings.values_list("rule_key", "status"))
        if kind not in seen:
            seen.add(kind)
            yield decision


def _copy(root: Path) -> Path:
    return Path(shutil.copytree(trees.SHIPPED, root / "rulesets"))


def _add(cases: Iterable[RecordedCase], root: Path) -> None:
    """Write cases into the copy of a tree, behind those that are there."""
    for key, group in groupby(sorted(cases, key=_ruleset), key=_ruleset):
        path = root / key / "tests.yaml"
        file = CaseFile.read(Source.read(path), shipped_schema(), "track")
        path.write_text(file.with_case("", "".join(case.text for case in group)))


def _ruleset(case: RecordedCase) -> str:
    return case.ruleset


def _verdicts(root: Path) -> dict[tuple[str, str], Verdict]:
    """How all cases of a tree without mistakes went, by ruleset and name."""
    tree = compile_tree(root)
    assert not has_errors(tree.diagnostics), render_all(tree.diagnostics, tree.sources)
    reports = [run_ruleset(ruleset, tree) for ruleset in tree.rulesets]
    return {
        (report.ruleset, verdict.case.name): verdict
        for report in reports
        if report
        for verdict in report.verdicts
    }


@pytest.mark.usefixtures("compiled_once")
def test_every_decision_passes_as_a_test_of_every_ruleset(tmp_path: Path) -> None:
    deliver(generate(deliveries=12, until=LATE))
    decide()
    exported = [
        case
        for decision in _telling()
        for case in cases_export(decision=decision, root=trees.SHIPPED, rulesets=RULESETS)
    ]
    assert len(exported) > 100
    assert [case.problems for case in exported if case.problems] == []
    root = _copy(tmp_path)
    _add(exported, root)
    verdicts = _verdicts(root)
    went = [verdicts[case.ruleset, case.name] for case in exported]
    assert [verdict.problems for verdict in went if verdict.status != "passed"] == []


@pytest.mark.usefixtures("compiled_once")
def test_other_names_and_all_facts_pass_as_well() -> None:
    deliver(generate(deliveries=2, until=LATE))
    decide()
    for decision in list(_telling())[:6]:
        for wanted in (Wanted(anonymous=True), Wanted(all_facts=True)):
            found = cases_export(
                decision=decision, root=trees.SHIPPED, rulesets=RULESETS, wanted=wanted
            )
            assert [case.problems for case in found if case.problems] == []


# One decision of a small tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree whose rules are live."""
    root = trees.small_tree(tmp_path / "rulesets")
    _activate(root)
    return root


def _activate(root: Path) -> None:
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)


def _decided(**track: Any) -> Decision:
    fields: dict[str, Any] = {
        "title": "Blue Hour",
        "duration_seconds": 10,
        "isrc_well_formed": False,
    } | track
    factories.request(track=factories.track(**fields))
    evaluate_pending(now=NOW)
    return Decision.objects.latest("pk")


SHORT_CASE = """\
- name: Too short
  as_of: 2026-11-22T12:00:00Z
  facts: {track.title: Blue Hour, track.duration_seconds: 10}
  expect:
    outcome: review
    rules: [too-short]
    obligations:
      - {do: notify, of: master_owner, within: P2D}
    reason: '"Blue Hour" lasts 10 s; 30 s is the least.'
"""


def test_a_case_says_what_the_rules_read_and_what_was_decided(root: Path) -> None:
    wanted = Wanted(name="Too short")
    identity, length = cases_export(decision=_decided(), root=root, wanted=wanted)
    assert (identity.ruleset, length.ruleset) == ("identity", "length")
    assert length.text == SHORT_CASE
    assert (length.version, length.current, length.problems) == ("1.0.0", "1.0.0", ())
    assert "duration" not in identity.text


def test_a_case_is_added_to_the_tests_of_its_ruleset(root: Path) -> None:
    decision = _decided()
    paths = cases_append(cases=cases_export(decision=decision, root=root))
    assert paths == (root / "identity/tests.yaml", root / "length/tests.yaml")
    named = Wanted(name="Again")
    cases_append(cases=cases_export(decision=decision, root=root, wanted=named))
    went = {key: verdict.status for key, verdict in _verdicts(root).items()}
    names = (f"As decided in {decision.uuid}", "Again")
    assert went == {(each, name): "passed" for each in ("identity", "length") for name in names}


def test_nothing_is_written_when_one_of_several_cannot_be(root: Path) -> None:
    decision = _decided()
    cases_append(cases=cases_export(decision=decision, root=root, rulesets=("length",)))
    with pytest.raises(NotExported, match=r"length/tests\.yaml has a case .* already"):
        cases_append(cases=cases_export(decision=decision, root=root))
    assert not (root / "identity/tests.yaml").exists()
    assert sorted(path.name for path in (root / "identity").iterdir()) == [
        "1.0.0.yaml",
        "ruleset.yaml",
    ]


def test_what_the_file_gives_is_put_right_where_rules_read_it(root: Path) -> None:
    given = "as_of: 2026-11-22T12:00:00Z\ngiven: {track.title: X, track.isrc: Y, track.genre: Z}\n"
    first = "cases:\n- name: A\n  expect: {outcome: allow}\n"
    (root / "length/tests.yaml").write_text(given + first)
    [case] = cases_export(decision=_decided(title="X"), root=root, rulesets=("length",))
    assert "\n  facts: {track.duration_seconds: 10}\n  expect:" in case.text
    [case] = cases_export(decision=_decided(), root=root, rulesets=("length",))
    assert "\n  facts: {track.title: Blue Hour, track.duration_seconds: 10}\n" in case.text


def test_a_draft_that_says_otherwise_is_told(root: Path) -> None:
    decision = _decided()
    draft = trees.version_text("length", trees.SHORT.replace("effect: review", "effect: block"))
    (root / "length/draft.yaml").write_text(draft)
    [case] = cases_export(decision=decision, root=root, rulesets=("length",))
    assert case.problems == ("expected `review`, the outcome is `block`",)
    assert "outcome: review" in case.text


def test_facts_that_a_snapshot_lacks_are_unknown(root: Path) -> None:
    decision = _decided()
    content = json.loads(zlib.decompress(bytes(decision.snapshot.content)))
    del content["track"]["title"], content["track"]["duration_seconds"]
    content["unknown"] = ["track.duration_seconds"]
    decision.snapshot.content = zlib.compress(json.dumps(content).encode())
    [case] = cases_export(decision=decision, root=root, rulesets=("length",))
    assert "unknown: [track.duration_seconds, track.title]" in case.text
    assert "errors: [too-short]" in case.text
    assert case.problems == ()


def test_equal_names_stay_equal_under_other_names(root: Path) -> None:
    decision = _decided(display_artist="Ana Lund", isrc="ZZTST2600001")
    wanted = Wanted(anonymous=True, all_facts=True)
    [case] = cases_export(decision=decision, root=root, rulesets=("length",), wanted=wanted)
    assert "track.title: Title 1\n" in case.text
    assert "ZZTST2600001" not in case.text
    assert "Ana Lund" not in case.text
    assert "Blue Hour" not in case.text


def test_other_names_that_change_what_is_decided_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "rulesets"
    named = trees.MALFORMED.replace("!track.isrc_well_formed", 'track.title == "Blue Hour"')
    trees.write_ruleset(root, "identity", {"1.0.0": trees.version_text("identity", named)})
    _activate(trees.lock(root))
    with pytest.raises(NotExported, match="under other names `isrc-malformed` come out otherwise"):
        cases_export(decision=_decided(), root=root, wanted=Wanted(anonymous=True))


def test_what_cannot_be_exported_is_told(root: Path) -> None:
    decision = _decided()
    with pytest.raises(NotExported, match=r"no ruleset `lenght`: did you mean `length`\?"):
        cases_export(decision=decision, root=root, rulesets=("lenght",))
    quiet = _decided(duration_seconds=60, isrc_well_formed=True)
    with pytest.raises(
        NotExported, match=f"in {quiet.uuid}: name a ruleset with --ruleset, of identity"
    ):
        cases_export(decision=quiet, root=root)
    ruling = factories.decision(track=decision.track, made_by=factories.user(), supersedes=decision)
    with pytest.raises(NotExported, match=f"a person ruled in .*: export {decision.uuid}"):
        cases_export(decision=ruling, root=root)
    trees.write_ruleset(root, "later", {"draft": trees.version_text("later", trees.MALFORMED)})
    with pytest.raises(NotExported, match="was made without the ruleset `later`"):
        cases_export(decision=decision, root=root, rulesets=("later",))
    (root / "length/draft.yaml").write_text("language: 2\n")
    with pytest.raises(RulesetRefused, match=r"draft\.yaml"):
        cases_export(decision=decision, root=root)


NO_NAMES = frozenset(
    (
        "genre", "language", "detector", "role", "type", "territory", "territories",
        "excluded_territories", "kind",
    )
)  # fmt: skip
"""Free texts of facts.yaml that name neither a party nor a work nor a model."""


def test_every_free_text_of_the_facts_is_a_name_or_is_none() -> None:
    texts = {
        field.name
        for record in shipped_schema().records
        for field in record.fields
        if field.type in ("string", "list(string)") and not field.values
    }
    assert texts - NAMES - IDENTIFIERS == NO_NAMES
