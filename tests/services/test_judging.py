"""From facts to what is decided, without a database."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from policy.engines.rows import DocumentError
from policy.lang.bundle import bundle
from policy.lang.compiler import compile_tree
from policy.services.judging import Judgement, judge, packed, snapshot
from policy.services.programs import LoadedBundle
from tests import trees

AS_OF = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

RULE = """\
  - id: {id}
    title: A rule
    when: |
      {when}
    effect: {effect}
    reason: Because.
{more}"""


def _rule(id: str, when: str, effect: str, more: str = "") -> str:
    return RULE.format(id=id, when=when, effect=effect, more=f"    {more}\n" if more else "")


def _bundle(root: Path, *rules: str, combine: str = "most_restrictive") -> LoadedBundle:
    text = trees.version_text("made", *rules).replace("most_restrictive", combine)
    trees.write_ruleset(root, "made", {"1.0.0": text})
    tree = compile_tree(trees.lock(root))
    assert tree.schema is not None, tree.diagnostics
    [ruleset] = tree.rulesets
    assert ruleset.plans, [str(found.message) for found in tree.diagnostics]
    return LoadedBundle(bundle(tree.schema, [(ruleset.plans["1.0.0"], ruleset.parameters)]))


def _snapshot(*, unknown: list[str] | None = None, as_of: datetime = AS_OF, **facts: Any) -> bytes:
    track = {"title": "Lantern Song", "isrc_well_formed": True, "deliveries": 1} | facts
    return snapshot(json.dumps({"track": track, "unknown": unknown or []}).encode(), as_of)


def _judge(loaded: LoadedBundle, **facts: Any) -> Judgement:
    return judge(loaded, _snapshot(**facts))


def test_nothing_that_speaks_is_allowed(tmp_path: Path) -> None:
    found = _judge(_bundle(tmp_path, _rule("never", "track.deliveries > 5", "block")))
    assert (found.effect, found.worldwide, found.territories, found.rules) == (
        "allow",
        "allow",
        (),
        (),
    )
    assert json.loads(found.trace).keys() == {"made"}
    assert not found.needs_review


def test_the_strictest_rule_determines_and_the_others_are_told(tmp_path: Path) -> None:
    mild = _rule("mild", "track.deliveries > 0", "limit")
    strict = _rule("strict", "track.isrc_well_formed", "review", "territories: '[\"DE\"]'")
    found = _judge(_bundle(tmp_path, mild, strict))
    assert (found.effect, found.worldwide, found.territories) == (
        "review",
        "limit",
        (("DE", "review"),),
    )
    assert [(rule.rule, rule.determining, rule.territories) for rule in found.rules] == [
        ("mild", True, None),
        ("strict", True, ("DE",)),
    ]
    assert found.needs_review


@pytest.mark.parametrize(
    ("on_error", "effect", "stated", "determining", "needs_review"),
    [
        ("review", "review", "review", True, True),
        ("block", "block", "block", True, True),
        ("skip", "allow", "limit", False, False),
    ],
)
def test_a_rule_without_an_answer_is_never_an_allowance(
    tmp_path: Path, on_error: str, effect: str, stated: str, determining: bool, needs_review: bool
) -> None:
    rule = _rule("unsure", "track.deliveries > 0", "limit", f"on_error: {on_error}")
    found = _judge(_bundle(tmp_path, rule), unknown=["track.deliveries"])
    assert found.effect == effect
    [told] = found.rules
    assert (told.status, told.effect, told.determining) == ("indeterminate", stated, determining)
    assert told.reason == "Could not be evaluated: fact `track.deliveries` is unknown."
    assert told.obligations == ()
    assert found.needs_review is needs_review


def test_behind_a_first_match_no_rule_creates_duties(tmp_path: Path) -> None:
    duty = "obligations: [{do: hold_payout, of: service}]"
    rules = [_rule(name, "track.deliveries > 0", "limit", duty) for name in ("first", "second")]
    found = _judge(_bundle(tmp_path, *rules, combine="first_match"))
    assert [(rule.rule, len(rule.obligations), rule.determining) for rule in found.rules] == [
        ("first", 1, True),
        ("second", 0, False),
    ]


def test_rules_of_another_day_do_not_hold(tmp_path: Path) -> None:
    loaded = _bundle(tmp_path, _rule("always", "track.deliveries > 0", "block"))
    before = judge(loaded, _snapshot(as_of=datetime(2025, 12, 31, 23, 59, tzinfo=UTC)))
    after = judge(loaded, _snapshot(as_of=datetime(2026, 1, 1, tzinfo=UTC)))
    assert (before.effect, after.effect) == ("allow", "block")


def test_what_is_kept_can_be_read_back() -> None:
    assert zlib.decompress(packed(b"facts" * 100)) == b"facts" * 100


def test_the_instant_is_part_of_the_snapshot_and_canonical(tmp_path: Path) -> None:
    elsewhere = AS_OF.astimezone(timezone(timedelta(hours=9)))
    assert _snapshot(as_of=elsewhere) == _snapshot()
    assert json.loads(_snapshot())["as_of"] == "2026-11-22T12:00:00Z"
    rule = _rule("late", "now > timestamp('2026-11-22T11:59:59Z')", "limit")
    loaded = _bundle(tmp_path, rule)
    assert judge(loaded, _snapshot()).effect == "limit"
    assert judge(loaded, _snapshot(as_of=AS_OF - timedelta(hours=1))).effect == "allow"


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b'{"as_of": "yesterday", "track": {}}'])
def test_what_is_no_snapshot_is_said_to_be_none(tmp_path: Path, raw: bytes) -> None:
    loaded = _bundle(tmp_path, _rule("never", "track.deliveries > 5", "block"))
    with pytest.raises(DocumentError):
        judge(loaded, raw)
