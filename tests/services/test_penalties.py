"""Penalties are charged where a duty says so, once, and nowhere else."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from policy.models import AuditEntry, Obligation, Posting, Transaction
from policy.services.penalties import PenaltyRefused, penalty_charge
from tests import factories, money
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty(tmp_path: Path) -> Obligation:
    """A duty of a deliverer's party to pay `payout_minimum_eur`, 10.00 EUR; any number will do."""
    bundle = money.in_force(tmp_path)
    finding = factories.finding(
        decision=factories.decision(bundle=bundle), ruleset="compensation", rule_key="faked"
    )
    return factories.obligation(
        finding=finding, do="charge_penalty", party=factories.party(),
        details={"amount": "payout_minimum_eur"},
    )  # fmt: skip


def test_a_penalty_is_charged_once(duty: Obligation) -> None:
    ada = factories.user(name="ada")
    posted = penalty_charge(obligation=duty, at=NOW, actor=ada)
    assert penalty_charge(obligation=duty, at=NOW) == posted
    rows = Posting.objects.values_list("account__kind", "account__party", "amount", "currency")
    assert set(rows) == {
        ("licensee", duty.party_id, -1_000, "EUR"),
        ("penalty", None, 1_000, "EUR"),
    }
    assert posted.reason == f"penalty of 10.00 EUR: faked, decision {duty.decision.uuid}"
    duty.refresh_from_db()
    assert (duty.state, Transaction.objects.get().kind) == ("done", "penalty")
    assert AuditEntry.objects.filter(action="penalty_charge", object_uuid=duty.uuid).count() == 1


def test_the_command_says_how_much_in_which_currency(duty: Obligation) -> None:
    out = io.StringIO()
    call_command("penalty_charge", str(duty.uuid), stdout=out)
    assert "penalty of 10.00 EUR: faked, decision" in out.getvalue()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"do": "notify"}, "the duty `notify` charges nothing"),
        ({"state": "waived"}, "it is waived"),
        ({"party": None}, "binds nobody"),
        ({"details": {"amount": "nothing"}}, "`nothing` says no amount for 2026-11-22"),
    ],
)
def test_what_is_not_charged(duty: Obligation, changed: dict[str, Any], words: str) -> None:
    for name, value in changed.items():
        setattr(duty, name, value)
    duty.save()
    with pytest.raises(PenaltyRefused, match=words):
        penalty_charge(obligation=duty, at=NOW)
    assert not Transaction.objects.exists()
