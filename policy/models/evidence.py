"""What was said and found: deliveries and detections. History, never edited."""

from __future__ import annotations

from django.db import models

from policy.models.base import AppendOnly, Identified
from policy.models.catalogue import Track
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
