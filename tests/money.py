"""Money for tests: a small ruleset of compensation in force, uses that earn, and pools."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.db.models import Sum

from policy.models import (
    Attribution,
    Bundle,
    Party,
    PayoutLine,
    Pool,
    PoolRun,
    Posting,
    Track,
    Usage,
)
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.factories import NOW

SINCE, UNTIL = date(2026, 7, 1), date(2026, 10, 1)
"""The period of pools here; NOW is after it."""

DURING = datetime(2026, 8, 15, 12, 0, tzinfo=UTC)

RULES = """\
variables:
  earns: has(track.use) && track.use.reported && track.use.units > track.use.artificial_units
  over: track.shares.filter(s, s.basis_points > 10000)
rules:
  - id: earns-master
    title: A use earns for the recording
    when: |
      earns
    effect: allow
    reason: '{track.use.licensee} reported {track.use.kind} of "{track.title}".'
    obligations:
      - {do: accrue, of: licensee, layer: master, rate: rate_master}
  - id: earns-publishing
    title: A use earns for the work
    when: |
      earns && track.use.kind != "voice_clone"
    effect: allow
    reason: '{track.use.licensee} reported {track.use.kind} of "{track.title}".'
    obligations:
      - {do: accrue, of: licensee, layer: publishing, rate: rate_publishing}
  - id: earns-likeness-in-the-us
    title: A clone of a voice earns for its owner in the United States
    when: |
      earns && track.use.kind == "voice_clone"
    effect: allow
    territories: '["US"]'
    reason: '{track.use.licensee} reported {track.use.kind} of "{track.title}".'
    obligations:
      - {do: accrue, of: licensee, layer: likeness, rate: rate_master}
  - id: disputed-master
    title: The recording is disputed
    when: |
      has(track.dispute) && track.dispute.layer == "master"
    effect: limit
    territories: "[track.dispute.territory]"
    reason: 'The recording of "{track.title}" is disputed.'
    obligations:
      - {do: hold_payout, of: service, layer: master}
  - id: disputed-publishing
    title: The work is disputed
    when: |
      has(track.dispute) && track.dispute.layer == "publishing"
    effect: limit
    territories: "[track.dispute.territory]"
    reason: 'The work of "{track.title}" is disputed.'
    obligations:
      - {do: hold_payout, of: service, layer: publishing}
  - id: shares-over
    title: Shares exceed the whole
    when: |
      size(over) > 0
    effect: limit
    reason: 'Shares of "{track.title}" add up to {over.map(s, s.basis_points)}.'
    obligations:
      - {do: hold_payout, of: service}
  - id: not-for-covers
    title: Covers take no part
    when: |
      has(track.use) && track.use.kind == "cover"
    effect: allow
    reason: '"{track.title}" is covered.'
    obligations:
      - {do: exclude_from_pool, of: service}
"""

NUMBERS: dict[str, str | int] = {
    "rate_master": 3000, "rate_publishing": 1000, "rounding": 5, "overclaim_limit": 11500,
    "training_funding": "fixed_fee", "training_key": "equal", "training_deduction": 1000,
    "outputs_funding": "revenue_share", "outputs_key": "attribution",
    "outputs_fallback": "analogy", "outputs_deduction": 0,
    "alike_funding": "fixed_fee", "alike_key": "attribution", "alike_fallback": "equal",
    "alike_deduction": 0,
    "kept_funding": "fixed_fee", "kept_key": "attribution", "kept_fallback": "reserve",
    "kept_deduction": 0,
    "market_funding": "fixed_fee", "market_key": "market_share", "market_deduction": 0,
    "micro_funding": "per_use", "micro_key": "uses", "micro_deduction": 0, "micro_per_use": 2500,
    "payout_minimum_eur": 1000, "payout_minimum_jpy": 1500, "payout_minimum_kwd": 3000,
    "payout_minimum_usd": 1000,
}  # fmt: skip

_numbers = itertools.count(1)


def compensation_tree(root: Path, numbers: dict[str, str | int]) -> Path:
    """A tree with one version of `compensation`; `numbers` are other values of its parameters."""
    head = trees.HEAD.format(key="compensation", since="2026-01-01").removesuffix("rules:\n")
    trees.write_ruleset(
        root, "compensation", {"1.0.0": head + RULES}, parameters=_parameters(NUMBERS | numbers)
    )
    return trees.lock(root)


def in_force(root: Path, *, at: datetime = NOW, **numbers: str | int) -> Bundle:
    """Put the rules of a new tree below `root` in force from an instant on."""
    tree = compensation_tree(root, numbers)
    ruleset_publish(root=tree, published_by=None, at=at)
    bundle = bundle_build(root=tree, at=at).bundle
    bundle_activate(bundle=bundle, live_from=at, activated_by=None, why="", at=at)
    return bundle


def song(*, master: Mapping[Party, int | None], publishing: Mapping[Party, int | None]) -> Track:
    """A track with shares by party, in basis points; None for an unknown one."""
    track = factories.track()
    for layer, shares in (("master", master), ("publishing", publishing)):
        for party, share in shares.items():
            factories.share(track=track, party=party, layer=layer, basis_points=share)
    return track


def usage(
    *, licensee: Party, tracks: Mapping[Track, int | None], kind: str = "train_generative",
    **fields: Any,
) -> Usage:  # fmt: skip
    """A reported use that drew on tracks, each with its weight in millionths or None."""
    given = {
        "reference": f"use-{next(_numbers)}", "stage": "reported", "units": 1, "starts_at": DURING,
        "registered_at": NOW, "changed_at": NOW, "tracks": len(tracks),
    }  # fmt: skip
    row = Usage.objects.create(licensee=licensee, kind=kind, **(given | fields))
    for track, weight in tracks.items():
        Attribution.objects.create(usage=row, track=track, weight=weight)
    return row


def pool(*, licensee: Party, scheme: str = "training", **fields: Any) -> Pool:
    """A pool of 1,000.00 EUR for training in the period."""
    key = f"pool-{next(_numbers)}"
    given = {
        "key": key, "title": key, "kinds": ["train_generative"], "currency": "EUR",
        "income": 100_000, "period_from": SINCE, "period_until": UNTIL, "created_at": NOW,
        "changed_at": NOW,
    }  # fmt: skip
    return Pool.objects.create(licensee=licensee, scheme=scheme, **(given | fields))


def balances(currency: str = "EUR") -> dict[str, int]:
    """What every account holds; empty ones are left out."""
    rows = Posting.objects.filter(currency=currency).order_by()
    sums = rows.values_list("account__kind", "account__key").annotate(Sum("amount"))
    return {f"{kind}:{key}": amount for kind, key, amount in sums if amount}


def conserved(run: PoolRun) -> None:
    """Hold a run to its promises: it adds up, and so do its postings and its lines."""
    assert run.gross == run.deducted + run.paid + run.held + run.reserved
    assert not run.transaction or not run.transaction.postings.aggregate(n=Sum("amount"))["n"]
    lines = PayoutLine.objects.filter(run=run)
    assert lines.count() == run.lines
    got: dict[int, int] = defaultdict(int)
    for line in lines:
        got[line.account_id] += line.net
    posted = Posting.objects.filter(transaction=run.transaction, account__in=got)
    expected = dict(posted.values_list("account", "amount"))
    assert got == {account: 1_000_000 * expected.get(account, 0) for account in got}
    assert sum(lines.filter(status="payable").values_list("net", flat=True)) == run.paid * 10**6


def _parameters(numbers: Mapping[str, str | int]) -> str:
    lines = ["parameters:"]
    for name, value in numbers.items():
        kind = "int" if isinstance(value, int) else "string"
        lines += [
            f"  {name}:", f"    type: {kind}", f"    doc: The number {name}.", "    values:",
            f"      - {{from: 2025-01-01, value: {value}, reference: {{title: House decision}}}}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
