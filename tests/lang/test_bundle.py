"""A bundle: canonical bytes, one digest, the numbers of a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from policy.lang.bundle import BundlePlan, bundle, decode_bundle
from policy.lang.plan import Parameter, Plan
from policy.lang.schema_file import load_schema
from policy.lang.source import Source
from tests.lang import trees


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Plan, tuple[Parameter, ...]]:
    ruleset = trees.compiled(tmp_path).rulesets[0]
    return ruleset.plans["draft"], ruleset.parameters


@pytest.fixture
def made(parts: tuple[Plan, tuple[Parameter, ...]]) -> BundlePlan:
    return bundle(trees.schema(), [parts])


def test_it_comes_back_from_its_bytes(made: BundlePlan) -> None:
    again = decode_bundle(made.encode())
    assert again == made
    assert again.encode() == made.encode()
    assert again.digest() == made.digest()
    assert len(made.digest()) == 64


def test_other_bytes_are_no_bundle() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_bundle(b'{"rulesets": 3}')


def test_the_order_of_rulesets_is_not_in_the_digest(
    parts: tuple[Plan, tuple[Parameter, ...]],
) -> None:
    plan, parameters = parts
    other = msgspec.structs.replace(plan, ruleset="consent")
    one = bundle(trees.schema(), [(plan, parameters), (other, ())])
    two = bundle(trees.schema(), [(other, ()), (plan, parameters)])
    assert one.digest() == two.digest()
    assert [each.plan.ruleset for each in one.rulesets] == ["consent", "labelling"]


def test_comments_in_the_fact_schema_are_not_in_the_digest(
    parts: tuple[Plan, tuple[Parameter, ...]], made: BundlePlan
) -> None:
    moved, _ = load_schema(Source("facts.yaml", "# A comment.\n\n" + trees.FACTS))
    assert moved is not None
    assert bundle(moved, [parts]).digest() == made.digest()


def test_it_has_one_version_of_a_ruleset(parts: tuple[Plan, tuple[Parameter, ...]]) -> None:
    with pytest.raises(ValueError, match="not two of `labelling`"):
        bundle(trees.schema(), [parts, parts])


def test_it_knows_the_numbers_of_a_day(made: BundlePlan) -> None:
    def high(day: date) -> object:
        value = made.parameters_at(day)["labelling"].get("detector_high")
        return value and value.value

    assert high(date(2025, 12, 31)) is None
    assert high(date(2026, 1, 1)) == 0.9
    assert high(date(2027, 1, 1)) == 0.85


def test_it_knows_which_rulesets_apply(made: BundlePlan) -> None:
    assert made.in_force("track", date(2026, 8, 1)) == ()
    assert made.in_force("track", date(2026, 8, 2)) == made.rulesets
    assert made.in_force("usage", date(2026, 8, 2)) == ()
