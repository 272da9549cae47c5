"""A small world of uses: rules that are live, tracks with owners, and what these say."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from policy.lang.bundle import BundlePlan, bundle
from policy.lang.compiler import compile_tree
from policy.models import Bundle, Consent, Party, Track
from policy.services.attributions import Drawn
from policy.services.usages import UsageSaid
from tests import factories, trees
from tests.factories import NOW

LATER = NOW + timedelta(days=1)


@cache
def shipped() -> BundlePlan:
    """The drafts of the shipped rulesets."""
    tree = compile_tree(trees.SHIPPED)
    assert tree.schema is not None
    return bundle(tree.schema, [(r.plans["draft"], r.parameters) for r in tree.rulesets])


def live(plan: BundlePlan | None = None) -> Bundle:
    """A bundle that decides from NOW on: the shipped drafts unless told otherwise."""
    made = plan or shipped()
    row = factories.bundle(digest=made.digest(), content=made.encode())
    factories.activation(bundle=row)
    return row


def owned(**shares: Party | None) -> Track:
    """A track whose layers belong to these parties, whole; master and publishing of new ones."""
    track = factories.track()
    for layer, party in ({"master": None, "publishing": None} | shares).items():
        factories.share(track=track, party=party or factories.party(), layer=layer)
    return track


def says(
    track: Track, decision: str = "granted", *, layer: str = "", **fields: Any
) -> list[Consent]:
    """What every owner of a track, or of a layer of it, says of its use, by contract from NOW."""
    return [
        factories.consent(
            grantor=share.party,
            layer=share.layer,
            track=track,
            **({"decision": decision, "source": "contract"} | fields),
        )
        for share in track.shares.order_by("pk")
        if layer in ("", share.layer)
    ]


def said(*tracks: Track, at: datetime = LATER, **fields: Any) -> UsageSaid:
    """Generative training with tracks by a new licensee, from LATER on."""

    plain: dict[str, Any] = {
        "reference": "run-1",
        "kind": "train_generative",
        "starts_at": at,
        "draws": tuple(Drawn(track.pk) for track in tracks),
    } | fields
    if "licensee" not in plain:
        plain["licensee"] = factories.party(name="Aural Labs")
    return UsageSaid(**plain)
