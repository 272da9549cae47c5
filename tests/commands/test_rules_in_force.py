"""From files to deciding: starting, testing and publishing rulesets, bundles and activations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from policy import tasks
from policy.models import Activation, AuditEntry, Bundle, EvaluationRequest, RulesetVersion
from tests import factories, trees

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return trees.small_tree(tmp_path)


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the workers are told."""
    told: list[str] = []
    monkeypatch.setattr(tasks, "nudge", lambda: told.append("look"))
    return told


def _run(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


def test_from_files_to_what_decides_and_again_without_harm(tree: Path, nudges: list[str]) -> None:
    for _ in range(3):
        factories.track()
    published = _run("ruleset_publish", tree)
    assert "published length 1.0.0, 1 rule\n" in published
    assert published.endswith("2 new, 0 published before\n")
    assert _run("ruleset_publish", tree).endswith("0 new, 2 published before\n")
    digest = Bundle.objects.values_list("digest", flat=True)
    assert f"bundle {_line(_run('bundle_build', tree))}" == f"bundle {digest.get()}"
    assert _run("bundle_build", tree).endswith(", built before\n")
    activated = _run("bundle_activate", why="first rules")
    assert f"bundle {digest.get()[:12]} is live from " in activated
    assert "3 tracks queued" in activated
    assert nudges == ["look"]
    again = _run("bundle_activate")
    assert again.endswith(", as before\n")
    assert Activation.objects.get().why == "first rules"
    assert EvaluationRequest.objects.filter(cause="activation").count() == 3


def _line(output: str) -> str:
    return output.strip().rpartition("\n")[2].removeprefix("bundle ")


def test_the_shipped_rulesets_are_meant_unless_told_otherwise() -> None:
    assert "published labelling 1.0.0" in _run("ruleset_publish")
    assert "labelling 2.0.0" in _run("bundle_build")


def test_mistakes_are_the_message_of_the_command(tree: Path) -> None:
    wrong = trees.version_text("length", trees.SHORT.replace("track.duration", "track.duratoin"))
    trees.write_ruleset(tree, "length", {"draft": wrong})
    with pytest.raises(CommandError) as refused:
        _run("ruleset_publish", tree)
    assert "length/draft.yaml:" in str(refused.value)
    assert "error[unknown-fact]" in str(refused.value)
    assert not RulesetVersion.objects.exists()
    with pytest.raises(CommandError, match="unknown-fact"):
        _run("bundle_build", tree)


@pytest.mark.parametrize("command", ["ruleset_publish", "bundle_build", "ruleset_test"])
def test_a_folder_that_is_none_is_said(command: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no folder"):
        _run(command, tmp_path / "nowhere")


def test_a_folder_without_rulesets_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="missing-file"):
        _run("ruleset_publish", tmp_path)


def test_whoever_acts_is_named_and_must_exist(tree: Path) -> None:
    lead = factories.user(name="lead")
    _run("ruleset_publish", tree, by="lead")
    _run("bundle_build", tree, by="lead")
    _run("bundle_activate", by="lead")
    actions = AuditEntry.objects.filter(actor=lead).values_list("action", flat=True).distinct()
    assert set(actions) == {"ruleset_publish", "bundle_build", "bundle_activate"}
    with pytest.raises(CommandError, match="there is no login `nobody`"):
        _run("ruleset_publish", tree, by="nobody")


def test_a_version_can_be_named(tree: Path) -> None:
    text = trees.version_text("length", trees.SHORT.replace("effect: review", "effect: block"))
    trees.write_ruleset(tree, "length", {"1.1.0": text})
    _run("ruleset_publish", trees.lock(tree))
    assert "length 1.1.0" in _run("bundle_build", tree)
    assert "length 1.0.0" in _run("bundle_build", tree, "--version-of", "length@1.0.0")
    with pytest.raises(CommandError, match="names no version"):
        _run("bundle_build", tree, "--version-of", "length")
    assert Bundle.objects.count() == 2


def test_a_bundle_is_named_by_the_beginning_of_its_digest(tree: Path) -> None:
    with pytest.raises(CommandError, match="there is no bundle: build one"):
        _run("bundle_activate")
    _run("ruleset_publish", tree)
    _run("bundle_build", tree)
    digest = Bundle.objects.get().digest
    with pytest.raises(CommandError, match="no bundle begins with `x`"):
        _run("bundle_activate", "x")
    factories.bundle(digest=digest[:8] + "0" * 56)
    with pytest.raises(CommandError, match="several bundles begin with"):
        _run("bundle_activate", digest[:8])
    assert digest[:12] in _run("bundle_activate", digest[:20])


def test_a_bundle_can_become_live_later_but_not_earlier(tree: Path) -> None:
    _run("ruleset_publish", tree)
    _run("bundle_build", tree)
    factories.track()
    later = timezone.now() + timedelta(days=1)
    assert "is going live from" in _run("bundle_activate", "--live-from", later.isoformat())
    assert EvaluationRequest.objects.get().lease_until == later
    with pytest.raises(CommandError, match="is in the past"):
        _run("bundle_activate", "--live-from", "2020-01-01")
    with pytest.raises(CommandError, match="is no instant"):
        _run("bundle_activate", "--live-from", "tomorrow")


def test_an_instant_without_a_zone_is_in_utc(tree: Path) -> None:
    _run("ruleset_publish", tree)
    _run("bundle_build", tree)
    _run("bundle_activate", "--live-from", "2100-01-01T12:00")
    assert Activation.objects.get().live_from == datetime(2100, 1, 1, 12, tzinfo=UTC)


def test_tracks_that_are_there_can_be_left_as_they_are(tree: Path, nudges: list[str]) -> None:
    factories.track()
    _run("ruleset_publish", tree)
    _run("bundle_build", tree)
    _run("bundle_activate", "--no-requeue")
    assert not EvaluationRequest.objects.exists()
    assert nudges == []


def test_tests_of_rulesets_run_and_fail_with_an_exit_code(tmp_path: Path) -> None:
    assert "passed" in _run("ruleset_test")
    root = trees.small_tree(tmp_path)
    (root / "identity" / "tests.yaml").write_text(
        "cases:\n  - name: never\n    facts: {track.isrc_well_formed: true}\n"
        "    expect: {outcome: block}\n",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as ended:
        _run("ruleset_test", root)
    assert ended.value.code == 1


def test_a_preset_can_be_started_tested_and_published(tmp_path: Path) -> None:
    root = tmp_path / "ours"
    assert "of the preset deezer: duplicates, labelling" in _run("ruleset_start", "deezer", root)
    assert "passed" in _run("ruleset_test", root)
    for draft in root.glob("*/draft.yaml"):
        draft.rename(draft.with_name("1.0.0.yaml"))
    trees.relock(root)
    assert "4 new, 0 published before" in _run("ruleset_publish", root)
    assert "labelling 1.0.0" in _run("bundle_build", root)
    with pytest.raises(SystemExit) as ended:
        _run("ruleset_start", "deezer", root)
    assert ended.value.code == 2
