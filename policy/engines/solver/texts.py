"""Texts that `contains`, `startsWith`, `endsWith` and `matches` are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice, product

from policy.engines.rows.patterns import matches
from policy.engines.rows.poison import EvaluationError

MOST = 60
"""Texts that are put together from the parts of conditions."""

_CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": " ", "S": "a"}


def put_together(asked: Iterable[tuple[str, str]]) -> list[str]:
    """Texts of the parts that functions ask for, as (function, part): alone and joined."""
    heads, inner, tails = [""], [""], [""]
    for function, part in asked:
        made = list(samples(part)) if function == "matches" else [part]
        {"startsWith": heads, "endsWith": tails}.get(function, inner).extend(made)
    joined = ("".join(parts) for parts in product(heads, ("", "x"), inner, ("", "x"), tails))
    return list(dict.fromkeys(islice(joined, MOST)))


@lru_cache(maxsize=256)
def samples(pattern: str) -> tuple[str, ...]:
    """Texts that a pattern matches: one for each of its first alternatives; none when in doubt."""
    try:
        found = dict.fromkeys(islice(_Sampler(pattern).alternatives(), 8))
        return tuple(text for text in found if matches(text, pattern))
    except (IndexError, EvaluationError):
        return ()  # a form that is not taken apart here, or no pattern at all


class _Sampler:
    """Reads a pattern and writes texts of the simplest kind: each part as short as it may be."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern.removeprefix("(?i)")
        self._at = 0

    def alternatives(self) -> Iterator[str]:
        """Texts of `a|b|c`, up to the closing bracket or the end."""
        yield from self._sequence()
        while self._peek() == "|":
            self._at += 1
            yield from self._sequence()

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _sequence(self) -> list[str]:
        texts = [""]
        while self._peek() not in ("", "|", ")"):
            parts = self._item()
            least = self._least()
            texts = [text + part * least for text in texts for part in parts][:8]
        return texts

    def _item(self) -> list[str]:
        char = self._pattern[self._at]
        self._at += 1
        match char:
            case "(":
                if self._pattern.startswith("?:", self._at):
                    self._at += 2
                parts = list(self.alternatives())
                self._at += 1
                return parts
            case "[":
                return [self._one_of()]
            case "\\":
                escaped = self._pattern[self._at]
                self._at += 1
                return ["" if escaped in "bBAz" else _CLASSES.get(escaped, escaped)]
            case "^" | "$":
                return [""]
        return ["a" if char == "." else char]

    def _one_of(self) -> str:
        """A character of a class; for a negated one the first letter that it does not name."""
        end = self._pattern.index("]", self._at + 1) if "]" in self._pattern[self._at + 1 :] else -1
        if end < 0:
            raise IndexError
        inner, self._at = self._pattern[self._at : end], end + 1
        if inner.startswith("^"):
            return next((char for char in "a0 -~zé" if char not in inner), "ü")
        return _CLASSES.get(inner[1:2], inner[1:2]) if inner.startswith("\\") else inner[0]

    def _least(self) -> int:
        """How often the item before must stand at least."""
        mark = self._peek()
        if mark in ("?", "*", "+"):
            self._at += 1
            self._at += self._peek() == "?"
            return int(mark == "+")
        if mark != "{":
            return 1
        end = self._pattern.index("}", self._at) if "}" in self._pattern[self._at :] else -1
        if end < 0:
            raise IndexError
        least = self._pattern[self._at + 1 : end].partition(",")[0]
        self._at = end + 1
        return int(least) if least.isdigit() else 1
