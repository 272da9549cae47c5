"""The one page that decides: laws that hold for all results, and cases that people ask about."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from policy.lang.combine import (
    Outcome,
    RuleResult,
    Status,
    combine,
    effect_in,
    severity,
    strictest,
)
from policy.lang.plan import EFFECTS, Effect

CODES = ("DE", "FR", "NO", "US")


def result(
    rule: str,
    effect: Effect | None,
    status: Status = "matched",
    territories: tuple[str, ...] | None = None,
    ruleset: str = "a",
) -> RuleResult:
    return RuleResult(ruleset, rule, status, effect, territories)


RESULTS = st.lists(
    st.builds(
        RuleResult,
        ruleset=st.sampled_from("abc"),
        rule=st.sampled_from(["one", "two", "three", "four"]),
        status=st.sampled_from(["matched", "not_matched", "indeterminate"]),
        effect=st.sampled_from(EFFECTS),
        territories=st.none()
        | st.lists(st.sampled_from((*CODES, "Worldwide")), max_size=3, unique=True).map(tuple),
    ),
    max_size=8,
)


def test_nothing_is_allowed() -> None:
    assert combine([]) == Outcome("allow", (), ())


def test_what_does_not_match_says_nothing() -> None:
    assert combine([result("x", "block", "not_matched")]) == Outcome("allow", (), ())


def test_the_strictest_holds_and_is_named() -> None:
    outcome = combine([result("mild", "limit"), result("strict", "withhold"), result("x", "allow")])
    assert outcome == Outcome("withhold", (), (("a", "strict"),))


def test_a_territory_may_differ() -> None:
    outcome = combine([result("all", "limit"), result("eu", "block", territories=("FR", "DE"))])
    assert outcome.worldwide == "limit"
    assert outcome.territories == (("DE", "block"), ("FR", "block"))
    assert outcome.determining == (("a", "all"), ("a", "eu"))
    assert strictest(outcome) == "block"
    assert effect_in(outcome, "DE") == "block"
    assert effect_in(outcome, "US") == "limit"


def test_a_milder_territory_does_not_differ() -> None:
    outcome = combine([result("all", "block"), result("eu", "limit", territories=("DE",))])
    assert outcome == Outcome("block", (), (("a", "all"),))


def test_worldwide_among_territories_is_everywhere() -> None:
    assert combine([result("x", "block", territories=("Worldwide",))]).worldwide == "block"


def test_a_rule_for_no_territory_says_nothing() -> None:
    assert combine([result("x", "block", territories=())]) == Outcome("allow", (), ())


def test_an_unknown_is_never_allowed() -> None:
    outcome = combine([result("x", "allow", "indeterminate")])
    assert outcome == Outcome("review", (), (("a", "x"),))
    assert combine([result("x", "block", "indeterminate")]).worldwide == "block"
    assert combine([result("x", None, "indeterminate")]) == Outcome("allow", (), ())


def test_the_first_match_settles_a_table() -> None:
    table = [result("one", "limit"), result("two", "block")]
    assert combine(table, first_match=["a"]) == Outcome("limit", (), (("a", "one"),))
    other = [*table, result("x", "review", ruleset="b")]
    assert combine(other, first_match=["a"]).worldwide == "review"


def test_a_table_is_settled_in_each_territory_for_itself() -> None:
    table = [result("eu", "allow", territories=("DE",)), result("rest", "block")]
    outcome = combine(table, first_match=["a"])
    assert outcome.worldwide == "block"
    assert outcome.territories == (("DE", "allow"),)


def test_a_row_that_might_have_matched_is_heard() -> None:
    table = [result("unknown", "review", "indeterminate"), result("two", "limit")]
    assert combine(table, first_match=["a"]).worldwide == "review"


@given(RESULTS, st.randoms())
def test_the_order_of_rules_does_not_matter(
    results: list[RuleResult], shuffle: random.Random
) -> None:
    other = list(results)
    shuffle.shuffle(other)
    assert combine(other) == combine(results)


@given(RESULTS)
def test_the_order_of_rulesets_does_not_matter_in_tables(results: list[RuleResult]) -> None:
    grouped = sorted(results, key=lambda each: each.ruleset, reverse=True)
    assert combine(grouped, first_match="abc") == combine(results, first_match="abc")


@given(RESULTS, RESULTS)
def test_a_further_rule_never_loosens(results: list[RuleResult], more: list[RuleResult]) -> None:
    before, after = combine(results), combine([*results, *more])
    for code in (*CODES, "Worldwide"):
        assert severity(effect_in(after, code)) >= severity(effect_in(before, code))


@given(RESULTS, st.sampled_from(EFFECTS))
def test_a_stricter_rule_never_loosens(results: list[RuleResult], floor: Effect) -> None:
    stricter = [
        replace(each, effect=floor) if severity(each.effect or "allow") < severity(floor) else each
        for each in results
    ]
    before, after = combine(results), combine(stricter)
    for code in (*CODES, "Worldwide"):
        assert severity(effect_in(after, code)) >= severity(effect_in(before, code))


@given(RESULTS)
def test_the_determining_rules_alone_come_to_the_same(results: list[RuleResult]) -> None:
    outcome = combine(results)
    kept = [each for each in results if (each.ruleset, each.rule) in outcome.determining]
    assert combine(kept) == outcome


@given(RESULTS)
def test_an_unknown_rule_is_at_least_reviewed(results: list[RuleResult]) -> None:
    unknown = result("unknown", "limit", "indeterminate")
    assert severity(combine([*results, unknown]).worldwide) >= severity("review")


@given(RESULTS)
def test_territories_are_sorted_and_differ(results: list[RuleResult]) -> None:
    outcome = combine(results)
    codes = [code for code, _ in outcome.territories]
    assert codes == sorted(set(codes))
    assert all(effect != outcome.worldwide for _, effect in outcome.territories)
    assert strictest(outcome) in [outcome.worldwide, *(effect for _, effect in outcome.territories)]
