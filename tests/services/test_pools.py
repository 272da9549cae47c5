"""Pools are opened and corrected; what is wrong with one is told all at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from policy.models import AuditEntry, Pool
from policy.services.pools import Period, PoolAsked, PoolRefused, pool_change, pool_open
from tests import factories, money
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(tmp_path: Path) -> PoolAsked:
    money.in_force(tmp_path)
    return PoolAsked(
        key="soundlab-2026-q3", licensee=factories.party(), scheme="training",
        kinds=("train_generative", "fine_tune", "fine_tune"), currency="EUR",
        period=Period(money.SINCE, money.UNTIL), income=100_000,
    )  # fmt: skip


def test_a_pool_is_opened_with_an_audit_entry(asked: PoolAsked) -> None:
    ada = factories.user(name="ada")
    pool = pool_open(asked=asked, at=NOW, actor=ada)
    assert (pool.title, pool.kinds) == ("soundlab-2026-q3", ["fine_tune", "train_generative"])
    entry = AuditEntry.objects.get(action="pool_open")
    assert (entry.object_uuid, entry.actor) == (pool.uuid, ada)
    with pytest.raises(PoolRefused, match="there is a pool `soundlab-2026-q3` already"):
        pool_open(asked=asked, at=NOW)


def test_all_that_is_wrong_with_a_pool(asked: PoolAsked) -> None:
    wrong = replace(
        asked, scheme="trainin", kinds=("train",), currency="EURO", income=-1,
        period=Period(date(2026, 7, 1), date(2026, 7, 1)),
    )  # fmt: skip
    with pytest.raises(PoolRefused) as refused:
        pool_open(asked=wrong, at=NOW)
    told = "\n".join(refused.value.problems)
    for words in (
        "the period ends on 2026-07-01", "`train` is no use", "`EURO` is no currency",
        "the income must be from 0", "did you mean `training`",
    ):  # fmt: skip
        assert words in told
    assert not Pool.objects.exists()


def test_what_names_a_pool_fits_and_is_plain(asked: PoolAsked) -> None:
    wrong = replace(asked, key="=1+1\n", title="t" * 201, model_version="2" * 101)
    with pytest.raises(PoolRefused) as refused:
        pool_open(asked=wrong, at=NOW)
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "`=1+1\n` is no key",
        "the title has 201 characters; 200 is the most",
        "the version of the model has 101 characters; 100 is the most",
        f"the version `{'2' * 40}` needs the model that it is of",
    ]


def test_a_correction_is_audited_once(asked: PoolAsked) -> None:
    pool = pool_open(asked=asked, at=NOW)
    assert pool_change(pool=pool, income=5, at=NOW).income == 5
    pool_change(pool=pool, income=5, at=NOW)
    entry = AuditEntry.objects.get(action="pool_change")
    assert (entry.detail["income"], entry.detail["income_before"]) == (5, 100_000)
    with pytest.raises(PoolRefused, match="the minimum must be"):
        pool_change(pool=pool, minimum=-1, at=NOW)


def test_without_rules_in_force_no_pool_is_opened() -> None:
    asked = PoolAsked(
        key="p", licensee=factories.party(), scheme="training", kinds=("remix",), currency="EUR",
        period=Period(money.SINCE, money.UNTIL),
    )  # fmt: skip
    with pytest.raises(PoolRefused, match="no bundle is active"):
        pool_open(asked=asked, at=NOW)
