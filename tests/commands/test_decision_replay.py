"""`decision_replay` under other rules; its first use is tested with `decision_explain`."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from policy.models import Bundle, Decision, Involvement
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.factories import NOW
from tests.plugins.goldens import CheckGolden

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree called `rulesets` in the working folder, live; four tracks are decided under it."""
    monkeypatch.chdir(tmp_path)
    root = trees.small_tree(tmp_path / "rulesets")
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    halcyon = factories.party(name="Halcyon Records")
    album = factories.release(account=factories.account(key="northwind"), display_artist="Ana Lund")
    for seconds in (10, 29, 31, 60):
        track = factories.track(
            release=album,
            title=f"{seconds} Seconds",
            duration_seconds=seconds,
            isrc_well_formed=seconds != 60,
        )
        Involvement.objects.create(track=track, party=halcyon, kind="holder")
        factories.request(track=track)
    evaluate_pending(now=NOW)
    return root


def _draft(root: Path, *, since: str = "2026-01-01") -> None:
    """Write a draft that takes longer tracks for short too, if they are not 29 seconds long."""
    condition = "track.duration_seconds < params.shortest"
    longer = "track.duration_seconds != 29 && track.duration_seconds < 2 + params.shortest"
    rule = trees.SHORT.replace(condition, longer)
    (root / "length/draft.yaml").write_text(trees.version_text("length", rule, since=since))


def _run(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command("decision_replay", *map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


def _settled(text: str) -> str:
    """Without what is another each time."""
    digest = Bundle.objects.get().digest
    return re.sub(r"[0-9a-f-]{36}", "<uuid>", text.replace(digest[:12], "<digest>"))


def test_what_a_draft_changes_is_told(root: Path, golden: CheckGolden) -> None:
    _draft(root)
    golden("commands/decision_replay_folder.txt", _settled(_run("--folder", "rulesets")))


def test_a_draft_that_does_not_hold_yet_is_told(root: Path, golden: CheckGolden) -> None:
    _draft(root, since="2026-12-01")
    told = _run("--folder", "rulesets", "--ruleset", "length", "--examples", 1)
    golden("commands/decision_replay_out_of_force.txt", _settled(told))


@pytest.mark.usefixtures("root")
def test_a_bundle_on_record_is_named_by_digest_or_uuid(golden: CheckGolden) -> None:
    bundle = Bundle.objects.get()
    told = _run("--bundle", bundle.digest[:6])
    golden("commands/decision_replay_bundle.txt", _settled(told))
    assert _run("--bundle", bundle.uuid) == told


def test_programs_get_json(root: Path) -> None:
    _draft(root)
    found = json.loads(_run("--folder", "rulesets", "--json"))
    assert (found["decisions"], found["stricter"], found["milder"]) == (4, 1, 1)
    assert found["rules"][0]["kind"] == "matches"
    assert found["deliverers"][0]["party"] == "Northwind"
    assert json.loads(_run("--json")) == {"same": 4, "otherwise": 0, "decisions": []}


def test_decisions_are_chosen_by_time_number_and_name(root: Path) -> None:
    _draft(root)
    first = Decision.objects.earliest("pk")
    under = ("--folder", "rulesets", "--json")

    def number(*arguments: object) -> int:
        found: int = json.loads(_run(*under, *arguments))["decisions"]
        return found

    assert number("--newest", 3) == 3
    assert number(first.uuid) == 1
    assert number("--since", NOW.isoformat()) == 4
    assert number("--until", NOW.isoformat()) == 0
    assert number("--since", (NOW + timedelta(seconds=1)).isoformat()) == 0
    assert json.loads(_run("--json", "--newest", 2))["same"] == 2
    assert _run("--ruleset", "length") == "4 decisions as before, 0 otherwise\n"


def test_wrong_usage_is_told(root: Path) -> None:
    with pytest.raises(CommandError, match="no bundle begins with `beef`"):
        _run("--bundle", "beef")
    with pytest.raises(CommandError, match="no bundle begins with"):
        _run("--bundle", uuid4())
    with pytest.raises(CommandError, match="nowhere is no folder"):
        _run("--folder", "nowhere")
    with pytest.raises(CommandError, match="not allowed with argument"):
        _run("--folder", "rulesets", "--bundle", "a")
    with pytest.raises(CommandError, match="`0` is no number of things: write 1 or more"):
        _run("--newest", 0)
    with pytest.raises(CommandError, match="no ruleset `tempo`: use `identity` or `length`"):
        _run("--folder", "rulesets", "--ruleset", "tempo")
    with pytest.raises(CommandError, match="no ruleset `lenght` is published: did you mean"):
        _run("--ruleset", "lenght")
    (root / "length/draft.yaml").write_text("language: 2\n")
    with pytest.raises(CommandError, match=r"rulesets/length/draft\.yaml:1:11: error\["):
        _run("--folder", "rulesets")


def test_many_parties_are_not_all_listed(root: Path) -> None:
    tracks = {decision.track for decision in Decision.objects.select_related("track")}
    for number in range(12):
        party = factories.party(name=f"Holder {number:02}")
        for track in tracks:
            Involvement.objects.create(track=track, party=party, kind="holder")
    _draft(root)
    told = _run("--folder", "rulesets")
    assert "  Holder 08: 2 tracks" in told
    assert "  Holder 09: 2 tracks" not in told
    assert told.endswith("  and 3 more; --json names all\n")
