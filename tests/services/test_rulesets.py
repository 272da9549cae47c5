"""Publishing: once, whole, never again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from policy.engines.rows import Template
from policy.lang.plan import decode_plan
from policy.models import AuditEntry, Rule, Ruleset, RulesetVersion
from policy.services.rulesets import RulesetRefused, ruleset_publish
from tests import factories, trees
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return trees.small_tree(tmp_path)


def test_every_frozen_version_becomes_rows_that_need_no_parser_to_read(tree: Path) -> None:
    author = factories.user(name="author")
    published = ruleset_publish(root=tree, published_by=author, at=NOW)
    assert [(row.ruleset.key, row.version) for row in published.new] == [
        ("identity", "1.0.0"),
        ("length", "1.0.0"),
    ]
    version = published.new[1]
    assert version.source == (tree / "length/1.0.0.yaml").read_text(encoding="utf-8")
    assert version.path.endswith("length/1.0.0.yaml")
    plan = decode_plan(bytes(version.plan))
    assert [rule.id for rule in plan.rules] == ["too-short"]
    template = msgspec.json.decode(bytes(version.template), type=Template)
    assert len(template.rules) == 1
    rule = Rule.objects.get(version=version)
    assert (rule.key, rule.effect, rule.position) == ("too-short", "review", 0)
    assert rule.span[0] == plan.rules[0].span.line
    assert Ruleset.objects.get(key="length").owner == "Tests"
    entry = AuditEntry.objects.filter(action="ruleset_publish").order_by("pk")[1]
    assert (entry.actor, entry.detail["version"]) == (author, "1.0.0")


def test_publishing_again_changes_nothing(tree: Path) -> None:
    ruleset_publish(root=tree, published_by=None, at=NOW)
    again = ruleset_publish(root=tree, published_by=None, at=NOW)
    assert (len(again.new), len(again.known)) == (0, 2)
    assert RulesetVersion.objects.count() == 2
    assert AuditEntry.objects.count() == 2


def test_one_ruleset_can_be_published_alone(tree: Path) -> None:
    published = ruleset_publish(root=tree, published_by=None, at=NOW, keys=["length"])
    assert [row.ruleset.key for row in published.new] == ["length"]
    with pytest.raises(RulesetRefused, match="there is no ruleset `lenght`"):
        ruleset_publish(root=tree, published_by=None, at=NOW, keys=["lenght"])


def test_a_published_version_with_another_text_is_refused_even_if_the_lock_is_rewritten(
    tree: Path,
) -> None:
    ruleset_publish(root=tree, published_by=None, at=NOW)
    text = (tree / "length/1.0.0.yaml").read_text(encoding="utf-8")
    (tree / "length/1.0.0.yaml").write_text(text.replace("review", "block"), encoding="utf-8")
    trees.write_ruleset(
        tree, "identity", {"1.1.0": trees.version_text("identity", trees.MALFORMED)}
    )
    (tree / "versions.lock").unlink()
    trees.lock(tree)
    with pytest.raises(RulesetRefused) as refused:
        ruleset_publish(root=tree, published_by=None, at=NOW)
    assert "error[version-changed]: version `1.0.0` was published with another text" in str(
        refused.value
    )
    assert RulesetVersion.objects.count() == 2, "1.1.0 was not published either"


def test_all_mistakes_of_the_tree_come_at_once_and_nothing_is_published(tree: Path) -> None:
    wrong = trees.version_text("length", trees.SHORT.replace("track.duration", "track.duratoin"))
    trees.write_ruleset(tree, "length", {"draft": wrong})
    worse = trees.version_text("identity", trees.MALFORMED.replace("limit", "limmit"))
    trees.write_ruleset(tree, "identity", {"draft": worse})
    with pytest.raises(RulesetRefused) as refused:
        ruleset_publish(root=tree, published_by=None, at=NOW)
    text = str(refused.value)
    assert "length/draft.yaml:" in text
    assert "identity/draft.yaml:" in text
    assert "did you mean" in text
    assert RulesetVersion.objects.count() == 0
    assert Ruleset.objects.count() == 0
