"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 track`, `1,200 tracks`: a noun whose plural has an `s`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
