"""How much a use drew on each track: weights in millionths, how they are read and evened out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation, Overflow

from policy.models import Attribution, Usage
from policy.services.bulk import insert_rows

WHOLE = 1_000_000
"""Millionths of a use."""


class NoWeight(ValueError):
    """A text is no weight; `str()` says what one looks like."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """That a use draws on a track. `weight` and the `confidence` in it are millionths, None where
    no method of attribution says so."""

    track_id: int
    weight: int | None = None
    confidence: int | None = None


def millionths(text: str | int) -> int:
    """A weight from 0 to 1 (`0.25`), exact to the sixth place, as millionths. Raises NoWeight."""
    try:
        scaled = Decimal(str(text)) * WHOLE
    except (InvalidOperation, Overflow):
        raise NoWeight(f"`{text}` is no weight: write a number from 0 to 1") from None
    if not scaled.is_finite() or not 0 <= scaled <= WHOLE:
        raise NoWeight(f"`{text}` is no weight: write a number from 0 to 1")
    if scaled != scaled.to_integral_value():
        raise NoWeight(f"`{text}` is too fine: six places are kept")
    return int(scaled)


def evened(draws: Sequence[Drawn]) -> tuple[Drawn, ...]:
    """The draws with weights that add up to exactly the whole, in the proportions of those given.

    What is left over by rounding down goes to the largest remainders, of equal ones to the lower
    track id. Draws whose weights are all zero, or of which one has none, stay as they are.
    """
    weights = [each.weight for each in draws if each.weight is not None]
    total = sum(weights)
    if not total or len(weights) < len(draws):
        return tuple(draws)
    parts = [divmod(weight * WHOLE, total) for weight in weights]
    left = WHOLE - sum(part for part, _ in parts)
    order = sorted(range(len(draws)), key=lambda at: (-parts[at][1], draws[at].track_id))
    lucky = set(order[:left])
    return tuple(
        replace(each, weight=parts[at][0] + (at in lucky)) for at, each in enumerate(draws)
    )


def mistakes(draws: Sequence[Drawn], method: str) -> Iterator[str]:
    """What is wrong with the draws of one use, in a sentence each."""
    total = sum(each.weight or 0 for each in draws)
    if total > WHOLE:
        yield (
            f"the weights add up to {Decimal(total) / WHOLE}, and 1 is all there is: "
            "say smaller ones, or have them evened out"
        )
    ids = [each.track_id for each in draws]
    twice = len(ids) - len(set(ids))
    if twice:
        yield f"{twice} of the tracks are named twice: add their weights up"
    weighed = any(each.weight is not None for each in draws)
    if weighed and not method:
        yield "there are weights, but no method of attribution that gave them"
    if method and draws and not weighed:
        yield f"the method `{method}` gave no weights"


def attributions_store(*, usage: Usage, draws: Sequence[Drawn]) -> None:
    """Write the tracks of a use, in the caller's transaction. One query."""
    columns = ("usage_id", "track_id", "weight", "confidence")
    rows = ((usage.pk, each.track_id, each.weight, each.confidence) for each in draws)
    insert_rows(Attribution, columns, rows, new=True)
