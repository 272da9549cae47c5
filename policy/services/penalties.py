"""Penalties: a duty to charge an amount is carried out, when a person says so."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from policy.accounting.accounts import LICENSEE, PENALTY, AccountName, Entry
from policy.accounting.money import readable
from policy.accounting.scheme import values_on
from policy.models import Obligation, Transaction
from policy.services.audit import audit_record
from policy.services.ledger import transaction_post
from policy.services.programs import loaded

CURRENCY = "EUR"
"""Of amounts in duties: the parameters that they name are minor units of it."""

CHARGE = "charge_penalty"


class PenaltyRefused(Exception):
    """A penalty cannot be charged as asked; `str()` says why."""


def penalty_charge(
    *, obligation: Obligation, at: datetime, actor: User | None = None
) -> Transaction:
    """Charge what a duty says, once: the party owes it from then on. The duty is done.

    Raises PenaltyRefused for another duty, one that stands no more, and one that binds nobody.
    """
    with transaction.atomic():
        row = Obligation.objects.select_for_update(of=("self",)).get(pk=obligation.pk)
        known = Transaction.objects.filter(key=_key(row)).first()
        if known is not None:
            return known
        party, amount = _charged(row), _amount(row)
        posted = transaction_post(
            kind=Transaction.Kind.PENALTY,
            key=_key(row),
            entries=(
                Entry(AccountName(LICENSEE, f"party:{party}", party), CURRENCY, -amount),
                Entry(AccountName(PENALTY, row.finding.rule_key), CURRENCY, amount),
            ),
            reason=_reason(row, amount),
            value_date=at.date(),
            at=at,
            actor=actor,
        )
        row.state, row.changed_at = Obligation.State.DONE, at
        row.save(update_fields=["state", "changed_at"])
        audit_record(
            actor=actor, action="penalty_charge", subject=row, at=at,
            detail={"amount": amount, "currency": CURRENCY},
        )  # fmt: skip
    return posted


def _charged(row: Obligation) -> int:
    """The id of the party that is charged. Raises PenaltyRefused."""
    if row.do != CHARGE:
        raise PenaltyRefused(f"the duty `{row.do}` charges nothing")
    if row.state in (Obligation.State.DONE, Obligation.State.WAIVED, Obligation.State.LAPSED):
        raise PenaltyRefused(f"the duty stands no more: it is {row.state}")
    if row.party_id is None:
        raise PenaltyRefused("the duty binds nobody: give the account that delivers its party")
    return row.party_id


def _amount(row: Obligation) -> int:
    """Minor units, as the decision's bundle says for its day. Raises PenaltyRefused."""
    name, day = row.details.get("amount", ""), row.decision.as_of.date()
    for each in loaded(row.decision.bundle.digest).plan.rulesets:
        if each.plan.ruleset == row.finding.ruleset:
            amount = values_on(each.parameters, day).get(name)
            if isinstance(amount, int) and amount > 0:
                return amount
    raise PenaltyRefused(f"the parameter `{name}` says no amount for {day}")


def _reason(row: Obligation, amount: int) -> str:
    """Why, and how much in which currency."""
    rule, much = row.finding.rule_key, readable(amount, CURRENCY)
    return f"penalty of {much}: {rule}, decision {row.decision.uuid}"


def _key(row: Obligation) -> str:
    return hashlib.sha256(f"{CHARGE}\n{row.uuid}".encode()).hexdigest()
