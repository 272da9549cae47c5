"""May a generative model learn from a whole catalogue of free licences? Counts by answer."""

from __future__ import annotations

from collections import Counter

import pytest

from policy.models import Reliance, Track, UsageCheck
from policy.selectors.usage_answers import situations_of
from policy.services.usage_catalogue import CatalogueQuery
from policy.services.usage_checks import usage_check
from policy.services.usages import usage_register, usage_report
from tests import fma
from tests.shared import shared_or_skip
from tests.usages import LATER, live, said

pytestmark = pytest.mark.django_db


def _reasons(check: UsageCheck) -> Counter[tuple[str, ...]]:
    """Tracks by effect, deciding rules and layers."""
    found: Counter[tuple[str, ...]] = Counter()
    for each in situations_of(check):
        found[each.decision.effect, *each.reasons, *each.layers] += each.tracks
    return found


def _trained(kind: str) -> UsageCheck:
    told = said(query=CatalogueQuery(account=fma.KEY), kind=kind, reference=kind)
    usage = usage_report(said=told, actor=None, at=LATER).usage
    return usage_check(usage=usage, at=LATER)


def test_a_model_may_learn_from_what_its_licences_allow() -> None:
    live()
    fma.fma_world(**fma.invented_tables(294))
    check = _trained("train_generative")
    assert sum(check.counts.values()) == 294
    assert _reasons(check) == {
        ("block", "use-refused", "master", "publishing"): 84,
        ("block", "condition-unproven", "master", "publishing"): 84,
        ("allow",): 42,
        ("withhold", "owner-silent", "master", "publishing"): 84,
    }
    relied = Reliance.objects.filter(usage_check=check)
    assert relied.count() == 2 * 42
    assert set(relied.values_list("consent__condition", flat=True)) == {"none"}


def test_a_plan_is_answered_as_the_run_would_be() -> None:
    live()
    fma.fma_world(**fma.invented_tables(60))
    told = said(query=CatalogueQuery(account=fma.KEY))
    planned = usage_check(usage=usage_register(said=told, actor=None, at=LATER).usage, at=LATER)
    run = _trained("train_generative")
    assert (planned.counts, planned.tracks) == (run.counts, Track.objects.count())


def test_the_real_catalogue_goes_in_and_is_answered() -> None:
    live()
    _, imported = fma.fma_world(**fma.shared_tables(shared_or_skip("samples")))
    assert Track.objects.count() == 17_734
    assert (imported.added, imported.warnings) == (70_828, ())
    assert fma.answers() == {
        ("train_generative", "denied", "none"): 16_469,
        ("train_generative", "granted", "credit"): 830,
        ("train_generative", "granted", "constrained"): 402,
        ("train_generative", "granted", "none"): 6,
        ("data_mining", "granted", "constrained"): 16_287,
        ("data_mining", "granted", "credit"): 1_414,
        ("data_mining", "granted", "none"): 6,
    }
    assert _reasons(_trained("train_generative")) == {
        ("block", "use-refused", "master", "publishing"): 16_469,
        ("block", "condition-unproven", "master", "publishing"): 1_232,
        ("withhold", "owner-silent", "master", "publishing"): 27,
        ("allow",): 6,
    }
    assert _reasons(_trained("data_mining")) == {
        ("block", "condition-unproven", "master", "publishing"): 17_701,
        ("withhold", "owner-silent", "master", "publishing"): 27,
        ("allow",): 6,
    }
