"""Reads `tests.yaml`: situations and what a ruleset must make of them.

as_of: 2026-10-01
given:
  track.title: Blue Hour
cases:
  - name: A track declared free of AI that a detector doubts is looked at
    facts:
      track.ai: {declared: none, detector: ears 2.1, detector_score: 0.97}
    expect:
      outcome: review
      rules: [declared-none-but-detected]
      obligations: [{do: request_disclosure, of: deliverer}]
  - name: Disclosure by itself is never a sanction
    table:
      - [track.ai.declared, outcome]
      - [all, allow]
      - [partly, allow]
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from policy.lang.diagnostics import Diagnostic, did_you_mean, ordered, quoted
from policy.lang.grammar.others import CASE, EXPECTED, EXPECTED_DUTY, TESTS
from policy.lang.loader import load
from policy.lang.nodes import ListNode, MapNode, TextNode, YamlNode, is_empty
from policy.lang.plan import EFFECTS, Effect
from policy.lang.schema import FactSchema
from policy.lang.shapes import head
from policy.lang.situations import Overlay, SituationReader, merged
from policy.lang.source import Source, Span
from policy.lang.territories import CODES, WORLDWIDE
from policy.lang.words import DUTIES, PARTIES

EXPECTATIONS = EXPECTED.names


@dataclass(frozen=True, slots=True)
class ExpectedDuty:
    """An obligation that must follow; what is left out (empty) may be anything."""

    do: str
    of: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out; None is not looked at.

    `outcome` are pairs of a territory code, or `Worldwide`, and its effect. `everywhere` says that
    no territory may differ from it. `rules` are those that match, `errors` those that cannot be
    evaluated.
    """

    outcome: tuple[tuple[str, Effect], ...] | None = None
    everywhere: bool = False
    rules: tuple[str, ...] | None = None
    obligations: tuple[ExpectedDuty, ...] | None = None
    reason: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One situation and its expectation.

    `document` is a whole fact document; its key `unknown` lists facts that could not be learnt.
    `as_of` is RFC 3339 text. `todo` says why the case is known to fail; empty for a real one.
    """

    name: str
    as_of: str
    document: Mapping[str, Any]
    expect: Expectation
    todo: str
    path: str
    span: Span


def load_tests(
    source: Source, schema: FactSchema, *, subject: str, rules: Collection[str] | None = None
) -> tuple[tuple[Case, ...], tuple[Diagnostic, ...]]:
    """All cases of a file, tables unrolled, and all its mistakes.

    `rules` are the ids that the ruleset has; None when they cannot be known, and any id will do.
    """
    root, refused = load(source)
    if root is None:
        return (), refused
    reader = _CaseReader(source, schema, subject, rules)
    cases = reader.file(root)
    return cases, ordered((*refused, *reader.found))


class _CaseReader(SituationReader):
    """The file, its cases and their tables."""

    def __init__(
        self, source: Source, schema: FactSchema, subject: str, rules: Collection[str] | None
    ) -> None:
        super().__init__(source, schema, subject)
        self._rules = rules
        self._names: dict[str, Span] = {}
        self._wrong_instant = False  # then a missing one is no mistake of its own

    def file(self, root: YamlNode) -> tuple[Case, ...]:
        """The file: what all cases have in common, and the cases."""
        values = self.keys(root, TESTS)
        as_of = self._instant(values, "")
        given = self.facts(values.get("given"), "`given`")
        nodes = self.items(values.get("cases"), "`cases`")
        return tuple(case for node in nodes for case in self._cases(node, given, as_of))

    def _cases(self, node: YamlNode, given: Overlay, as_of: str) -> list[Case]:
        values = self.keys(node, CASE)
        name = self._name(values.get("name"))
        as_of = self._instant(values, as_of)
        facts = merged(given, self.facts(values.get("facts"), "`facts`"))
        unknown = [self.fact_path(item) for item in self.items(values.get("unknown"), "`unknown`")]
        expect = self._expectation(values.get("expect"))
        todo = self.string(values.get("todo"), "`todo`")
        if "expect" not in values and "table" not in values and isinstance(node, MapNode):
            self.error("missing-key", "a case has no `expect`", head(node))
        if name is None:
            return []
        base = _Draft(name.text.strip(), as_of, facts, tuple(filter(None, unknown)), expect, todo)
        if "table" not in values:
            return self._case(base, name.span)
        return self._table(values["table"], base)

    def _instant(self, values: Mapping[str, YamlNode], otherwise: str) -> str:
        found = self.timestamp(values.get("as_of"), "`as_of`")
        if "as_of" in values and not found:
            self._wrong_instant = True
        return found or otherwise

    def _name(self, node: YamlNode | None) -> TextNode | None:
        name = self.text(node, "`name`")
        if name is None:
            return None
        if name.text in self._names:
            first = self.note("first used here", self._names[name.text])
            message = f"the name {quoted(name.text)} is used twice"
            self.error("duplicate-case", message, name.span, related=[first])
        self._names[name.text] = name.span
        return name

    def _case(self, draft: _Draft, span: Span) -> list[Case]:
        if not draft.as_of and not self._wrong_instant:
            help = "write `as_of: 2026-10-01` at the top of the file or in the case"
            self.error("missing-key", "the case has no instant", span, help)
        document = self.document(draft.facts, draft.as_of, span)
        if draft.unknown:
            document["unknown"] = list(draft.unknown)
        case = Case(
            name=draft.name,
            as_of=draft.as_of,
            document=document,
            expect=draft.expect,
            todo=draft.todo,
            path=self.path,
            span=span,
        )
        return [case]

    # Tables: a row of column names, and a case in each further row

    def _table(self, node: YamlNode, base: _Draft) -> list[Case]:
        rows = self.items(node, "`table`")
        if len(rows) < 2:
            help = "the first row names facts and expectations, each further row is a case"
            self.error("empty-value", "`table` has no cases", node.span, help)
            return []
        columns = [self.text(item, "a column") for item in self.items(rows[0], "the first row")]
        cases: list[Case] = []
        for number, row in enumerate(rows[1:], start=1):
            cells = self.items(row, "a row")
            if isinstance(row, ListNode) and len(cells) != len(columns):
                message = f"cells: {len(cells)}, but columns: {len(columns)}"
                self.error("wrong-shape", message, row.span)
            elif isinstance(row, ListNode):
                cases += self._case(self._row(base, columns, cells, number), row.span)
        return cases

    def _row(
        self,
        base: _Draft,
        columns: Sequence[TextNode | None],
        cells: Sequence[YamlNode],
        number: int,
    ) -> _Draft:
        overlay: Overlay = {}
        expected: dict[str, YamlNode] = {}
        as_of = base.as_of
        for column, cell in zip(columns, cells, strict=True):
            if column is None:
                continue
            if column.text in EXPECTATIONS:
                expected[column.text] = cell
            elif column.text == "as_of":
                as_of = self.timestamp(cell, "`as_of`") or as_of
            else:
                self.fact(column, cell, overlay)
        shown = ", ".join(cell.text for cell in cells if isinstance(cell, TextNode))
        return replace(
            base,
            name=f"{base.name} [{number}: {shown}]",
            as_of=as_of,
            facts=merged(base.facts, overlay),
            expect=self._expected(expected, base.expect),
        )

    # Expectations

    def _expectation(self, node: YamlNode | None) -> Expectation:
        if node is None:
            return Expectation()
        values = self.keys(node, EXPECTED)
        if isinstance(node, MapNode) and not node.entries:
            self.error("empty-value", "`expect` is empty", node.span)
        return self._expected(values, Expectation())

    def _expected(self, values: Mapping[str, YamlNode], base: Expectation) -> Expectation:
        """What the values say, on top of what is expected already."""
        if "outcome" in values:
            places, everywhere = self._outcome(values["outcome"])
            base = replace(base, outcome=places, everywhere=everywhere)
        if "rules" in values:
            base = replace(base, rules=self._rule_ids(values["rules"], "`rules`"))
        if "errors" in values:
            base = replace(base, errors=self._rule_ids(values["errors"], "`errors`"))
        if "reason" in values:
            base = replace(base, reason=self.string(values["reason"], "`reason`"))
        if "obligations" in values:
            nodes = self.items(values["obligations"], "`obligations`")
            duties = tuple(duty for node in nodes if (duty := self._duty(node)))
            base = replace(base, obligations=duties)
        return base

    def _outcome(self, node: YamlNode) -> tuple[tuple[tuple[str, Effect], ...], bool]:
        if not isinstance(node, MapNode):
            word = self.word(node, "`outcome`", EFFECTS)
            return ((WORLDWIDE, cast(Effect, word)),) if word else (), True
        places = []
        for entry in node:
            if entry.key.text not in CODES:
                message = f"unknown territory {quoted(entry.key.text)}"
                help = "use ISO 3166-1 codes of two letters, or `Worldwide`"
                self.error("unknown-territory", message, entry.key.span, help)
            word = self.word(entry.value, "an outcome", EFFECTS)
            if word:
                places.append((entry.key.text, cast(Effect, word)))
        return tuple(places), False

    def _rule_ids(self, node: YamlNode, what: str) -> tuple[str, ...]:
        """Rule ids, sorted; a single id needs no list."""
        if isinstance(node, TextNode) and not is_empty(node):
            nodes: Sequence[YamlNode] = [node]
        else:
            nodes = self.items(node, what)
        ids = [found for item in nodes if (found := self.text(item, "a rule"))]
        for found in ids:
            if self._rules is not None and found.text not in self._rules:
                help = did_you_mean(found.text, self._rules)
                message = f"the ruleset has no rule {quoted(found.text)}"
                self.error("unknown-rule", message, found.span, help)
        return tuple(sorted(found.text for found in ids))

    def _duty(self, node: YamlNode) -> ExpectedDuty | None:
        values = self.keys(node, EXPECTED_DUTY)
        do = self.word(values.get("do"), "`do`", DUTIES)
        of = self.word(values.get("of"), "`of`", PARTIES)
        return ExpectedDuty(do, of, self.string(values.get("within"), "`within`")) if do else None


@dataclass(frozen=True, slots=True)
class _Draft:
    """A case before its facts are made whole."""

    name: str
    as_of: str
    facts: Overlay
    unknown: tuple[str, ...]
    expect: Expectation
    todo: str
