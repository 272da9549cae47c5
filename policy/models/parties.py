"""People and companies, the accounts that deliver, and who may look at whose works."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from policy.models.base import Identified


class Party(Identified):
    """A person or company that makes, owns or delivers music.

    Two deliveries name the same party when a strong identifier agrees (ISNI, IPI, DPID), or,
    failing one, when the same account uses the same name: names alone never merge parties of
    different accounts.

    pii: name (shown to staff and to parties of the same track; kept as evidence).
    """

    name = models.CharField(max_length=300)
    name_key = models.CharField(max_length=300, db_index=True)
    scope = models.ForeignKey(
        "policy.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="parties"
    )
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "parties"
        indexes = [models.Index(fields=["scope", "name_key"])]

    def __str__(self) -> str:
        return self.name


class PartyIdentifier(models.Model):
    """A standard number of a party, in the form for comparing; `valid` says whether syntax and
    check digit are right. A right ISNI, IPI or DPID belongs to one party.

    pii: value (public registers).
    """

    class Kind(models.TextChoices):
        ISNI = "isni", "ISNI"
        IPI = "ipi", "IPI name number"
        DPID = "dpid", "DDEX party id"
        IPN = "ipn", "IPN"
        PROPRIETARY = "proprietary", "Proprietary id"

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=12, choices=Kind)
    namespace = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=100)
    valid = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "kind", "namespace", "value"], name="party_identifier_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=models.Q(kind__in=["isni", "ipi", "dpid"], valid=True),
                name="strong_identifier_of_one_party",
            ),
        ]
        indexes = [models.Index(fields=["kind", "value"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class Account(Identified):
    """Who delivers: a distributor or label with logins and tokens of its own.

    pii: none.
    """

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=300)
    dpid = models.CharField(max_length=20, blank=True, db_index=True)
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts"
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A login that acts for an account (delivers) or for a party (looks at its own works).

    Staff of the service (`is_staff`) see everything and need no membership.

    pii: links a user to a party.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships"
    )
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account__isnull=False) | models.Q(party__isnull=False),
                name="membership_names_account_or_party",
            ),
            models.UniqueConstraint(fields=["user", "account"], name="membership_account_once"),
            models.UniqueConstraint(fields=["user", "party"], name="membership_party_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} for {self.account or self.party}"
