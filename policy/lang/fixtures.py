"""Named fixtures of `tests.yaml`: facts that several cases have in common.

fixtures:
  human_song: {track.ai.declared: none, track.contributors: [{facet: vocals}]}
  with_a_voice: {on: human_song, track.detections: [{kind: voice_match, score: 0.97}]}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from policy.lang.diagnostics import did_you_mean, quoted
from policy.lang.nodes import Entry, ListNode, TextNode, YamlNode
from policy.lang.patterns import FIELD_NAME
from policy.lang.schema import FactSchema
from policy.lang.shapes import head
from policy.lang.situations import Overlay, SituationReader, merged
from policy.lang.source import Source

MOST = 200
"""Fixtures of one file; whoever reads more of them loses the thread."""

ON = "on"
"""The key of a fixture that names the ones it builds on."""


@dataclass(frozen=True, slots=True)
class _Fixture:
    """A fixture as written: what it builds on, and its own facts."""

    key: TextNode
    on: tuple[TextNode, ...]
    facts: Overlay


class FixtureReader(SituationReader):
    """Reads fixtures, and gives the facts of those that are asked for by name."""

    def __init__(self, source: Source, schema: FactSchema, subject: str) -> None:
        super().__init__(source, schema, subject)
        self._written: dict[str, _Fixture] = {}
        self._facts: dict[str, Overlay] = {}  # of those that cases use, with what they build on
        self._seen: set[str] = set()
        self._ringed: set[str] = set()

    def read(self, node: YamlNode | None) -> None:
        """Read the key `fixtures` of a file, which all else here is about."""
        entries = self.entries(node, "`fixtures`")
        if len(entries) > MOST and node is not None:
            message = f"there are {len(entries)} fixtures"
            self.error("too-many", message, head(node), f"use at most {MOST}")
            return
        self._written = {entry.key.text: self._fixture(entry) for entry in entries}
        for name, fixture in self._written.items():
            for base in fixture.on:
                self._check(base)
            self._look_for_ring(name, ())

    def names(self, node: YamlNode | None, what: str) -> tuple[TextNode, ...]:
        """One name, or a list of them; those that no fixture has are mistakes."""
        found = tuple(name for name in self._texts(node, what) if self._check(name))
        self.facts_of(found)  # which counts them as used, whatever becomes of the case
        return found

    def facts_of(self, names: Sequence[TextNode]) -> Overlay:
        """The facts of fixtures, each laid over the ones before it."""
        return reduce(merged, (self._whole(name.text) for name in names), {})

    def tell_unused(self) -> None:
        """Warn of fixtures that no case needs, once all cases are read."""
        for name, fixture in self._written.items():
            if name not in self._facts and name not in self._ringed:
                message = f"no case uses the fixture {quoted(name)}"
                self.warn("unused-fixture", message, fixture.key.span, "use it, or remove it")

    def _fixture(self, entry: Entry) -> _Fixture:
        what = f"the fixture {quoted(entry.key.text)}"
        self.name(entry.key, "a fixture", FIELD_NAME, "small letters, digits and `_`, letter first")
        on: tuple[TextNode, ...] = ()
        facts: Overlay = {}
        for inner in self.entries(entry.value, what):
            if inner.key.text == ON:
                on = self._texts(inner.value, "`on`")
            else:
                self.fact(inner.key, inner.value, facts)
        return _Fixture(entry.key, on, facts)

    def _texts(self, node: YamlNode | None, what: str) -> tuple[TextNode, ...]:
        nodes = node.items if isinstance(node, ListNode) else (node,)
        return tuple(name for each in nodes if (name := self.text(each, what)))

    def _check(self, name: TextNode) -> bool:
        if name.text in self._written:
            return True
        help = did_you_mean(name.text, self._written) or "write it under `fixtures` first"
        self.error("unknown-fixture", f"unknown fixture {quoted(name.text)}", name.span, help)
        return False

    def _look_for_ring(self, name: str, path: tuple[str, ...]) -> None:
        if name in path:
            ring = path[path.index(name) :]
            self._ringed.update(ring)
            shown = " on ".join(map(quoted, (*ring, name)))
            message = f"a fixture builds on itself: {shown}"
            help = "write out one of them, or leave it out"
            self.error("fixture-cycle", message, self._written[ring[0]].key.span, help)
        elif name in self._written and name not in self._seen:
            for base in self._written[name].on:
                self._look_for_ring(base.text, (*path, name))
            self._seen.add(name)

    def _whole(self, name: str) -> Overlay:
        """A fixture's facts over those of what it builds on; one in a ring stands alone."""
        if name not in self._facts and name in self._written:
            fixture = self._written[name]
            on = () if name in self._ringed else fixture.on
            bases: Overlay = reduce(merged, (self._whole(base.text) for base in on), {})
            self._facts[name] = merged(bases, fixture.facts)
        return self._facts.get(name, {})
