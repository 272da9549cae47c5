"""What was published and what is live. Published versions never change."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from policy.models.base import AppendOnly, Identified


class Ruleset(Identified):
    """A named family of rules. pii: none."""

    key = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    owner = models.CharField(max_length=200)
    why = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.key


class RulesetVersion(AppendOnly, Identified):
    """One frozen file of a ruleset with its compiled plan.

    `source` is the author's text (what the decision page shows), `plan` canonical JSON of
    `policy.lang.plan.Plan`, and `template` JSON of the engine's trace template, so that a stored
    trace can be read without the engine.

    pii: published_by.
    """

    ruleset = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=40)
    language = models.PositiveSmallIntegerField()
    path = models.CharField(max_length=300)
    source = models.TextField()
    source_digest = models.CharField(max_length=64)
    plan = models.BinaryField()
    plan_digest = models.CharField(max_length=64)
    template = models.BinaryField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ruleset", "version"], name="version_once_per_ruleset")
        ]

    def __str__(self) -> str:
        return f"{self.ruleset_id}@{self.version}"


class Rule(AppendOnly):
    """One rule of a version. `tree` is JSON of its typed condition, `span` [line, column, end
    line, end column].

    pii: none.
    """

    version = models.ForeignKey(RulesetVersion, on_delete=models.PROTECT, related_name="rules")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=120, db_index=True)
    title = models.CharField(max_length=300)
    effect = models.CharField(max_length=10)
    span = models.JSONField()
    tree = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="rule_once_per_version"),
            models.UniqueConstraint(fields=["version", "position"], name="rule_position_once"),
        ]

    def __str__(self) -> str:
        return self.key


class Bundle(AppendOnly, Identified):
    """One version of every ruleset with parameters and fact schema, under one digest.

    `content` is canonical JSON of `policy.lang.bundle.BundlePlan`; workers load it by digest and
    cache it.

    pii: none.
    """

    digest = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    versions = models.ManyToManyField(RulesetVersion, related_name="bundles")
    built_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:12]


class Activation(AppendOnly, Identified):
    """Bundle `bundle` is live from `live_from`, by whom and why; the latest row in force wins.

    pii: activated_by.
    """

    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="activations")
    live_from = models.DateTimeField(db_index=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    why = models.TextField(blank=True)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.bundle} from {self.live_from}"
