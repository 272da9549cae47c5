"""What was decided, by which rules, and what follows from it. History, never edited."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from policy.models.base import AppendOnly, Identified
from policy.models.catalogue import Track
from policy.models.evaluation import FactSnapshot
from policy.models.parties import Account, Party
from policy.models.rulesets import Bundle, Rule


class Effect(models.TextChoices):
    """What a rule argues for and what a decision comes to, from mild to strict."""

    ALLOW = "allow", "Allow"
    LIMIT = "limit", "Limit"
    REVIEW = "review", "Review"
    WITHHOLD = "withhold", "Withhold"
    BLOCK = "block", "Block"


class Decision(AppendOnly, Identified):
    """One immutable evaluation of a track: a function of bundle and snapshot, so unique on both.

    `effect` is the strictest anywhere, `worldwide` the effect where no territory differs,
    `territories` a list of [code, effect] that differ. `trace` is the engine's positional JSON
    per ruleset (zlib), read with the templates of the bundle's versions. A human ruling is a
    further row that `supersedes` this one.

    pii: made_by.
    """

    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="decisions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="decisions")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="decisions")
    snapshot = models.ForeignKey(FactSnapshot, on_delete=models.PROTECT, related_name="decisions")
    effect = models.CharField(max_length=10, choices=Effect)
    worldwide = models.CharField(max_length=10, choices=Effect)
    territories = models.JSONField(default=list)
    trace = models.BinaryField()
    as_of = models.DateTimeField()
    decided_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["track", "bundle", "snapshot"],
                condition=models.Q(made_by__isnull=True),
                name="decision_once",
            )
        ]
        indexes = [
            models.Index(fields=["effect", "id"], name="decision_effect"),
            models.Index(fields=["track", "id"], name="decision_track"),
            models.Index(fields=["account", "id"], name="decision_account"),
        ]

    def __str__(self) -> str:
        return f"{self.track_id}: {self.effect}"


class Finding(AppendOnly):
    """One rule that matched, or could not be evaluated, in a decision.

    `reason` is the rendered sentence; `determining` tells that it caused the outcome;
    `territories` is null for everywhere. `ruleset` repeats the ruleset's key for filtering.

    pii: the reason may name a party.
    """

    class Status(models.TextChoices):
        MATCHED = "matched", "Matched"
        INDETERMINATE = "indeterminate", "Could not be evaluated"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="findings")
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="findings")
    ruleset = models.CharField(max_length=80)
    rule_key = models.CharField(max_length=120)
    status = models.CharField(max_length=14, choices=Status)
    effect = models.CharField(max_length=10, choices=Effect)
    determining = models.BooleanField(default=False)
    territories = models.JSONField(null=True, blank=True)
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "rule"], name="finding_once_per_rule")
        ]
        indexes = [
            models.Index(fields=["ruleset", "decision"], name="finding_ruleset"),
            models.Index(fields=["rule_key", "decision"], name="finding_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_key}: {self.status}"


class Obligation(Identified):
    """A duty that a decision created, with whom it binds, its deadline and its state.

    Duties stand with the latest decision on a track: when the next one is made, those of the one
    before lapse, and what is still demanded is a new row with the deadline and state of the old.

    pii: may name the party that it binds.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        DONE = "done", "Done"
        OVERDUE = "overdue", "Overdue"
        WAIVED = "waived", "Waived"
        LAPSED = "lapsed", "Lapsed"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="obligations")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="obligations")
    do = models.CharField(max_length=60)
    of = models.CharField(max_length=40)
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="obligations"
    )
    details = models.JSONField(default=dict, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["party", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.do} of {self.of}"


class DecisionTally(models.Model):
    """How many decisions came to an effect, so that the list can say it at once at any size.

    Kept in the transaction that writes the decisions. `account` null is the sum of all accounts.

    pii: none.
    """

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE)
    effect = models.CharField(max_length=10, choices=Effect)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "effect"], name="tally_once_per_account"),
            models.UniqueConstraint(
                fields=["effect"],
                condition=models.Q(account__isnull=True),
                name="tally_once_of_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effect}: {self.count}"
