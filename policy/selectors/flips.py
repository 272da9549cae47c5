"""What would have to be different for a rule not to have matched.

Read from the trace: of conditions joined by `&&` any one may fail, of those joined by `||` all that
hold must. Each way is a set of smallest changes that together are enough; it says what would end
this rule, not that it would be right or easy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from policy.engines.rows import Explained
from policy.lang.source import Source, Span
from policy.lang.tree import Call, Fact, Has, Local, Node, Param, Variable, walk
from policy.selectors.rule_text import Hider, SeenFact, value_text

MOST_WAYS = 6
"""Ways that are told; a rule of many alternatives has more than anyone reads."""


@dataclass(frozen=True, slots=True)
class Change:
    """One condition that must come out otherwise: `wanted` says how, `now` what was seen."""

    wanted: str
    now: tuple[SeenFact, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Changes that together are enough."""

    changes: tuple[Change, ...]


def flips(told: Explained, nodes: Mapping[Span, Node], source: Source, hider: Hider) -> list[Way]:
    """Ways in which a condition that held would not hold, the shortest first.

    `nodes` are the parts of its tree by their place, to say `is below 0.95` for `>= 0.95`.
    """
    found = islice(_Flipper(nodes, source, hider).ways(told, False, ()), 4 * MOST_WAYS)
    return sorted(dict.fromkeys(found), key=lambda way: len(way.changes))[:MOST_WAYS]


def nodes_by_place(trees: Sequence[Node]) -> dict[Span, Node]:
    """All parts of trees by their place in the text; of equal places the outermost."""
    found: dict[Span, Node] = {}
    for tree in trees:
        for node in walk(tree):
            found.setdefault(node.span, node)
    return found


class _Flipper:
    def __init__(self, nodes: Mapping[Span, Node], source: Source, hider: Hider) -> None:
        self._nodes = nodes
        self._source = source
        self._hider = hider

    def ways(self, told: Explained, wanted: bool, within: tuple[Explained, ...]) -> Iterator[Way]:
        """Ways to make a condition come out as wanted; one that does already needs no change."""
        if told.truth == ("true" if wanted else "false"):
            yield Way(())
            return
        match told.kind:
            case "and" | "or" if wanted == (told.kind == "and"):
                yield from self._all(told, wanted, within)
            case "and" | "or":
                for part in told.parts:
                    yield from self.ways(part, wanted, within)
            case "not" | "variable" if told.parts:
                yield from self.ways(told.parts[0], wanted ^ (told.kind == "not"), within)
            case "exists" | "all" if told.parts and told.items == 1:
                yield from self.ways(told.parts[0], wanted, (*within, told))
            case _ if not self._is_setting(told):
                yield Way((self._change(told, wanted, within),))

    def _is_setting(self, told: Explained) -> bool:
        """Whether a condition reads only numbers of the service, which nobody else can change."""
        node = self._nodes.get(told.span)
        if node is None:
            return False
        parts = list(walk(node))
        reads = any(isinstance(part, Fact | Local | Variable) for part in parts)
        return not reads and any(isinstance(part, Param) for part in parts)

    def _all(self, told: Explained, wanted: bool, within: tuple[Explained, ...]) -> Iterator[Way]:
        """Every part must come out as wanted: one way of each, in all combinations."""
        of_parts = [list(islice(self.ways(part, wanted, within), MOST_WAYS)) for part in told.parts]
        for combination in islice(product(*of_parts), 4 * MOST_WAYS):
            yield Way(tuple(change for way in combination for change in way.changes))

    def _change(self, told: Explained, wanted: bool, within: tuple[Explained, ...]) -> Change:
        seen = tuple(
            SeenFact(seen.label, "" if hidden else value_text(seen.value), hidden)
            for seen in told.seen
            if not seen.label.startswith("params.")
            for hidden in (self._hider.hides(seen.label, within),)
        )
        return Change(self._words(told, wanted), seen)

    def _words(self, told: Explained, wanted: bool) -> str:
        node = self._nodes.get(told.span)
        match node:
            case Call(function=function, arguments=(left, right)) if function in _OPPOSITES:
                word = _WORDS[function if wanted else _OPPOSITES[function]]
                return f"{self._text(left)} {word} {self._operand(right, told)}"
            case Has(target=target):
                return f"{self._text(target)} is {'there' if wanted else 'absent'}"
            case Fact():
                return f"{told.text} is {'true' if wanted else 'false'}"
        if told.kind in ("exists", "all", "exists_one"):
            return f"{_QUANTIFIED[(told.kind, wanted)]}: {' '.join(told.text.split())}"
        return f"{' '.join(told.text.split())} is {'true' if wanted else 'false'}"

    def _operand(self, node: Node, told: Explained) -> str:
        """The right side; a number of parameters.yaml with its value."""
        text = self._text(node)
        value = next((seen.value for seen in told.seen if seen.label == text), None)
        if not text.startswith("params.") or value is None:
            return text
        return f"{value_text(value)} ({text})"

    def _text(self, node: Node) -> str:
        return " ".join(self._source.cut(node.span).split())


_WORDS = {
    "_==_": "is",
    "_!=_": "is other than",
    "_<_": "is below",
    "_>=_": "is at least",
    "_>_": "is above",
    "_<=_": "is at most",
    "@in": "is one of",
    "@not_in": "is none of",
}
_OPPOSITES = {
    "_==_": "_!=_",
    "_!=_": "_==_",
    "_<_": "_>=_",
    "_>=_": "_<_",
    "_>_": "_<=_",
    "_<=_": "_>_",
    "@in": "@not_in",
}
_QUANTIFIED = {
    ("exists", False): "no item fits",
    ("exists", True): "some item fits",
    ("all", False): "not every item fits",
    ("all", True): "every item fits",
    ("exists_one", False): "not exactly one item fits",
    ("exists_one", True): "exactly one item fits",
}
