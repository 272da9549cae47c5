"""Uses of tracks by AI: what was planned or done, what was answered, and on what it relied."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from policy.models.base import AppendOnly, Identified
from policy.models.catalogue import Track
from policy.models.consents import Consent
from policy.models.decisions import Effect
from policy.models.evaluation import FactSnapshot
from policy.models.parties import Account, Party
from policy.models.rulesets import Bundle


class Usage(Identified):
    """One AI use of tracks: planned, or reported as done. `kind` is a use of AI.

    `reference` is the licensee's own name for it, so that the same report again is the same row.
    `query` tells how tracks were chosen when they were not listed. `units` is how often it took
    place (training runs, outputs, streams of outputs, by kind), `artificial_units` what of that was
    found artificial. `attribution_method` names what gave the weights; empty for none.

    pii: none.
    """

    class Stage(models.TextChoices):
        PLANNED = "planned", "Planned"
        REPORTED = "reported", "Reported"
        STOPPED = "stopped", "Stopped"

    licensee = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="usages")
    reference = models.CharField(max_length=120)
    kind = models.CharField(max_length=32)
    stage = models.CharField(max_length=8, choices=Stage)
    model = models.CharField(max_length=200, blank=True)
    model_version = models.CharField(max_length=100, blank=True)
    research = models.BooleanField(default=False)
    territories = models.JSONField(default=list, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    query = models.JSONField(default=dict, blank=True)
    tracks = models.PositiveIntegerField(default=0)
    units = models.PositiveBigIntegerField(default=0)
    artificial_units = models.PositiveBigIntegerField(default=0)
    attribution_method = models.CharField(max_length=100, blank=True)
    output_track = models.ForeignKey(
        Track, null=True, blank=True, on_delete=models.PROTECT, related_name="made_by"
    )
    output_reference = models.CharField(max_length=200, blank=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["licensee", "reference"], name="usage_once"),
            models.CheckConstraint(
                condition=models.Q(artificial_units__lte=models.F("units")),
                name="usage_artificial_within_units",
            ),
        ]
        indexes = [
            models.Index(fields=["licensee", "kind", "starts_at"], name="usage_of_period"),
            models.Index(fields=["stage", "kind"], name="usage_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Attribution(AppendOnly):
    """That a use draws on a track. `weight` (millionths of the use, None without a method) and the
    method's `confidence` in it (millionths). Weights of a use add up to at most a million; what
    they leave is not attributed.

    pii: none.
    """

    usage = models.ForeignKey(Usage, on_delete=models.PROTECT, related_name="attributions")
    track = models.ForeignKey(
        Track, on_delete=models.PROTECT, related_name="attributions", db_index=False
    )
    weight = models.PositiveIntegerField(null=True, blank=True)
    confidence = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["usage", "track"], name="attribution_once"),
            models.CheckConstraint(
                condition=models.Q(weight__isnull=True) | models.Q(weight__lte=1_000_000),
                name="attribution_at_most_all",
            ),
        ]
        indexes = [models.Index(fields=["track", "usage"], name="attribution_track")]

    def __str__(self) -> str:
        return f"{self.usage_id} draws on {self.track_id}"


class UsageDecision(AppendOnly, Identified):
    """One immutable evaluation of a use of a track: a function of bundle and snapshot.

    Tracks whose facts are the same share one, so a million tracks need few. `blocking` lists
    [layer, territory, rule] of what stands against the use; `rules` what a Finding keeps
    (ruleset, rule, status, effect, determining, territories, reason, obligations). Where the reason
    names the track it has a placeholder (`policy.services.usage_judging.TITLE`).

    pii: reasons name no party other than the licensee.
    """

    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="usage_decisions")
    snapshot = models.ForeignKey(
        FactSnapshot, on_delete=models.PROTECT, related_name="usage_decisions"
    )
    effect = models.CharField(max_length=10, choices=Effect)
    worldwide = models.CharField(max_length=10, choices=Effect)
    territories = models.JSONField(default=list)
    blocking = models.JSONField(default=list)
    rules = models.JSONField(default=list)
    trace = models.BinaryField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bundle", "snapshot"], name="usage_decision_once")
        ]

    def __str__(self) -> str:
        return f"{self.effect} ({self.uuid})"


class UsageCheck(AppendOnly, Identified):
    """The answer to "may I?" for all tracks of a use, as of `as_of` as known at `known_at`.

    `counts` holds tracks by effect. `digest` is the SHA-256 over all answers in the order of
    their tracks. `reported` tells that the use had taken place: that answer is given once.

    pii: none.
    """

    usage = models.ForeignKey(Usage, on_delete=models.PROTECT, related_name="checks")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="usage_checks")
    as_of = models.DateTimeField()
    known_at = models.DateTimeField()
    reported = models.BooleanField(default=False)
    tracks = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["usage"], condition=models.Q(reported=True), name="check_of_report_once"
            )
        ]

    def __str__(self) -> str:
        return f"check of {self.usage_id}"


class UsageAnswers(AppendOnly):
    """Answers for some thousand tracks of a check, in the order of track ids, packed (zlib JSON):
    [[track, decision, [consents]], ...] as row ids. `consents` are the very records that the answer
    relied on.

    A million answers are a few hundred rows, and the answer for one track is found by its range.

    pii: as the consents.
    """

    usage_check = models.ForeignKey(UsageCheck, on_delete=models.PROTECT, related_name="answers")
    first_track = models.BigIntegerField()
    last_track = models.BigIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name_plural = "usage answers"
        constraints = [
            models.UniqueConstraint(fields=["usage_check", "first_track"], name="answers_once")
        ]

    def __str__(self) -> str:
        return f"{self.first_track} to {self.last_track}"


class Reliance(AppendOnly):
    """That a use that took place relied on a consent record, for at least one of its tracks.

    pii: as the consent.
    """

    usage_check = models.ForeignKey(UsageCheck, on_delete=models.PROTECT, related_name="reliances")
    consent = models.ForeignKey(
        Consent, on_delete=models.PROTECT, related_name="reliances", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consent", "usage_check"], name="reliance_once")
        ]

    def __str__(self) -> str:
        return f"{self.usage_check_id} relied on {self.consent_id}"


class Notice(AppendOnly, Identified):
    """That a party or an account was told of something, by when it must act if it must.

    `key` is a digest of whom and what it is about, so that nobody is told twice.

    pii: links a party to a matter.
    """

    class Kind(models.TextChoices):
        CONSENT_WITHDRAWN = "consent_withdrawn", "A consent was withdrawn"
        USE_MUST_STOP = "use_must_stop", "A use must stop"
        USE_REGISTERED = "use_registered", "A use was registered"
        PAYOUT_HELD = "payout_held", "A payout is held"
        STATEMENT_ISSUED = "statement_issued", "A payout statement was issued"

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    usage = models.ForeignKey(
        Usage, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    consent = models.ForeignKey(
        Consent, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    text = models.TextField()
    due_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text[:80]
