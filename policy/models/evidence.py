"""What was said and found: deliveries, consents, detections. History, never edited."""

from __future__ import annotations

from django.db import models

from policy.models.base import AppendOnly, Identified
from policy.models.catalogue import Layer, Release, Track
from policy.models.parties import Account, Party


class Delivery(AppendOnly, Identified):
    """One accepted message about tracks, with its raw text (zlib) and digest.

    Unique per account, message id and format: the same message again is the same delivery, and one
    that is told anew in another version of its standard is another. `superseded` tells that a
    later message of the same release was already here, so this one changed nothing.

    pii: raw text names people; kept as evidence.
    """

    class Kind(models.TextChoices):
        NEW_RELEASE = "new_release", "New release"
        PURGE = "purge", "Purge"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    message_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind)
    format = models.CharField(max_length=40)
    file_name = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64)
    raw = models.BinaryField()
    is_test = models.BooleanField(default=False)
    superseded = models.BooleanField(default=False)
    warnings = models.JSONField(default=list)
    message_created_at = models.DateTimeField()
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "message_id", "format"], name="delivery_message_once"
            )
        ]

    def __str__(self) -> str:
        return self.message_id


class Consent(AppendOnly, Identified):
    """A party's statement on one AI use of a track or of a release's tracks: bitemporal.

    It speaks about `valid_from` (inclusive) to `valid_until` (exclusive, None = open) and is
    known from `recorded_at` until a later row names it in `replaces`. "In force on day D as known
    on day K" is one query.

    pii: links a party to a statement.
    """

    class Decision(models.TextChoices):
        GRANTED = "granted", "Granted"
        DENIED = "denied", "Denied"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Source(models.TextChoices):
        ERN_DEAL = "ern_deal", "Deal in an ERN message"
        DECLARATION = "declaration", "Declaration"
        CONTRACT = "contract", "Contract"
        PUBLIC_SIGNAL = "public_signal", "Public signal"
        COURT_ORDER = "court_order", "Court order"

    grantor = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="consents"
    )
    release = models.ForeignKey(
        Release, null=True, blank=True, on_delete=models.PROTECT, related_name="consents"
    )
    track = models.ForeignKey(
        Track, null=True, blank=True, on_delete=models.PROTECT, related_name="consents"
    )
    layer = models.CharField(max_length=12, choices=Layer)
    use = models.CharField(max_length=32)
    decision = models.CharField(max_length=10, choices=Decision)
    territories = models.JSONField(default=list, blank=True)
    excluded_territories = models.JSONField(default=list, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=16, choices=Source)
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="consents"
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["release", "use"]),
            models.Index(fields=["track", "use"]),
            models.Index(fields=["grantor", "use"]),
        ]

    def __str__(self) -> str:
        return f"{self.grantor}: {self.use} {self.decision}"


class Detection(AppendOnly, Identified):
    """A detector's finding on a track.

    `score` is in millionths (0 to 1000000), so that no float is stored as evidence.

    pii: may name a party whose voice was matched.
    """

    class Kind(models.TextChoices):
        AI_AUDIO = "ai_audio", "Generated audio"
        VOICE_MATCH = "voice_match", "Voice match"
        AUDIO_MATCH = "audio_match", "Audio match"
        ARTIFICIAL_STREAMS = "artificial_streams", "Artificial streams"

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="detections")
    kind = models.CharField(max_length=20, choices=Kind)
    detector = models.CharField(max_length=100)
    score = models.PositiveIntegerField()
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="detections"
    )
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="detections"
    )
    detected_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["track", "kind"])]

    def __str__(self) -> str:
        return f"{self.detector}: {self.kind} {self.score / 1_000_000:.2f}"
