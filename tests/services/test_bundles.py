"""Bundles by digest, and activations that append."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from policy.lang.bundle import decode_bundle
from policy.models import Activation, AuditEntry, Bundle, EvaluationRequest
from policy.services.bundles import (
    NotActivated,
    active_at,
    bundle_activate,
    bundle_build,
    requeue_chunk,
)
from policy.services.programs import loaded
from policy.services.requests import requests_claim
from policy.services.rulesets import RulesetRefused, ruleset_publish
from tests import factories, trees
from tests.factories import NOW

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = trees.small_tree(tmp_path)
    ruleset_publish(root=root, published_by=None, at=NOW)
    return root


def _newer(tree: Path) -> None:
    text = trees.version_text("length", trees.SHORT.replace("effect: review", "effect: block"))
    trees.write_ruleset(tree, "length", {"1.10.0": text, "1.9.0": text})
    trees.lock(tree)
    ruleset_publish(root=tree, published_by=None, at=NOW)


def _activate(bundle: Bundle, **changes: object) -> Activation:
    asked = {"live_from": NOW, "activated_by": None, "why": "test", "at": NOW} | changes
    return bundle_activate(bundle=bundle, **asked).activation  # type: ignore[arg-type]  # keywords


def test_a_bundle_has_the_newest_version_of_every_ruleset(tree: Path) -> None:
    _newer(tree)
    built = bundle_build(root=tree, at=NOW)
    plan = decode_bundle(bytes(built.bundle.content))
    assert [(each.plan.ruleset, each.plan.version) for each in plan.rulesets] == [
        ("identity", "1.0.0"),
        ("length", "1.10.0"),
    ]
    assert plan.rulesets[1].parameters[0].name == "shortest"
    assert built.new
    assert set(built.bundle.versions.values_list("version", flat=True)) == {"1.0.0", "1.10.0"}


def test_an_equal_bundle_is_the_same_bundle(tree: Path) -> None:
    first = bundle_build(root=tree, at=NOW)
    again = bundle_build(root=tree, at=NOW + HOUR)
    assert (again.bundle, again.new) == (first.bundle, False)
    assert AuditEntry.objects.filter(action="bundle_build").count() == 1


def test_a_new_number_makes_another_bundle(tree: Path) -> None:
    first = bundle_build(root=tree, at=NOW).bundle
    line = "      - {from: 2027-01-01, value: 31, reference: {title: House decision}}\n"
    trees.write_ruleset(tree, "length", {}, parameters=trees.SHORTEST + line)
    trees.lock(tree)
    assert bundle_build(root=tree, at=NOW).bundle.digest != first.digest


def test_another_version_can_be_named_and_must_be_published(tree: Path) -> None:
    _newer(tree)
    built = bundle_build(root=tree, at=NOW, versions={"length": "1.0.0"})
    assert set(built.bundle.versions.values_list("version", flat=True)) == {"1.0.0"}
    with pytest.raises(RulesetRefused, match=r"`length` has no published version `2\.0\.0`"):
        bundle_build(root=tree, at=NOW, versions={"length": "2.0.0"})


def test_a_ruleset_that_is_only_a_draft_is_left_out_and_said(tree: Path) -> None:
    trees.write_ruleset(tree, "new", {"draft": trees.version_text("new", trees.MALFORMED)})
    assert bundle_build(root=tree, at=NOW).left_out == ("new",)


def test_nothing_published_is_refused(tmp_path: Path) -> None:
    root = trees.small_tree(tmp_path)
    with pytest.raises(RulesetRefused, match="no ruleset here is published"):
        bundle_build(root=root, at=NOW)


def test_the_activation_with_the_latest_start_is_in_force_and_going_back_is_another_one(
    tree: Path,
) -> None:
    old = bundle_build(root=tree, at=NOW).bundle
    _newer(tree)
    new = bundle_build(root=tree, at=NOW).bundle
    assert active_at(NOW) is None
    _activate(old)
    _activate(new, live_from=NOW + HOUR)
    assert _bundle_at(NOW) == old
    assert _bundle_at(NOW + HOUR) == new
    _activate(old, live_from=NOW + 2 * HOUR, at=NOW + 2 * HOUR, why="rolled back")
    assert _bundle_at(NOW + 3 * HOUR) == old
    assert Activation.objects.count() == 3


def _bundle_at(moment: object) -> Bundle:
    found = active_at(moment)  # type: ignore[arg-type]  # a datetime
    assert found is not None
    return found.bundle


def test_activating_what_is_live_changes_nothing(tree: Path) -> None:
    bundle = bundle_build(root=tree, at=NOW).bundle
    person = factories.user(name="lead")
    first = _activate(bundle, activated_by=person)
    again = bundle_activate(
        bundle=bundle, live_from=NOW + HOUR, activated_by=None, why="", at=NOW + HOUR
    )
    assert (again.activation, again.new) == (first, False)
    entry = AuditEntry.objects.get(action="bundle_activate")
    assert (entry.actor, entry.object_uuid) == (person, bundle.uuid)


def test_nothing_becomes_live_in_the_past(tree: Path) -> None:
    bundle = bundle_build(root=tree, at=NOW).bundle
    with pytest.raises(NotActivated, match="is in the past"):
        _activate(bundle, live_from=NOW - HOUR)
    assert Activation.objects.count() == 0


def test_an_activation_queues_every_current_track_once_in_chunks(tree: Path) -> None:
    release = factories.release()
    tracks = [factories.track(release=release) for _ in range(5)]
    factories.track(release=release, removed_at=NOW)
    factories.track(release=factories.release(purged_at=NOW))
    activation = _activate(bundle_build(root=tree, at=NOW).bundle)
    sizes = [requeue_chunk(activation=activation, at=NOW, size=2) for _ in range(4)]
    assert sizes == [2, 2, 1, 0]
    assert requeue_chunk(activation=activation, at=NOW) == 0, "whoever asks again finds it done"
    queued = EvaluationRequest.objects.filter(cause="activation").order_by("pk")
    assert list(queued.values_list("track_id", flat=True)) == [track.pk for track in tracks]


def test_requests_of_a_coming_activation_wait_for_it(tree: Path) -> None:
    factories.track()
    activation = _activate(bundle_build(root=tree, at=NOW).bundle, live_from=NOW + HOUR)
    requeue_chunk(activation=activation, at=NOW)
    assert requests_claim(now=NOW, limit=10).requests == ()
    assert len(requests_claim(now=NOW + HOUR, limit=10).requests) == 1


def test_a_bundle_is_loaded_once_and_keeps_the_numbers_of_each_day(
    tree: Path, django_assert_num_queries: object
) -> None:
    digest = bundle_build(root=tree, at=NOW).bundle.digest
    first = loaded(digest)
    with django_assert_num_queries(0):  # type: ignore[operator]  # a fixture of pytest-django
        assert loaded(digest) is first
        assert first.on(NOW.date()) is first.on(NOW.date())
    assert len(first.on(NOW.date()).rulesets) == 2
    assert first.on(NOW.date().replace(year=2025)).rulesets == ()
