"""`decision_export_case`."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from policy.models import Decision
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.factories import NOW
from tests.plugins.goldens import CheckGolden

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree called `rulesets` in the working folder, live, with one decision made under it."""
    monkeypatch.chdir(tmp_path)
    root = trees.small_tree(tmp_path / "rulesets")
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    track = factories.track(title="Blue Hour", duration_seconds=10, isrc_well_formed=False)
    factories.request(track=track)
    evaluate_pending(now=NOW)
    return root


def _run(*arguments: object) -> str:
    out = StringIO()
    given = map(str, (Decision.objects.get().uuid, "--folder", "rulesets", *arguments))
    call_command("decision_export_case", *given, stdout=out, stderr=out)
    return re.sub(r"[0-9a-f-]{36}", "<uuid>", out.getvalue())


@pytest.mark.usefixtures("root")
def test_cases_are_printed_under_the_files_that_they_are_for(golden: CheckGolden) -> None:
    golden("commands/decision_export_case.txt", _run())


def test_a_case_is_added_and_a_second_one_of_its_name_is_not(root: Path) -> None:
    told = _run("--ruleset", "length", "--append", "--name", "Ten seconds")
    assert told == "rulesets/length/tests.yaml: added `Ten seconds`\n"
    text = (root / "length/tests.yaml").read_text()
    with pytest.raises(CommandError, match=r"length/tests\.yaml has a case `Ten seconds` already"):
        _run("--ruleset", "length", "--append", "--name", "Ten seconds")
    assert (root / "length/tests.yaml").read_text() == text


def test_what_the_draft_makes_otherwise_is_told(root: Path) -> None:
    draft = trees.version_text("length", trees.SHORT.replace("effect: review", "effect: block"))
    (root / "length/draft.yaml").write_text(draft)
    told = _run("--ruleset", "length").splitlines()[-1]
    assert told == "length draft: expected `review`, the outcome is `block`"


def test_what_cannot_be_written_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "rulesets/length/tests.yaml")

    monkeypatch.setattr("policy.services.files.os.replace", refuse)
    with pytest.raises(CommandError, match=r"tests\.yaml cannot be written: Permission denied"):
        _run("--ruleset", "length", "--append")
    assert {path.name for path in (root / "length").iterdir()} == {
        "1.0.0.yaml",
        "parameters.yaml",
        "ruleset.yaml",
    }


@pytest.mark.usefixtures("root")
def test_wrong_usage_is_told() -> None:
    with pytest.raises(CommandError, match="there is no decision"):
        call_command("decision_export_case", str(uuid4()))
    with pytest.raises(CommandError, match="there is no ruleset `tempo`"):
        _run("--ruleset", "tempo")
    with pytest.raises(CommandError, match="nowhere is no folder"):
        _run("--folder", "nowhere")
