"""Which of its statements speaks for a grantor, for one layer in one place.

A court's order before all else; then the most specific subject, then the most specific licensee
or model, then the one that was recorded last; of equal ones the most restrictive. Where an
artist is known to refuse, a grant only declared in the artist's name makes nothing milder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from policy.registry.said import ARTIST_LAYERS, DENIED, GRANTED, WITHDRAWN, Ask, Said, reach

UNKNOWN = "unknown"

CONTRACTS = frozenset({"contract", "ern_deal", "court_order"})
"""Sources by which a grantor is bound; what comes from any other is a preference."""

DECLARED = "self_declared"
VERIFIED = frozenset({"verified_party", "court_order"})
"""Assurances: that of what anybody can deliver, and those by which an artist is known to speak."""

_SUBJECTS = {
    "catalogue": 0, "label": 1, "artist": 2, "release": 3, "work": 4, "recording": 5, "track": 5,
}  # fmt: skip
_CONDITIONS = ("none", "credit", "payment", "constrained")

_Rank: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a grantor's contracts and preferences say of a use, in one place.

    `condition` is that of the grant that counts, a contract's before a preference's;
    `model_covered` is false where all that allows the use is a grant for another version of its
    model. `spoke` are the ids of the statements, sorted.
    """

    contract: str = UNKNOWN
    preference: str = UNKNOWN
    condition: str = "none"
    condition_met: bool = False
    model_covered: bool = True
    spoke: tuple[int, ...] = ()


SILENT = Answer()


def answer(said: Iterable[Said], ask: Ask) -> Answer:
    """What one grantor answers, from its statements in force on the use, the layer and the place.

    A grant for another version of the model is heard only where nothing else is.
    """
    found = [(reach(one, ask), one) for one in said]
    covering = [one for reached, one in found if reached == "covers"]
    heard = covering or [one for reached, one in found if reached == "outgrown"]
    heeded = _beside_refusal if any(map(_is_artists_refusal, heard)) else speaking
    contract = heeded([one for one in heard if one.source in CONTRACTS])
    preference = heeded([one for one in heard if one.source not in CONTRACTS])
    counting = contract or preference
    if counting is None:
        return SILENT
    granted = counting.decision == GRANTED
    return Answer(
        contract=contract.decision if contract else UNKNOWN,
        preference=preference.decision if preference else UNKNOWN,
        condition=counting.condition if granted else "none",
        condition_met=granted and counting.condition != "none" and counting.condition_met,
        model_covered=bool(covering),
        spoke=tuple(sorted(one.id for one in (contract, preference) if one)),
    )


def speaking(said: Sequence[Said]) -> Said | None:
    """The statement that speaks; None for none."""
    return max(said, key=_rank, default=None)


def _is_artists_refusal(said: Said) -> bool:
    """Whether an artist is known to refuse what is the artist's own."""
    return said.layer in ARTIST_LAYERS and said.decision != GRANTED and said.assurance in VERIFIED


def _beside_refusal(said: Sequence[Said]) -> Said | None:
    """The statement that speaks where an artist is known to refuse: of those that speak with and
    without the grants that were only declared, the stricter; None where there are only such."""
    sure = [one for one in said if one.decision != GRANTED or one.assurance != DECLARED]
    speakers = (speaking(sure), speaking(said)) if sure else ()
    return max(filter(None, speakers), key=strictness, default=None)


def _rank(said: Said) -> _Rank:
    return (
        said.source == "court_order",
        _SUBJECTS[said.scope],
        (said.model_version != "", said.model != "", said.licensee is not None),
        said.recorded_at,
        strictness(said),
        said.id,
    )


def strictness(said: Said) -> tuple[int, ...]:
    """Where a statement stands from mild to strict."""
    decision = (GRANTED, WITHDRAWN, DENIED).index(said.decision)
    if said.condition == "none":
        return decision, 0, 0
    return decision, 1 if said.condition_met else 2, _CONDITIONS.index(said.condition)
