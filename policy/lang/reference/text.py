"""Puts the generated parts into a text between their markers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from policy.lang.diagnostics import did_you_mean, quoted

_MARKER = re.compile(r"<!-- (?:generated: (.+)|(end)) -->")


class BadMarkers(Exception):
    """A marker is unknown, is not closed, or closes nothing; the message says where."""


def renewed(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """The text with every marked part made anew. Raises BadMarkers."""
    lines: list[str] = []
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        marker = _MARKER.fullmatch(line)
        if marker:
            inside = _checked(marker, inside, number, parts)
            lines += [line, parts[inside]()] if inside else [line]
        elif not inside:
            lines.append(line)
    if inside:
        raise BadMarkers(f"the part {quoted(inside)} is not closed with `<!-- end -->`")
    return "\n".join(lines)


def _checked(
    marker: re.Match[str], inside: str, number: int, parts: Mapping[str, Callable[[], str]]
) -> str:
    """The part that a marker opens; empty for one that closes."""
    name = marker[1] or ""
    if bool(name) == bool(inside):
        expected = f"close {quoted(inside)} first" if inside else "it closes nothing"
        raise BadMarkers(f"line {number}: {expected}")
    if name and name not in parts:
        help = did_you_mean(name, parts)
        raise BadMarkers(f"line {number}: there is no part {quoted(name)}; {help}".rstrip("; "))
    return name
