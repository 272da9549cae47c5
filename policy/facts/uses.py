"""The use of AI that is asked about, as rules see it: the same for all tracks but for their owners.

Owners are told by what they own and say, never by name: equal situations of different tracks are
equal documents, so that a million tracks need few judgements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from policy.facts.document import Owner, Use, text
from policy.facts.owners import OwnerFact
from policy.models import Layer

TITLE = "{title}"
"""Stands for the title of the track where a sentence names it."""

_ALWAYS = frozenset({"layer", "territory"})
"""What is told of an owner even if no rule reads it: a decision says which layers stand against it.
"""

_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Asking:
    """A use, but for its tracks. `licensee` is the name of the party, territories are sorted."""

    kind: str
    licensee: str
    model: str
    model_version: str
    territories: tuple[str, ...]
    research: bool
    units: int
    artificial_units: int
    reported: bool


def situation(
    asking: Asking,
    owners: Iterable[OwnerFact],
    *,
    attributed: bool,
    fields: Mapping[str, frozenset[str]],
    others: Mapping[str, object] | None = None,
    unknown: Sequence[str] = (),
) -> bytes:
    """The fact document of a use of a track: canonical JSON of the `fields` that rules read.

    `others` are further facts of the track, `unknown` the paths of those that are not known.
    The order of owners is irrelevant.
    """
    told = sorted(owners, key=_order)
    use = _use(asking, tuple(map(_owner, told)), attributed=attributed)
    read = _only(use, fields.get("Use", frozenset()))
    if "owners" in read:
        kept = fields.get("Owner", frozenset()) | _ALWAYS
        read["owners"] = [_only(owner, kept) for owner in use.owners]
    document: dict[str, object] = {"track": {"title": TITLE, **(others or {}), "use": read}}
    return _encoder.encode(document | ({"unknown": sorted(unknown)} if unknown else {}))


def _order(fact: OwnerFact) -> tuple[object, ...]:
    share = -1 if fact.basis_points is None else fact.basis_points
    layer = Layer.values.index(fact.layer)
    said = (fact.contract, fact.preference, fact.condition, fact.condition_met)
    return (layer, fact.territory, share, *said, fact.model_covered)


def _use(asking: Asking, owners: tuple[Owner, ...], *, attributed: bool) -> Use:
    return Use(
        kind=asking.kind,
        licensee=asking.licensee,
        model=text(asking.model),
        model_version=text(asking.model_version),
        territories=asking.territories,
        research=asking.research,
        owners=owners,
        units=asking.units,
        artificial_units=asking.artificial_units,
        reported=asking.reported,
        attributed=attributed,
    )


def _owner(fact: OwnerFact) -> Owner:
    return Owner(
        layer=fact.layer,
        territory=fact.territory,
        basis_points=UNSET if fact.basis_points is None else fact.basis_points,
        contract=fact.contract,
        preference=fact.preference,
        condition=fact.condition,
        condition_met=fact.condition_met,
        model_covered=fact.model_covered,
    )


def _only(record: Use | Owner, names: frozenset[str]) -> dict[str, Any]:
    """The named fields that are there."""
    found = ((name, getattr(record, name)) for name in record.__struct_fields__ if name in names)
    return {name: value for name, value in found if value is not UNSET}
