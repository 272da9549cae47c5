"""Lines of Python, indented, with gaps to fill in later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_INDENTS = [" " * depth for depth in range(200)]


class Gap:
    """A place between lines; what is added later stands there in the order of adding."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.lines: list[str] = []

    def add(self, text: str) -> None:
        """One statement in the gap."""
        self.lines.append(_INDENTS[self.depth] + text)


class Writer:
    """The body of one generated function."""

    def __init__(self) -> None:
        self._parts: list[str | Gap] = []
        self._depth = 1
        self._names = 0

    def line(self, text: str) -> None:
        """One statement at the current depth."""
        self._parts.append(_INDENTS[self._depth] + text)

    @contextmanager
    def block(self, opening: str) -> Iterator[None]:
        """A compound statement; what is written inside is its body."""
        self.line(opening)
        self._depth += 1
        yield
        self._depth -= 1

    def gap(self) -> Gap:
        """A place here to add statements to later."""
        gap = Gap(self._depth)
        self._parts.append(gap)
        return gap

    def fresh(self, prefix: str) -> str:
        """A variable that nothing else uses."""
        self._names += 1
        return f"{prefix}{self._names}"

    def lines(self) -> Iterator[str]:
        """All lines in order."""
        for part in self._parts:
            if isinstance(part, Gap):
                yield from part.lines
            else:
                yield part
