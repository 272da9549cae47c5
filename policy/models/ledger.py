"""The ledger: double entry, append-only. Amounts are integers of the currency's minor unit."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from policy.models.base import AppendOnly, Identified
from policy.models.parties import Party


class AccountKind(models.TextChoices):
    """What an account is for."""

    LICENSEE = "licensee", "Owed by a licensee"
    POOL = "pool", "Pool"
    DEDUCTION = "deduction", "Deduction"
    PAYABLE = "payable", "Owed to a party"
    HOLD = "hold", "Held"
    PENALTY = "penalty", "Penalty"
    ROUNDING = "rounding", "Rounding"
    RESERVE = "reserve", "Reserve"
    EXCHANGE = "exchange", "Exchange of currency"
    PAYOUT = "payout", "Paid out"


class LedgerAccount(AppendOnly, Identified):
    """An account of one currency. `key` says what for: a pool's, a party's, a reason to hold.

    pii: links a party to money.
    """

    Kind = AccountKind

    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger_accounts"
    )
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "currency"], name="ledger_account_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key} {self.currency}"


class Transaction(AppendOnly, Identified):
    """A set of postings that adds up to zero in each currency.

    `key` makes it idempotent: what would be posted twice has the same key. A correction
    `reverses` a transaction (the same postings with their signs turned) and posts anew. `digest` is
    SHA-256 over the transaction before, this row and its postings: a chain that shows any change.

    pii: posted_by.
    """

    class Kind(models.TextChoices):
        ACCRUAL = "accrual", "A pool is shared out"
        REVERSAL = "reversal", "Reversal"
        RELEASE = "release", "Held money is released"
        PENALTY = "penalty", "Penalty"
        CONVERSION = "conversion", "Exchange of currency"
        PAYOUT = "payout", "Payout"

    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=300)
    value_date = models.DateField()
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    previous = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="next"
    )
    digest = models.CharField(max_length=64)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    posted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["value_date"], name="transaction_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class Posting(AppendOnly):
    """A line of a transaction: `amount` minor units into an account (negative: out of it).

    pii: as the account.
    """

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="postings")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transaction", "account"], name="posting_once"),
            models.CheckConstraint(condition=~models.Q(amount=0), name="posting_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class ExchangeRate(AppendOnly, Identified):
    """One unit of `base` is `numerator`/`denominator` units of `quote`, on a day, by a source.

    pii: none.
    """

    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    numerator = models.PositiveBigIntegerField()
    denominator = models.PositiveBigIntegerField()
    source = models.CharField(max_length=200)
    date = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "date", "source"], name="rate_once"),
            models.CheckConstraint(
                condition=models.Q(numerator__gt=0, denominator__gt=0), name="rate_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.date}"
