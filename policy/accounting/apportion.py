"""Divides a whole number by weights so that the parts add up to it: the largest remainder."""

from __future__ import annotations

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of `total` in the ratio of `weights`, each less than one off its exact value.

    What rounding down leaves goes, one each, to the largest remainders; of equal ones to the
    earlier, so the caller's order breaks ties. A negative total is the positive one turned round.
    Raises ValueError for a negative weight, and for weights of nothing that share something.
    """
    if total < 0:
        return [-part for part in apportion(-total, weights)]
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    whole = sum(weights)
    if not whole:
        if total:
            raise ValueError(f"{total} cannot be shared out by weights that add up to nothing")
        return [0] * len(weights)
    divided = [divmod(total * weight, whole) for weight in weights]
    parts = [part for part, _ in divided]
    left = total - sum(parts)
    largest = sorted(range(len(parts)), key=lambda at: -divided[at][1])  # stable: ties in order
    for at in largest[:left]:
        parts[at] += 1
    return parts
