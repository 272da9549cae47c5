"""Where the parts of a ruleset that are no expressions stand in its files."""

from __future__ import annotations

from dataclasses import dataclass

from policy.lang.loader import load
from policy.lang.nodes import ListNode, MapNode, YamlNode
from policy.lang.source import Source, Span


@dataclass(frozen=True, slots=True)
class YamlPlaces:
    """The places of a file that compiles. A key that is left out is told by what is around it."""

    root: YamlNode | None

    @classmethod
    def of(cls, source: Source) -> YamlPlaces:
        """Read the file again, since plans keep no places of single words."""
        return cls(load(source)[0])

    def of_path(self, *path: str | int) -> Span:
        """The value at a path of keys and positions, or the deepest one on the way that is there.

        A mapping or a list of several lines is told by its first key or item.
        """
        node = self.root
        for step in path:
            inner = _step(node, step)
            if inner is None:
                break
            node = inner
        return _head(node)


def _step(node: YamlNode | None, step: str | int) -> YamlNode | None:
    match node, step:
        case MapNode(), str():
            return node.get(step)
        case ListNode(items=items), int() if step < len(items):
            return items[step]
    return None


def _head(node: YamlNode | None) -> Span:
    """The node itself where it takes one line, else its first value."""
    match node:
        case MapNode(entries=entries) if entries and node.span.end_line > node.span.line:
            return _head(entries[0].value)
        case ListNode(items=items) if items and node.span.end_line > node.span.line:
            return _head(items[0])
    return node.span if node else Span(1, 1, 1, 2)
