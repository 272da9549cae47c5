"""Thousands of tracks with licences become a catalogue with consents; a whole real one where the
shared samples are."""

from __future__ import annotations

from collections import Counter

import pytest

from policy.models import Consent, EvaluationRequest, Share, Track, UsageDecision
from policy.selectors.usage_answers import answers_of
from policy.services.consent_files import consent_file_import
from policy.services.consent_rows import FileOf
from policy.services.usage_catalogue import CatalogueQuery
from policy.services.usage_checks import usage_check
from policy.services.usages import usage_register
from tests import fma
from tests.factories import NOW
from tests.shared import shared_or_skip
from tests.usages import live, said

pytestmark = pytest.mark.django_db


def answers() -> Counter[tuple[str, str, str]]:
    """How many tracks have each answer of the master's holder."""
    rows = Consent.objects.filter(layer="master", scope="track")
    return Counter(rows.values_list("use", "decision", "condition"))


def may_i() -> Counter[tuple[str, tuple[str, ...]]]:
    """How many tracks have each answer to generative training with all of them, and the rules that
    stand in the way."""
    live()
    query = CatalogueQuery(account=fma.KEY)
    usage = usage_register(said=said(query=query), actor=None, at=NOW).usage
    check = usage_check(usage=usage, at=NOW)
    why = {
        row.pk: (row.effect, tuple(sorted({rule for *_, rule in row.blocking})))
        for row in UsageDecision.objects.all()
    }
    return Counter(why[decision] for _, decision, _ in answers_of(check))


def test_licences_of_invented_tracks_become_consents() -> None:
    tables = fma.invented_tables(294)
    _, imported = fma.fma_world(**tables)
    assert Track.objects.count() == 294
    assert Share.objects.filter(basis_points=10_000).count() == 2 * 294
    assert answers() == {
        ("train_generative", "granted", "credit"): 42,
        ("train_generative", "granted", "constrained"): 42,
        ("train_generative", "granted", "none"): 42,
        ("train_generative", "denied", "none"): 84,
        ("data_mining", "granted", "credit"): 126,
        ("data_mining", "granted", "constrained"): 42,
        ("data_mining", "granted", "none"): 42,
    }
    assert imported.added == 2 * 420
    assert [one.message for one in imported.warnings] == [
        "`` is not in the map of licences: 42 tracks are left out"
    ]
    assert may_i() == {
        ("allow", ()): 42,
        ("block", ("condition-unproven",)): 84,
        ("block", ("use-refused",)): 84,
        ("withhold", ("owner-silent",)): 84,
    }
    asked = EvaluationRequest.objects.filter(cause="consent")
    assert asked.count() == asked.values("track").distinct().count() == 210


def test_a_new_table_changes_what_it_says_otherwise_and_nothing_else() -> None:
    tables = fma.invented_tables(30)
    account, _ = fma.fma_world(**tables)
    text = tables["table"].decode().replace("Invented 1,Attribution", "Invented 1,Public domain")
    file = FileOf(
        raw=text.encode(),
        name="elsewhere/fma-rock-vs-hiphop.csv",
        format="licences",
        account=account,
        licence_map=tables["licence_map"],
    )
    imported = consent_file_import(file=file, at=NOW.replace(year=2027))
    assert (imported.added, imported.ended) == (4, 4)
    again = consent_file_import(file=file, at=NOW.replace(year=2028))
    assert (again.added, again.ended, again.unchanged) == (0, 0, imported.unchanged + 4)


def test_the_real_catalogue_goes_in() -> None:
    tables = fma.shared_tables(shared_or_skip("samples"))
    _, imported = fma.fma_world(**tables)
    assert Track.objects.count() == 17_734
    assert answers() == {
        ("train_generative", "denied", "none"): 16_469,
        ("train_generative", "granted", "credit"): 830,
        ("train_generative", "granted", "constrained"): 402,
        ("train_generative", "granted", "none"): 6,
        ("data_mining", "granted", "constrained"): 16_287,
        ("data_mining", "granted", "credit"): 1_414,
        ("data_mining", "granted", "none"): 6,
    }
    assert (imported.added, imported.warnings) == (70_828, ())
    assert may_i() == {
        ("block", ("use-refused",)): 16_469,
        ("block", ("condition-unproven",)): 1_232,
        ("withhold", ("owner-silent",)): 27,
        ("allow", ()): 6,
    }
