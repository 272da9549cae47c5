"""Tracks with licences become a catalogue with consents."""

from __future__ import annotations

import pytest

from policy.models import EvaluationRequest, Share, Track
from policy.services.consent_files import consent_file_import
from policy.services.consent_rows import FileOf
from tests import fma
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_licences_of_invented_tracks_become_consents() -> None:
    tables = fma.invented_tables(294)
    _, imported = fma.fma_world(**tables)
    assert Track.objects.count() == 294
    assert Share.objects.filter(basis_points=10_000).count() == 2 * 294
    assert fma.answers() == {
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
