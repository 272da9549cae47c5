"""Who is who: strong numbers name a party anywhere, names only within an account."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from policy.ingest.delivery import DeliveredParty, PartyRef
from policy.ingest.identifiers import identify
from policy.models import Account, Party, PartyIdentifier
from policy.services.parties import SENDER, StoredParties, parties_store, sender_party
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ISNI, OTHER_ISNI, WRONG_ISNI = "0000000121032683", "0000000114423686", "0000000121032680"
IPI = "00014107338"


def party(reference: str = "P1", name: str = "Nadir Field", **ids: str) -> DeliveredParty:
    """A delivered party; keywords are schemes of identifiers."""
    found = tuple(identify(scheme, value) for scheme, value in ids.items())
    return DeliveredParty(reference, name, found)


def store(account: Account, *delivered: DeliveredParty) -> StoredParties:
    """Store the parties of one delivery."""
    return parties_store(delivered=delivered, account=account, at=NOW)


def one(account: Account, delivered: DeliveredParty) -> Party:
    """The row of one party."""
    return store(account, delivered).rows[delivered.reference]


@pytest.fixture
def account() -> Account:
    """An account that delivers."""
    return factories.account(key="north")


@pytest.fixture
def other() -> Account:
    """Another one."""
    return factories.account(key="south")


def test_the_examples_are_what_they_say() -> None:
    for scheme, value in (("isni", ISNI), ("isni", OTHER_ISNI), ("ipi", IPI)):
        assert identify(scheme, value).valid, value
    assert not identify("isni", WRONG_ISNI).valid


def test_an_account_means_the_same_party_by_the_same_name(account: Account) -> None:
    assert one(account, party()) == one(account, party(name="NADIR  FIELD"))
    assert Party.objects.count() == 1


def test_names_never_merge_parties_of_different_accounts(account: Account, other: Account) -> None:
    assert one(account, party()) != one(other, party())


@pytest.mark.parametrize("number", [{"isni": ISNI}, {"ipi": IPI}])
def test_a_strong_number_names_one_party_anywhere(
    account: Account, other: Account, number: dict[str, str]
) -> None:
    mine = one(account, party(**number))
    assert one(other, party(name="N. Field", **number)) == mine
    mine.refresh_from_db()
    assert mine.name == "Nadir Field"  # what another account calls it does not rename it


@pytest.mark.parametrize("number", [{"isni": WRONG_ISNI}, {"proprietary": "77"}, {"ipn": "77"}])
def test_a_weak_or_wrong_number_names_nobody_elsewhere(
    account: Account, other: Account, number: dict[str, str]
) -> None:
    assert one(account, party(**number)) != one(other, party(**number))
    assert not PartyIdentifier.objects.filter(kind="isni", valid=True).exists()


def test_numbers_add_up(account: Account, other: Account) -> None:
    mine = one(account, party())
    assert one(account, party(isni=ISNI)) == mine
    assert one(account, party(isni=ISNI, ipi=IPI)) == mine
    assert one(other, party(name="Somebody", ipi=IPI)) == mine
    assert set(mine.identifiers.values_list("kind", "value")) == {("isni", ISNI), ("ipi", IPI)}


def test_two_of_one_name_are_told_apart_by_their_numbers(account: Account) -> None:
    first = one(account, party(isni=ISNI))
    second = one(account, party(isni=OTHER_ISNI))
    assert first != second
    both = store(account, party("P1", isni=OTHER_ISNI), party("P2", isni=ISNI))
    assert (both.rows["P1"], both.rows["P2"]) == (second, first)
    assert one(account, party()) == first  # without a number, the one that was there first


def test_two_of_one_name_in_one_delivery(account: Account) -> None:
    found = store(account, party("P1", isni=ISNI), party("P2", isni=OTHER_ISNI), party("P3"))
    assert found.rows["P1"] != found.rows["P2"]
    assert found.rows["P3"] == found.rows["P1"]


def test_one_party_named_twice_in_one_delivery(account: Account) -> None:
    found = store(account, party("P1"), party("P2"), party("P3", isni=ISNI))
    assert len(set(found.rows.values())) == 1


def test_a_name_that_an_account_used_for_another_ones_party(
    account: Account, other: Account
) -> None:
    mine = one(account, party(isni=ISNI))
    track = factories.track(release=factories.release(account=other))
    factories.involvement(track=track, party=mine, kind="contributor")
    assert one(other, party()) == mine


def test_numbers_of_two_parties_do_not_merge_them(account: Account) -> None:
    first = one(account, party(name="First", isni=ISNI))
    second = one(account, party(name="Second", ipi=IPI))
    found = store(account, party(name="Third", isni=ISNI, ipi=IPI))
    assert found.rows["P1"] == first
    assert [warning.code for warning in found.warnings] == ["party-identifiers-disagree"]
    assert IPI in found.warnings[0].message
    assert "Second" not in found.warnings[0].message  # somebody else's, and none of theirs
    assert second.identifiers.get().value == IPI


def test_an_account_may_correct_the_names_of_its_own_parties(account: Account) -> None:
    mine = one(account, party(name="Nadir Feild", isni=ISNI))
    assert one(account, party(isni=ISNI)) == mine
    mine.refresh_from_db()
    assert (mine.name, mine.name_key) == ("Nadir Field", "nadir field")


def test_a_strong_number_belongs_to_one_party() -> None:
    factories.party_identifier(party=factories.party(), value=ISNI)
    factories.party_identifier(party=factories.party(), value=ISNI, valid=False)
    with pytest.raises(IntegrityError):
        factories.party_identifier(party=factories.party(), value=ISNI)


def test_the_sender_is_a_party_by_its_dpid() -> None:
    found = sender_party(PartyRef("PADPIDA2013020802I", ""))
    assert (found.reference, found.name) == (SENDER, "PADPIDA2013020802I")
    assert [(id.scheme, id.valid) for id in found.ids] == [("dpid", True)]


def test_queries_do_not_grow_with_the_parties(account: Account) -> None:
    counts = []
    for number in (1, 60):
        parties = [party(f"P{n}", f"Name {number} {n}", proprietary=str(n)) for n in range(number)]
        with CaptureQueriesContext(connection) as queries:
            store(account, *parties)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6
