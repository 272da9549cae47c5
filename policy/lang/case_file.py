"""A file of tests as something that cases are added to: the author's text stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policy.lang.diagnostics import quoted
from policy.lang.loader import load
from policy.lang.nodes import ListNode, MapNode, TextNode, YamlNode
from policy.lang.schema import FactSchema
from policy.lang.situations import SituationReader
from policy.lang.source import Source


class NotAdded(ValueError):
    """A case cannot be added to a file; `str()` says why and the way out."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A `tests.yaml` without mistakes. `source` is None while there is no such file.

    `given`, shaped like a fact document, and `as_of` hold for all its cases.
    """

    path: str
    source: Source | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    as_of: str = ""
    names: frozenset[str] = frozenset()
    cases: ListNode | None = None

    @classmethod
    def read(cls, source: Source, schema: FactSchema, subject: str) -> CaseFile:
        """The file as far as adding to it needs to know; mistakes are the compiler's to tell."""
        root, _ = load(source)
        if not isinstance(root, MapNode):
            return cls(source.path, source)
        reader = SituationReader(source, schema, subject)
        cases = root.get("cases")
        named = [item.get("name") for item in _items(cases) if isinstance(item, MapNode)]
        return cls(
            path=source.path,
            source=source,
            given={subject: reader.facts(root.get("given"), "`given`")},
            as_of=reader.timestamp(root.get("as_of"), "`as_of`"),
            names=frozenset(name.text.strip() for name in named if isinstance(name, TextNode)),
            cases=cases if isinstance(cases, ListNode) else None,
        )

    def with_case(self, name: str, case: str) -> str:
        """The file's text with a case, as `case_yaml` writes it, behind the last one.

        Raises NotAdded when a case of that name is there, or cases are not written one below the
        other.
        """
        if name in self.names:
            raise NotAdded(
                f"{self.path} has a case {quoted(name)} already: "
                "give this one another name, or take that one away"
            )
        if self.source is None:
            return f"cases:\n{_indented(case, 2)}"
        if self.cases is None or not self.cases.items:
            raise NotAdded(f"{self.path} has no case yet to add another to: begin `cases:` by hand")
        return self._spliced(self.source, self.cases, case)

    def _spliced(self, source: Source, cases: ListNode, case: str) -> str:
        lines = source.text.split("\n")
        indent = _dash(lines, cases.items[-1])
        if indent < 0:
            raise NotAdded(f"{self.path} has its cases on one line: write them one below the other")
        apart = "\n" if _apart(lines, cases) else ""
        end = "\r\n" if lines[0].endswith("\r") else "\n"
        new = (apart + _indented(case, indent)).replace("\n", end)
        last = cases.span.end_line
        above, below = "\n".join(lines[:last]), "\n".join(lines[last:])
        return f"{above}\n{new}{below}" if lines[last:] else f"{above}{end}{new}"


def _items(node: YamlNode | None) -> tuple[YamlNode, ...]:
    return node.items if isinstance(node, ListNode) else ()


def _dash(lines: list[str], item: YamlNode) -> int:
    """The column, from 0, of the dash before an item; -1 when it stands behind no dash."""
    before = lines[item.span.line - 1][: item.span.column - 1]
    return before.index("-") if before.strip() == "-" else -1


def _apart(lines: list[str], cases: ListNode) -> bool:
    """Whether empty lines stand between cases; so they shall where there is but one."""
    firsts = [item.span.line for item in cases.items[1:]]
    return not firsts or any(not lines[first - 2].strip() for first in firsts)


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" if line else "\n" for line in text.splitlines())
