"""Planted cases for the compensation ruleset: what shares add up to."""

from __future__ import annotations

from collections.abc import Iterator

from policy.ingest.delivery import DeliveredShare
from policy.samples.making import share
from policy.samples.staging import Case, Draft, Plan, Stage, drafts_of, single


def _shared(stage: Stage, *shares: DeliveredShare) -> tuple[Draft, ...]:
    return drafts_of(stage, single(stage, shares=shares))


def _shares_missing(stage: Stage) -> Iterator[Plan]:
    yield Plan("shares-missing", "no owner of the master is named", _shared(stage))


def _share_unknown(stage: Stage) -> Iterator[Plan]:
    shares = (share("PLabel", "master", "60"), share("PArtist", "master", None))
    yield Plan("share-unknown", "60 % and an unknown share", _shared(stage, *shares))


def _shares_under(stage: Stage) -> Iterator[Plan]:
    shares = (share("PLabel", "master", "50"), share("PArtist", "master", "30"))
    yield Plan("shares-under", "80 % of the master", _shared(stage, *shares))


def _shares_over(stage: Stage) -> Iterator[Plan]:
    shares = (share("PLabel", "master", "70"), share("PArtist", "master", "34.5"))
    yield Plan("shares-over-master", "104.5 % of the master", _shared(stage, *shares))


def _shares_over_beside(stage: Stage) -> Iterator[Plan]:
    """A little over in another layer than the master."""
    for layer in ("publishing", "performer", "likeness"):
        shares = (share("PLabel", "master", "100"), share("PArtist", layer, "104.5"))
        drafts = drafts_of(stage, single(stage, shares=shares), as_json=True)
        yield Plan(f"shares-over-{layer}", f"104.5 % of the {layer} right", drafts)


def _shares_far_over(stage: Stage) -> Iterator[Plan]:
    shares = (share("PLabel", "master", "100"), share("PArtist", "master", "30"))
    yield Plan("shares-far-over", "130 % of the master", _shared(stage, *shares))


CASES: tuple[Case, ...] = (
    _shares_missing,
    _share_unknown,
    _shares_under,
    _shares_over,
    _shares_far_over,
    _shares_over_beside,
)
