"""Statements, shares and questions of any kind, for laws of the registry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from policy.registry.owners import WHOLE, Stake
from policy.registry.said import Ask, Said
from policy.registry.territories import Where

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ASK = Ask(use="train_generative", at=NOW, known_at=NOW, licensee=7, model="M", model_version="2")
SCOPES = ("catalogue", "label", "artist", "release", "work", "recording", "track")
SOURCES = ("ern_deal", "declaration", "contract", "public_signal", "court_order", "portal", "file")
ASSURANCES = ("self_declared", "verified_party", "contract", "court_order")
PLACES = ("DE", "SE", "US")

days = st.integers(0, 4).map(lambda n: NOW + (n - 3) * DAY)
places = st.frozensets(st.sampled_from(PLACES), max_size=2)
statements = st.builds(
    Said,
    id=st.integers(1, 10_000),
    grantor=st.integers(1, 3),
    layer=st.sampled_from(("master", "performer")),
    use=st.just("train_generative"),
    decision=st.sampled_from(("granted", "denied", "withdrawn")),
    scope=st.sampled_from(SCOPES),
    source=st.sampled_from(SOURCES),
    assurance=st.sampled_from(ASSURANCES),
    valid_from=days,
    valid_until=st.none() | days,
    recorded_at=days,
    replaced_at=st.none() | days,
    licensee=st.sampled_from((None, 7, 8)),
    model=st.sampled_from(("", "M", "m", "other")),
    where=st.builds(Where, places, places),
    condition=st.sampled_from(("none", "payment", "credit")),
    condition_met=st.booleans(),
).flatmap(
    lambda said: st.sampled_from(("", "1", "2")).map(
        lambda version: replace(said, model_version=version if said.model else "")
    )
)
records = st.lists(statements, max_size=6, unique_by=lambda said: said.id)
stakes = st.lists(
    st.builds(
        Stake, owner=st.integers(1, 3), layer=st.just("master"),
        basis_points=st.none() | st.sampled_from((5_000, 9_995, WHOLE)),
        where=st.builds(Where, places, places),
    ),
    max_size=3,
)  # fmt: skip
asks = st.sampled_from(((), ("DE",), ("DE", "SE"), PLACES)).map(
    lambda territories: replace(ASK, territories=territories)
)


def said(**fields: Any) -> Said:
    """A grant by contract on all works, in force."""
    given: dict[str, Any] = {
        "id": 1, "grantor": 1, "layer": "master", "use": "train_generative",
        "decision": "granted", "scope": "catalogue", "source": "contract", "valid_from": NOW,
        "recorded_at": NOW,
    }  # fmt: skip
    return Said(**(given | fields))
