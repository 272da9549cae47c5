"""A decision is a function of bundle and snapshot."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.lang.bundle import decode_bundle
from policy.models import Bundle, Decision, Obligation
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.judging import judge, snapshot
from policy.services.programs import LoadedBundle
from policy.services.replay import decisions_replay
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.fact_documents import documents
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SHIPPED = trees.SHIPPED


def _activated(root: Path) -> Bundle:
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    return bundle


@given(document=documents(), as_of=st.datetimes(timezones=st.just(NOW.tzinfo)))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_shipped_rules_give_the_same_bytes_in_any_process(
    document: bytes, as_of: Any, shipped: tuple[LoadedBundle, LoadedBundle]
) -> None:
    here, elsewhere = shipped
    kept = snapshot(document, as_of)
    assert judge(here, kept) == judge(elsewhere, kept)


@pytest.fixture
def shipped() -> tuple[LoadedBundle, LoadedBundle]:
    content = bytes(_activated(SHIPPED).content)
    return LoadedBundle(decode_bundle(content)), LoadedBundle(decode_bundle(content))


def _decide(root: Path, number: int = 3) -> list[Decision]:
    _activated(root)
    for seconds in range(number):
        factories.request(track=factories.track(duration_seconds=10 * (seconds + 1)))
    evaluate_pending(now=NOW)
    return list(Decision.objects.order_by("pk"))


def test_decisions_come_out_the_same_again(tmp_path: Path) -> None:
    decisions = _decide(trees.small_tree(tmp_path))
    replayed = list(decisions_replay(decisions=Decision.objects.all()))
    assert [each.decision for each in replayed] == decisions
    assert all(each.same for each in replayed)


def test_decisions_of_the_shipped_rules_do_too() -> None:
    _decide(SHIPPED)
    assert all(each.same for each in decisions_replay(decisions=Decision.objects.all()))


def test_rulings_of_people_are_not_replayed(tmp_path: Path) -> None:
    [decision] = _decide(trees.small_tree(tmp_path), 1)
    factories.decision(track=decision.track, made_by=factories.user(), supersedes=decision)
    assert len(list(decisions_replay(decisions=Decision.objects.all()))) == 1


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        ("UPDATE policy_decision SET worldwide = 'block'", ("the outcome",)),
        ("UPDATE policy_finding SET reason = 'Because.'", ("the findings",)),
        ("UPDATE policy_obligation SET \"do\" = 'accrue'", ("the obligations",)),
        ("UPDATE policy_obligation SET due_at = '2027-01-01'", ("the obligations",)),
        ("UPDATE policy_obligation SET due_at = NULL", ("the obligations",)),
        ("DELETE FROM policy_obligation", ("the obligations",)),
        ("UPDATE policy_decision SET trace = %s", ("the trace",)),
        (
            "UPDATE policy_factsnapshot SET content = %s",
            (
                "the snapshot is not what its digest says",
                "the outcome",
                "the findings",
                "the obligations",
            ),
        ),
    ],
)
def test_what_was_changed_behind_the_back_is_found(
    tamper: str, told: tuple[str, ...], tmp_path: Path
) -> None:
    [decision] = _decide(trees.small_tree(tmp_path), 1)
    content = zlib.decompress(bytes(decision.snapshot.content))
    changed = zlib.compress(
        b"{}" if "trace" in tamper else content.replace(b'"duration_seconds":10', b'"deliveries":1')
    )
    with connection.cursor() as cursor:
        cursor.execute(tamper, [changed] if "%s" in tamper else [])
    [replayed] = decisions_replay(decisions=Decision.objects.all())
    assert not replayed.same
    assert set(told) <= set(replayed.differences)
    assert set(replayed.differences) <= {*told, "the trace"}


def test_an_earlier_deadline_and_more_parties_are_no_difference(tmp_path: Path) -> None:
    [decision] = _decide(trees.small_tree(tmp_path), 1)
    duty = Obligation.objects.get()
    Obligation.objects.update(due_at=NOW)
    factories.obligation(
        finding=duty.finding, decision=decision, do=duty.do, of=duty.of, due_at=NOW,
        party=factories.party(), state="lapsed",
    )  # fmt: skip
    [replayed] = decisions_replay(decisions=Decision.objects.all())
    assert replayed.same


def test_one_ruleset_can_be_looked_at_alone(tmp_path: Path) -> None:
    _decide(trees.small_tree(tmp_path), 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE policy_finding SET reason = 'Because.'")
        cursor.execute("UPDATE policy_decision SET effect = 'block'")
    decisions = Decision.objects.all()
    [whole] = decisions_replay(decisions=decisions)
    [length] = decisions_replay(decisions=decisions, ruleset="length")
    [identity] = decisions_replay(decisions=decisions, ruleset="identity")
    assert whole.differences == ("the outcome", "the findings")
    assert length.differences == ("the findings",)
    assert identity.same
