"""The benchmark itself works, and every engine in it fires what the oracle fires."""

from __future__ import annotations

import io

import pytest

from tests.benchmarks import oracle, rows
from tests.benchmarks.catalogue import catalogue, enlarged
from tests.benchmarks.tracks import tracks


@pytest.mark.parametrize("regexes", [False, True])
def test_all_engines_fire_the_same(regexes: bool) -> None:
    inputs = rows.Inputs.make(150)
    by_hand = oracle.firings if regexes else oracle.plain_firings
    found = rows.workers(catalogue(regexes=regexes), inputs, regexes=regexes)
    rows.check(found, [by_hand(each) for each in inputs.dicts])


def test_every_rule_fires_somewhere() -> None:
    fired = {rule for each in tracks(4000) for rule in oracle.firings(each)}
    assert fired == set(range(40))


def test_larger_rulesets_keep_their_first_rules() -> None:
    plan = catalogue(regexes=False).plan
    larger = enlarged(plan, 100)
    assert len(larger.rules) == 100
    assert [rule.when for rule in larger.rules[:40]] == [rule.when for rule in plan.rules]
    assert larger.rules[64].when != plan.rules[24].when


def test_it_prints_every_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "readiness", lambda count: 0.1)
    out = io.StringIO()
    rows.main(["--tracks", "20", "--rounds", "1"], out=out)
    assert out.getvalue().count("met") + out.getvalue().count("MISSED") == 12
