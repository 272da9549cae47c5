"""The consent registry: what parties say of AI uses, and proofs of conditions. Never edited."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from policy.models.base import AppendOnly, Identified
from policy.models.catalogue import Layer, Release, Track
from policy.models.evidence import Delivery
from policy.models.parties import Party


class Condition(models.TextChoices):
    """What a grant asks for in return (CAWG `constrained`, RSL payment, CC signals credit)."""

    NONE = "none", "None"
    CONSTRAINED = "constrained", "Terms of its own"
    PAYMENT = "payment", "Payment"
    CREDIT = "credit", "Credit"


class Consent(AppendOnly, Identified):
    """A party's statement on one AI use of what it has rights in: bitemporal.

    It speaks about `valid_from` (inclusive) to `valid_until` (exclusive, None = open) and is
    known from `recorded_at` until a later row names it in `replaces`. "In force on day D as known
    on day K" is one query.

    `scope` says what it is about, within what its grantor has: all of it, one record label, one
    artist, a release, a track as delivered, a recording (ISRC) or a musical work (ISWC).
    `subject_key` names label, artist, recording and work; normalised as the catalogue's keys are.
    Empty `licensee`, `model` and `model_version` are any.

    pii: links a party to a statement.
    """

    class Decision(models.TextChoices):
        GRANTED = "granted", "Granted"
        DENIED = "denied", "Denied"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Scope(models.TextChoices):
        CATALOGUE = "catalogue", "All works of the grantor"
        LABEL = "label", "A record label"
        ARTIST = "artist", "An artist"
        RELEASE = "release", "A release"
        WORK = "work", "A musical work"
        RECORDING = "recording", "A recording"
        TRACK = "track", "A track as delivered"

    class Source(models.TextChoices):
        ERN_DEAL = "ern_deal", "Deal in an ERN message"
        DECLARATION = "declaration", "Declaration"
        CONTRACT = "contract", "Contract"
        PUBLIC_SIGNAL = "public_signal", "Public signal"
        COURT_ORDER = "court_order", "Court order"
        PORTAL = "portal", "Said here by the party"
        FILE = "file", "File of statements"

    class Assurance(models.TextChoices):
        """How surely the statement is its grantor's."""

        SELF_DECLARED = "self_declared", "As declared"
        VERIFIED_PARTY = "verified_party", "By the party's own login"
        CONTRACT = "contract", "By contract"
        COURT_ORDER = "court_order", "By court order"

    grantor = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="consents",
        db_index=False,
    )  # fmt: skip
    scope = models.CharField(max_length=10, choices=Scope)
    release = models.ForeignKey(
        Release, null=True, blank=True, on_delete=models.PROTECT, related_name="consents",
        db_index=False,
    )  # fmt: skip
    track = models.ForeignKey(
        Track, null=True, blank=True, on_delete=models.PROTECT, related_name="consents",
        db_index=False,
    )  # fmt: skip
    subject_key = models.CharField(max_length=500, blank=True)
    layer = models.CharField(max_length=12, choices=Layer)
    use = models.CharField(max_length=32)
    decision = models.CharField(max_length=10, choices=Decision)
    licensee = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="licences"
    )
    model = models.CharField(max_length=200, blank=True)
    model_version = models.CharField(max_length=100, blank=True)
    territories = models.JSONField(default=list, blank=True)
    excluded_territories = models.JSONField(default=list, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    condition = models.CharField(max_length=12, choices=Condition, default=Condition.NONE)
    terms = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=16, choices=Source)
    assurance = models.CharField(max_length=16, choices=Assurance, default=Assurance.SELF_DECLARED)
    evidence_name = models.CharField(max_length=300, blank=True)
    evidence_digest = models.CharField(max_length=64, blank=True)
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="consents"
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope="release", release__isnull=False, track__isnull=True)
                | models.Q(scope="track", release__isnull=True, track__isnull=False)
                | models.Q(
                    scope__in=["catalogue", "label", "artist", "work", "recording"],
                    release__isnull=True,
                    track__isnull=True,
                ),
                name="consent_scope_names_its_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=["label", "artist", "work", "recording"])
                ^ models.Q(subject_key=""),
                name="consent_key_where_scope_needs_one",
            ),
            models.CheckConstraint(
                condition=models.Q(model_version="") | ~models.Q(model=""),
                name="consent_version_of_a_model",
            ),
        ]
        indexes = [
            models.Index(fields=["release", "use"]),
            models.Index(fields=["track", "use"]),
            # What a party says of all that it has; and its statements a page at a time.
            models.Index(fields=["grantor", "scope", "use"], name="consent_grantor"),
            models.Index(fields=["grantor", "id"], name="consent_of_party"),
            # Not only where there is a key: SQLite would not see that a key that is given is one.
            models.Index(fields=["scope", "subject_key", "use"], name="consent_subject"),
            # Those that begin or end in a span of time.
            models.Index(fields=["valid_from"], name="consent_begins"),
            models.Index(
                fields=["valid_until"],
                name="consent_ends",
                condition=models.Q(valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grantor}: {self.use} {self.decision}"


_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def known(rows: models.QuerySet[Consent], at: datetime) -> models.QuerySet[Consent]:
    """Those of statements that were known at an instant: recorded, and not yet replaced.

    A scalar subquery, because PostgreSQL would rather walk all that ever replaced something than
    look a few rows up.
    """
    later = Consent.objects.filter(replaces=models.OuterRef("pk")).values("recorded_at")[:1]
    until = Coalesce(models.Subquery(later), models.Value(_NEVER))
    return rows.alias(known_until=until).filter(known_until__gt=at, recorded_at__lte=at)


class ConsentProof(AppendOnly, Identified):
    """That the condition of a grant is met, for one licensee or (null) for any, by what document.

    pii: recorded_by.
    """

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="proofs")
    licensee = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence_name = models.CharField(max_length=300)
    evidence_digest = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"proof of {self.consent_id}"
