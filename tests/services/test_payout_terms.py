"""Terms: in which currency a party is paid, set once and told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from policy.models import AuditEntry, PayoutTerms
from policy.services.payout_terms import TermsRefused, payout_terms_set
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def test_terms_are_set_and_changed_with_an_audit_entry_for_each_change() -> None:
    party, ada = factories.party(), factories.user(name="ada")
    row = payout_terms_set(party=party, currency="SEK", at=NOW, actor=ada)
    assert payout_terms_set(party=party, currency="SEK", at=LATER) == row
    row.refresh_from_db()
    assert (row.currency, row.changed_at) == ("SEK", NOW)
    payout_terms_set(party=party, currency="JPY", at=LATER)
    assert PayoutTerms.objects.get().currency == "JPY"
    entries = AuditEntry.objects.order_by("pk").values_list("action", "actor_name", "detail")
    assert list(entries) == [
        ("payout_terms_set", "ada", {"currency": "SEK", "before": ""}),
        ("payout_terms_set", "Stave", {"currency": "JPY", "before": "SEK"}),
    ]


@pytest.mark.parametrize("currency", ["", "sek", "XAU", "kronor"])
def test_what_is_no_currency_is_refused(currency: str) -> None:
    with pytest.raises(TermsRefused, match="is no currency of ISO 4217"):
        payout_terms_set(party=factories.party(), currency=currency, at=NOW)
    assert not PayoutTerms.objects.exists()
