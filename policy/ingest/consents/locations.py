"""Path patterns: which statement of a file speaks about a place.

aipref, TDMRep and RSL all match as robots.txt does (RFC 9309): a pattern is the beginning of a
path, `*` is any run of characters, `$` ends it, and the longest pattern that matches speaks. RSL's
prohibitions hold however short their pattern is, since terms that cover a place are read together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from policy.ingest.consents.statements import FileStatement, strictness

_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_EVERYWHERE = ("", "/", "*", "/*")


def path_of(location: str) -> str:
    """The path of a location, without scheme and host; empty when it is everywhere."""
    path = _ORIGIN.sub("", location.strip(), count=1)
    return "" if path in _EVERYWHERE else path


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern covers a path. Both may be whole addresses; hosts are not compared."""
    return _compiled(path_of(pattern)).match(path_of(path)) is not None


def covering(statements: Iterable[FileStatement], path: str) -> list[FileStatement]:
    """The statements whose location covers a path, the most specific first.

    Of equally specific ones the most restrictive comes first.
    """
    found = [one for one in statements if matches(one.location, path)]
    return sorted(found, key=lambda one: (-_length(one), *(-part for part in strictness(one))))


def speaking(
    statements: Iterable[FileStatement], path: str, *, refusals_hold: bool = False
) -> list[FileStatement]:
    """What a file says about a path: for each use what the longest pattern says of it.

    `refusals_hold`: a refusal with a shorter pattern beats a grant with a longer one (RSL).
    """
    found: dict[str, list[FileStatement]] = {}
    for one in covering(statements, path):
        of_use = found.setdefault(one.use, [])
        refused = refusals_hold and one.decision != "granted"
        if refused and any(other.decision == "granted" for other in of_use):
            of_use[:] = [other for other in of_use if _stays(other, one)]
            of_use.append(one)
        elif not of_use or _length(of_use[0]) == _length(one) or refused:
            of_use.append(one)
    return [one for of_use in found.values() for one in of_use]


def _stays(grant: FileStatement, refusal: FileStatement) -> bool:
    """Whether something of a grant is left beside a refusal: one for some places leaves others."""
    return grant.decision != "granted" or bool(refusal.territories)


def _length(one: FileStatement) -> int:
    return len(path_of(one.location).encode())


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    ends = pattern.endswith("$")
    # Possessive: what a star has run over is never tried again the slow way.
    parts = [re.escape(part) for part in re.sub(r"\*+", "*", pattern.removesuffix("$")).split("*")]
    body = parts[0] + "".join(f"(?>.*?{part})" for part in parts[1:-1])
    if len(parts) > 1:
        last = parts[-1]
        body += f".*{last}" if ends else (f"(?>.*?{last})" if last else "")
    return re.compile(body + (r"\Z" if ends else ""), re.DOTALL)
