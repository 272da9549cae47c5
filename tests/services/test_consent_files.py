"""Consent files come in: once, anew, in whose name, and about what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from policy.facts.owners import owners_of
from policy.ingest.refusals import MessageRefused
from policy.models import AuditEntry, Consent, EvaluationRequest, Party, Sweep, Track
from policy.registry.said import Ask
from policy.services.consent_files import Imported, consent_file_import
from policy.services.consent_rows import FileOf
from policy.services.consent_targets import target
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ROBOTS = b"User-Agent: *\nContent-Usage: train-ai=n\n"
LATER = NOW + timedelta(days=30)


@pytest.fixture
def label() -> Party:
    """A party with master and publishing of one track of its record label."""
    party = factories.party(name="Odd Harbour Records")
    release = factories.release(record_label="Odd Harbour", key="icpn:4006381333931")
    track = factories.track(release=release, reference="A1", isrc="ZZEXA2600001")
    for layer in ("master", "publishing"):
        factories.share(track=track, party=party, layer=layer)
    factories.involvement(track=track, party=party)
    return party


def come(raw: bytes, party: Party | None, at: Any = NOW, **fields: Any) -> Imported:
    """Import a text; robots.txt by default."""
    fields = {"name": "robots.txt", "format": "aipref"} | fields
    dry_run = fields.pop("dry_run", False)
    actor = fields.pop("actor", None)
    file = FileOf(raw=raw, party=party, **fields)
    return consent_file_import(file=file, at=at, actor=actor, dry_run=dry_run)


def in_force(at: Any) -> set[tuple[str, str, str]]:
    """Layer, use and decision of what stands and speaks at an instant."""
    rows = Consent.objects.filter(valid_from__lte=at, replaced_by=None).exclude(valid_until__lte=at)
    return set(rows.values_list("layer", "use", "decision"))


def test_a_signal_speaks_for_the_layers_of_its_party(label: Party) -> None:
    user = factories.user(name="ada")
    imported = come(ROBOTS, label, name="site/robots.txt", actor=user)
    assert (imported.added, imported.ended, imported.unchanged) == (2, 0, 0)
    for row in Consent.objects.all():
        assert (row.grantor, row.scope, row.source) == (label, "catalogue", "public_signal")
        assert (row.assurance, row.evidence_name) == ("self_declared", "robots.txt")
        assert (row.evidence_digest, row.recorded_by) == (imported.digest, user)
        assert (row.valid_from, row.recorded_at, row.valid_until) == (NOW, NOW, None)
    assert {layer for layer, _, _ in in_force(NOW)} == {"master", "publishing"}
    assert EvaluationRequest.objects.get().cause == "consent"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name) == ("consent_file_import", "ada")
    assert (entry.object_name, entry.detail["added"]) == ("Odd Harbour Records", 2)


def test_the_same_file_again_changes_nothing(label: Party) -> None:
    come(ROBOTS, label)
    again = come(ROBOTS, label, at=LATER)
    assert (again.added, again.ended, again.unchanged) == (0, 0, 2)
    assert (Consent.objects.count(), AuditEntry.objects.count()) == (2, 1)
    assert EvaluationRequest.objects.count() == 1


def test_a_dry_run_only_tells(label: Party) -> None:
    assert come(ROBOTS, label, dry_run=True).added == 2
    assert not Consent.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_new_version_ends_what_it_says_no_more_and_keeps_the_past(label: Party) -> None:
    come(ROBOTS, label)
    changed = come(ROBOTS.replace(b"=n", b"=y"), label, at=LATER)
    assert (changed.added, changed.ended) == (2, 2)
    assert {decision for _, _, decision in in_force(LATER)} == {"granted"}
    before = LATER - timedelta(seconds=1)
    assert {decision for _, _, decision in in_force(before)} == {"denied"}
    known_then = Consent.objects.filter(recorded_at__lte=before)
    assert {(row.decision, row.valid_until) for row in known_then} == {("denied", None)}


def test_a_file_that_says_nothing_any_more_ends_all(label: Party) -> None:
    come(ROBOTS, label)
    assert come(b"# nothing\n", label, at=LATER).ended == 2
    assert in_force(LATER) == set()
    assert come(b"# nothing\n", label, at=LATER + timedelta(days=1)).ended == 0


def test_what_was_said_in_another_way_or_by_another_stands(label: Party) -> None:
    other = factories.party()
    factories.consent(grantor=label, source="portal", evidence_name="robots.txt", decision="denied")
    factories.consent(grantor=other, source="public_signal", evidence_name="robots.txt")
    factories.consent(grantor=label, source="contract", evidence_name="contract.pdf")
    come(ROBOTS, label, at=LATER)
    standing = Consent.objects.filter(recorded_at=NOW, replaced_by=None)
    assert {(row.grantor, row.source) for row in standing} >= {
        (other, "public_signal"),
        (label, "contract"),
    }


def test_a_table_names_its_grantors_subjects_and_licensees(label: Party) -> None:
    maker = factories.party(name="Toneworks")
    track = label.shares.all()[0].track
    rows = [
        "grantor,scope,subject,layer,use,decision,licensee,model,model_version,territories,source",
        f"{label.uuid},label,ODD  Harbour,master,remix,granted,Toneworks,T,2,DE SE,contract",
        f"odd harbour records,track,{track.uuid},master,remix,denied,,,,,",
        "Odd Harbour Records,release,4006381333931,master,remix,denied,,,,,court_order",
        "Odd Harbour Records,recording,ZZ-EXA-26-00001,master,cover,withdrawn,,,,,",
        "Odd Harbour Records,artist,The Nadir  Field,master,cover,denied,,,,,",
    ]
    imported = come("\n".join(rows).encode(), None, name="table.csv", format="table")
    assert imported.added == 5
    found = {row.scope: row for row in Consent.objects.all()}
    grant = found["label"]
    assert (grant.subject_key, grant.licensee, grant.model_version) == ("odd harbour", maker, "2")
    assert (grant.territories, grant.source, grant.assurance) == (
        ["DE", "SE"],
        "contract",
        "contract",
    )
    assert found["track"].track == track
    assert (found["release"].release, found["release"].assurance) == (track.release, "court_order")
    assert (found["recording"].subject_key, found["artist"].subject_key) == (
        "ZZEXA2600001",
        "the nadir field",
    )
    assert {row.grantor for row in found.values()} == {label}


def test_names_that_mean_nobody_or_several_are_refused_all_at_once(label: Party) -> None:
    factories.party(name="Twins")
    factories.party(name="Twins")
    rows = [
        "grantor,scope,subject,layer,use,decision,licensee",
        "Nobody,,,master,remix,denied,",
        "Twins,,,master,remix,denied,",
        ",,,master,remix,denied,",
        "Odd Harbour Records,track,A1,master,remix,denied,",
        "Odd Harbour Records,release,123,master,remix,granted,Nobody Either",
        "Odd Harbour Records,recording,ZZ-1,master,remix,denied,",
        "Odd Harbour Records,,,,remix,denied,",
    ]
    with pytest.raises(MessageRefused) as refused:
        come("\n".join(rows).encode(), None, name="table.csv", format="table")
    assert [(one.code, one.line) for one in refused.value.problems] == [
        ("unknown-party", 2),
        ("unknown-party", 3),
        ("no-grantor", 4),
        ("unknown-track", 5),
        ("unknown-party", 6),
        ("unknown-release", 6),
        ("wrong-subject", 7),
        ("no-layer", 8),
    ]
    assert not Consent.objects.exists()


def test_documents_behind_rows_are_kept_and_do_not_hide_whose_file_it_is(label: Party) -> None:
    head = "layer,use,decision,source,evidence\nmaster,remix,"
    rows = {"format": "table", "name": "table.csv"}
    come(f"{head}granted,contract,c-17.pdf\n".encode(), label, **rows)
    assert Consent.objects.get().evidence_name == "table.csv > c-17.pdf"
    changed = come(f"{head}denied,contract,c-18.pdf\n".encode(), label, at=LATER, **rows)
    assert (changed.added, changed.ended) == (1, 1)


def test_paths_become_labels_and_unmapped_ones_are_refused(label: Party) -> None:
    raw = (
        b'[{"location": "/odd/*", "tdm-reservation": 1}, {"location": "/x/", "tdm-reservation": 0}]'
    )
    options: dict[str, Any] = {"format": "tdmrep", "name": "tdmrep.json", "layers": ("master",)}
    with pytest.raises(MessageRefused, match=r"add `--map /x/=label:NAME`"):
        come(raw, label, targets=(target("/odd/=label:Odd Harbour"),), **options)
    targets = (target("/odd/=label:Odd Harbour"), target("/x/=skip"))
    assert come(raw, label, targets=targets, **options).added == 3
    assert set(Consent.objects.values_list("scope", "subject_key", "decision")) == {
        ("label", "odd harbour", "denied")
    }


def test_periods_that_the_file_names_are_kept(label: Party) -> None:
    raw = b"layer,use,decision,valid_from,valid_until\nmaster,remix,granted,2026-01-01,2030-01-01\n"
    for _ in range(2):
        come(raw, label, format="table")
    row = Consent.objects.get()
    assert (row.valid_from.year, row.valid_until and row.valid_until.year) == (2026, 2030)
    moved = come(raw.replace(b"2026-01", b"2026-02"), label, format="table", at=LATER)
    assert (moved.added, moved.ended) == (1, 1)


def test_a_licence_speaks_for_the_only_holder_of_a_layer(label: Party) -> None:
    track = label.shares.all()[0].track
    factories.share(track=track, party=factories.party(), layer="publishing")
    bare = factories.track(release=track.release, reference="A2")
    imported = come(
        b"track,licence\nA1,CC BY\nA2,CC BY\n",
        None,
        format="licences",
        account=bare.account,
        licence_map=b"licence_text,cc_code,commercial_use,derivatives\nCC BY,BY,allowed,allowed\n",
    )
    assert {(row.track, row.layer, row.grantor) for row in Consent.objects.all()} == {
        (track, "master", label)
    }
    assert [one.message for one in imported.warnings] == [
        "1 tracks have several holders of the publishing: they are left out",
        "1 tracks have no holder: they are left out",
    ]


def test_many_wide_statements_are_left_to_the_sweep(label: Party) -> None:
    rows = "".join(f"label,Label {number},master,remix,denied\n" for number in range(51))
    raw = f"scope,subject,layer,use,decision\n{rows}".encode()
    come(raw, label, format="table")
    assert Sweep.objects.filter(key__startswith="consent-").count() == 51


def test_the_number_of_queries_does_not_grow_with_the_rows(
    label: Party, django_assert_max_num_queries: Any
) -> None:
    tracks = [factories.track(reference=f"B{number}") for number in range(40)]
    for count in (1, 40):
        rows = "".join(f"track,{track.uuid},master,remix,denied\n" for track in tracks[:count])
        raw = f"scope,subject,layer,use,decision\n{rows}".encode()
        with django_assert_max_num_queries(20):
            come(raw, label, format="table", name=f"{count}.csv")


HEADING = b"scope,use,decision,territories,layer\n"
NOWHERE = b"catalogue,train_generative,denied,,master\n"
GERMANY = b"catalogue,train_generative,granted,DE,master\n"


def _table(label: Party, *lines: bytes, at: Any) -> Imported:
    return come(HEADING + b"".join(lines), label, at=at, name="terms.csv", format="table")


def test_how_a_file_came_to_be_does_not_matter(label: Party) -> None:
    _table(label, NOWHERE, at=NOW)
    _table(label, NOWHERE, GERMANY, at=LATER)
    ask = Ask(use="train_generative", at=LATER, known_at=LATER, territories=("DE",))
    track = Track.objects.get()
    [master] = [one for one in owners_of(ask, [track.pk])[track.pk] if one.layer == "master"]
    assert master.preference == "denied"
    again = _table(label, NOWHERE, GERMANY, at=LATER + timedelta(days=1))
    assert (again.added, again.ended, again.unchanged) == (0, 0, 2)


def test_a_line_that_stands_twice_is_said_once(label: Party) -> None:
    for days in range(2):
        _table(label, NOWHERE, NOWHERE, at=NOW + timedelta(days=days))
    assert Consent.objects.count() == 1
