"""What is in force for a party, as statements to write files from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from policy.ingest.consents.formats import FORMATS
from policy.models import Consent, Party
from policy.selectors.consent_exports import Path, consent_export, public
from policy.services.consent_files import consent_file_import
from policy.services.consent_rows import FileOf
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def party() -> Party:
    return factories.party(name="Odd Harbour Records")


def decisions(party: Party, on: int = 0, known: int = 0) -> list[tuple[str, str]]:
    """Use and decision of what is exported, some days from NOW."""
    export = consent_export(party=party, on=NOW + on * DAY, known=NOW + known * DAY)
    return [(one.use, one.decision) for one in export.statements]


def test_in_force_on_a_day_as_known_on_a_day(party: Party) -> None:
    old = factories.consent(grantor=party, valid_from=NOW, recorded_at=NOW)
    factories.consent(
        grantor=party, decision="denied", valid_from=NOW + 5 * DAY, recorded_at=NOW + 3 * DAY,
        replaces=old,
    )  # fmt: skip
    factories.consent(grantor=factories.party())
    assert decisions(party, on=-1, known=0) == []
    assert decisions(party, on=0, known=0) == [("train_generative", "granted")]
    assert decisions(party, on=6, known=2) == [("train_generative", "granted")]
    assert decisions(party, on=6, known=3) == [("train_generative", "denied")]
    assert decisions(party, on=4, known=3) == []


def test_of_several_on_one_topic_the_latest_speaks_then_the_strictest(party: Party) -> None:
    for decision, days in (("granted", 0), ("denied", 1), ("granted", 1)):
        factories.consent(
            grantor=party, decision=decision, source="portal", recorded_at=NOW + days * DAY
        )
    assert decisions(party, on=1, known=1) == [("train_generative", "denied")]
    factories.consent(grantor=party, decision="granted", source="court_order")
    factories.consent(grantor=party, decision="denied", source="contract", recorded_at=NOW + DAY)
    assert sorted(decisions(party, on=1, known=1)) == [
        ("train_generative", "denied"),
        ("train_generative", "granted"),
    ]


def test_grants_by_contract_are_not_told_to_everybody_but_refusals_are(party: Party) -> None:
    factories.consent(grantor=party, source="contract")
    factories.consent(grantor=party, source="contract", use="data_mining", decision="denied")
    export = public(consent_export(party=party, on=NOW, known=NOW), [])
    assert [(one.use, one.decision) for one in export.statements] == [("data_mining", "denied")]
    assert [one.code for one in export.warnings] == ["cannot-say"]


def test_what_has_no_path_is_told_with_the_way_out(party: Party) -> None:
    factories.consent(grantor=party, source="portal", scope="label", subject_key="odd harbour")
    export = public(consent_export(party=party, on=NOW, known=NOW), [])
    assert export.statements == ()
    assert export.warnings[0].message.endswith("add `--map /path/=label:odd harbour`")
    export = public(
        consent_export(party=party, on=NOW, known=NOW), [Path("/odd/", "label", "odd harbour")]
    )
    assert [one.location for one in export.statements] == ["/odd/"]
    assert export.warnings == ()


def test_a_table_of_all_that_is_in_force_changes_nothing_when_it_comes_back(party: Party) -> None:
    album = factories.release()
    track = factories.track(release=album)
    fields: dict[str, Any] = {"grantor": party, "evidence_name": "table.csv", "source": "file"}
    factories.consent(**fields, terms="a, b", condition="payment", territories=["DE"])
    factories.consent(**fields, release=album, excluded_territories=["US"], use="remix")
    factories.consent(**fields, track=track, licensee=factories.party(), model="T", use="cover")
    factories.consent(
        **fields, scope="artist", subject_key="nadir field", layer="likeness", use="voice_clone",
        decision="withdrawn", valid_until=NOW + 9 * DAY,
    )  # fmt: skip
    export = consent_export(party=party, on=NOW, known=NOW)
    written = FORMATS["table"].write(export.statements)
    raw = written.text.replace(",table.csv\n", ",\n").encode()
    imported = consent_file_import(
        file=FileOf(raw=raw, name="table.csv", format="table"), at=NOW + DAY
    )
    assert (imported.added, imported.ended, imported.unchanged) == (0, 0, 4)
    assert Consent.objects.count() == 4
