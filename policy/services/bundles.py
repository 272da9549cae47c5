"""Bundles and activations: what decides, since when, by whom and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from policy.lang.bundle import bundle
from policy.lang.compiler import CompiledTree
from policy.lang.diagnostics import Diagnostic, error
from policy.lang.plan import decode_plan
from policy.models import Activation, Bundle, EvaluationRequest, RulesetVersion, Track
from policy.services.audit import audit_record
from policy.services.rulesets import RulesetRefused, read_rulesets

CHUNK = 2_000
"""Tracks queued in one transaction, so that nobody waits long for SQLite's single write lock."""


class NotActivated(Exception):
    """A bundle cannot be activated as asked; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Built:
    """A bundle, whether it is new, and the rulesets that no published version let into it."""

    bundle: Bundle
    new: bool
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Activated:
    """The activation in force, and whether it is new."""

    activation: Activation
    new: bool


def bundle_build(
    *,
    root: Path,
    at: datetime,
    built_by: User | None = None,
    versions: Mapping[str, str] | None = None,
) -> Built:
    """Put the newest published version of every ruleset below `root` under one digest.

    Parameters and fact schema are those of `root` now. `versions` names other versions by ruleset.
    An equal bundle is the same bundle. Raises RulesetRefused for mistakes in the tree, for versions
    that are not published, and when nothing is published.
    """
    tree = read_rulesets(root)
    assert tree.schema is not None, "a tree without mistakes has a fact schema"
    chosen = _choose(tree, dict(versions or {}), root)
    parameters = {ruleset.key: ruleset.parameters for ruleset in tree.rulesets}
    made = bundle(
        tree.schema,
        [(decode_plan(bytes(row.plan)), parameters[key]) for key, row in chosen.items()],
    )
    left_out = tuple(sorted(parameters.keys() - chosen.keys()))
    with transaction.atomic():
        known = Bundle.objects.filter(digest=made.digest()).first()
        if known is not None:
            return Built(known, new=False, left_out=left_out)
        row = Bundle.objects.create(digest=made.digest(), content=made.encode(), built_at=at)
        row.versions.set(chosen.values())
        audit_record(
            actor=built_by,
            action="bundle_build",
            subject=row,
            at=at,
            detail={key: version.version for key, version in chosen.items()},
        )
    return Built(row, new=True, left_out=left_out)


def bundle_activate(
    *,
    bundle: Bundle,
    live_from: datetime,
    activated_by: User | None,
    why: str,
    at: datetime,
) -> Activated:
    """Let a bundle decide from `live_from` on. Going back is a further activation.

    A bundle that is live at that instant already stays so. Raises NotActivated for an instant that
    has passed: what was decided before stays decided.
    """
    if live_from < at:
        raise NotActivated(
            f"{live_from:%Y-%m-%d %H:%M} UTC is in the past: a bundle becomes live now or later"
        )
    with transaction.atomic():
        before = active_at(live_from)
        if before is not None and before.bundle_id == bundle.pk:
            return Activated(before, new=False)
        row = Activation.objects.create(
            bundle=bundle,
            live_from=live_from,
            activated_by=activated_by,
            why=why,
            recorded_at=at,
        )
        audit_record(
            actor=activated_by,
            action="bundle_activate",
            subject=bundle,
            at=at,
            detail={"live_from": live_from.isoformat(), "why": why},
        )
    return Activated(row, new=True)


def active_at(moment: datetime) -> Activation | None:
    """The activation in force at an instant; its bundle comes without content. One query."""
    found = Activation.objects.filter(live_from__lte=moment).order_by("-live_from", "-pk")
    return found.select_related("bundle").defer("bundle__content").first()


def requeue_chunk(*, activation: Activation, at: datetime, size: int = CHUNK) -> int:
    """Queue the next `size` tracks of the catalogue for an activation; return how many there were.

    Called until it returns 0. Progress is in the rows, so that whoever is interrupted goes on where
    they were, and nothing is queued twice. The rows wait until the activation is live.
    """
    mine = EvaluationRequest.objects.filter(
        cause=EvaluationRequest.Cause.ACTIVATION, as_of=activation.live_from
    )
    with transaction.atomic():
        last = mine.aggregate(last=Max("track_id"))["last"] or 0
        current = Track.objects.filter(removed_at=None, release__purged_at=None, pk__gt=last)
        ids = list(current.order_by("pk").values_list("pk", flat=True)[:size])
        EvaluationRequest.objects.bulk_create(
            EvaluationRequest(
                track_id=track_id,
                cause=EvaluationRequest.Cause.ACTIVATION,
                as_of=activation.live_from,
                lease_until=activation.live_from if activation.live_from > at else None,
                created_at=at,
            )
            for track_id in ids
        )
    return len(ids)


def _choose(tree: CompiledTree, named: dict[str, str], root: Path) -> dict[str, RulesetVersion]:
    """The row of each ruleset's version: the named one, else the newest."""
    keys = [ruleset.key for ruleset in tree.rulesets]
    rows = RulesetVersion.objects.filter(ruleset__key__in=keys).select_related("ruleset")
    chosen: dict[str, RulesetVersion] = {}
    for row in sorted(rows, key=lambda row: tuple(map(int, row.version.split(".")))):
        if named.get(row.ruleset.key, row.version) == row.version:
            chosen[row.ruleset.key] = row
    refused = [
        _unpublished(f"`{key}` has no published version `{version}`", root)
        for key, version in sorted(named.items())
        if key not in chosen
    ]
    if not chosen and not refused:
        refused = [_unpublished("no ruleset here is published", root)]
    if refused:
        raise RulesetRefused(refused, tree.sources)
    return chosen


def _unpublished(message: str, root: Path) -> Diagnostic:
    help = "publish it first: `manage.py ruleset_publish`"
    return error("not-published", message, root.as_posix(), help=help)
