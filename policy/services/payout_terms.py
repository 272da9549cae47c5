"""In which currency a party is paid."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from policy.accounting.currency import MoneyRefused, digits
from policy.models import Party, PayoutTerms
from policy.services.audit import audit_record


class TermsRefused(Exception):
    """Terms cannot be as asked; `str()` says why."""


def payout_terms_set(
    *, party: Party, currency: str, at: datetime, actor: User | None = None
) -> PayoutTerms:
    """Have a party paid in a currency from the next payout statement on; the same again changes
    nothing. Raises TermsRefused for what is no currency."""
    try:
        digits(currency)
    except MoneyRefused as refused:
        raise TermsRefused(str(refused)) from None
    with transaction.atomic():
        # The party is the lock: of two who set its terms, the second finds the first one's.
        Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
        row = PayoutTerms.objects.filter(party=party).first() or PayoutTerms(party=party)
        before = row.currency
        if before == currency:
            return row
        row.currency, row.changed_at = currency, at
        row.save()
        audit_record(
            actor=actor, action="payout_terms_set", subject=row, at=at,
            detail={"currency": currency, "before": before},
        )  # fmt: skip
    return row
