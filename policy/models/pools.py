"""Pools of money for uses of AI, and how they were shared out."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from policy.models.base import AppendOnly, Identified
from policy.models.catalogue import Layer, Track
from policy.models.ledger import LedgerAccount, Transaction
from policy.models.parties import Party
from policy.models.rulesets import Bundle
from policy.models.usages import UsageDecision


class Pool(Identified):
    """What a licensee owes for its uses of some kinds in a period, and by which scheme.

    `scheme` names a group of dated parameters of the compensation ruleset (`training` reads
    `training_key`, `training_deduction` and so on). `income` is the fee, the net income or the
    income of an add-on in minor units, by the scheme's funding; `minimum` what the contract
    guarantees. The period is from a day to an exclusive day.

    pii: none.
    """

    key = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=200)
    licensee = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="pools")
    scheme = models.SlugField(max_length=40)
    kinds = models.JSONField(default=list)
    model = models.CharField(max_length=200, blank=True)
    model_version = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3)
    income = models.PositiveBigIntegerField(default=0)
    minimum = models.PositiveBigIntegerField(default=0)
    period_from = models.DateField()
    period_until = models.DateField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(period_from__lt=models.F("period_until")),
                name="pool_period_is_one",
            )
        ]
        indexes = [models.Index(fields=["period_from", "period_until"], name="pool_period")]

    def __str__(self) -> str:
        return self.key


class PoolRun(AppendOnly, Identified):
    """One sharing out of a pool under a bundle, from inputs with a digest.

    A run with other inputs or another bundle `corrects` the one before: its transaction reverses
    that one's and posts anew. The same inputs again are the same run. Amounts are minor units:
    `gross` = `deducted` + `paid` + `held` + `reserved`.

    pii: none.
    """

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="pool_runs")
    input_digest = models.CharField(max_length=64)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    transaction = models.OneToOneField(
        Transaction, null=True, blank=True, on_delete=models.PROTECT, related_name="run"
    )
    scheme = models.JSONField(default=dict)  # the numbers as they were applied
    gross = models.BigIntegerField()
    deducted = models.BigIntegerField()
    paid = models.BigIntegerField()
    held = models.BigIntegerField()
    reserved = models.BigIntegerField()
    lines = models.PositiveIntegerField()
    ran_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="run_number_once"),
            models.CheckConstraint(
                condition=models.Q(
                    gross=models.F("deducted")
                    + models.F("paid")
                    + models.F("held")
                    + models.F("reserved")
                ),
                name="run_conserves_money",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id} run {self.number}"


class PayoutLine(AppendOnly):
    """What one party gets of a pool run for one track, layer and territory.

    `gross`, `deducted` and `net` are millionths of the minor unit; the lines of an account add up
    to exactly what was posted to it. `party` is null for what is held because nobody is known.
    `weight` of `weights` is the track's part of its layer by the scheme's key (`basis`).

    pii: a party's earnings.
    """

    class Status(models.TextChoices):
        PAYABLE = "payable", "Payable"
        HELD = "held", "Held"

    run = models.ForeignKey(PoolRun, on_delete=models.PROTECT, related_name="payout_lines")
    position = models.PositiveIntegerField()
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="payout_lines")
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="payout_lines"
    )
    account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="payout_lines", db_index=False
    )
    decision = models.ForeignKey(
        UsageDecision, on_delete=models.PROTECT, related_name="payout_lines", db_index=False
    )
    kind = models.CharField(max_length=32)
    layer = models.CharField(max_length=12, choices=Layer)
    territory = models.CharField(max_length=12)
    basis = models.CharField(max_length=16)
    units = models.BigIntegerField()
    weight = models.BigIntegerField()
    basis_points = models.PositiveIntegerField(null=True, blank=True)
    gross = models.BigIntegerField()
    deducted = models.BigIntegerField()
    net = models.BigIntegerField()
    status = models.CharField(max_length=8, choices=Status)
    hold = models.CharField(max_length=120, blank=True)  # reason word; empty when payable

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="payout_line_once"),
            models.CheckConstraint(
                condition=models.Q(gross=models.F("deducted") + models.F("net")),
                name="payout_line_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["party", "run"], name="payout_line_party")]

    def __str__(self) -> str:
        return f"{self.net} of run {self.run_id}"


class PayoutStatement(AppendOnly, Identified):
    """The document to a party about a currency and a period, as issued; `document` is canonical
    JSON (zlib) from which every format is written again byte for byte.

    Amounts are minor units: `closing` = `opening` + `earned` - `paid`. A corrected period gets the
    next `revision`, which `corrects` the one before and shows the difference.

    pii: a party's earnings.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="payout_statements")
    currency = models.CharField(max_length=3)
    period_from = models.DateField()
    period_until = models.DateField()
    revision = models.PositiveIntegerField(default=1)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    opening = models.BigIntegerField()
    earned = models.BigIntegerField()
    held = models.BigIntegerField()
    paid = models.BigIntegerField()
    closing = models.BigIntegerField()
    payout = models.ForeignKey(
        Transaction, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    document = models.BinaryField()
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "currency", "period_from", "period_until", "revision"],
                name="payout_statement_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    closing=models.F("opening") + models.F("earned") - models.F("paid")
                ),
                name="payout_statement_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.period_from} ({self.currency})"


class PayoutTerms(Identified):
    """In which currency a party is paid. Every change is an audit entry.

    pii: links a party to a currency.
    """

    party = models.OneToOneField(Party, on_delete=models.PROTECT, related_name="payout_terms")
    currency = models.CharField(max_length=3)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "payout terms"

    def __str__(self) -> str:
        return f"{self.party} in {self.currency}"
