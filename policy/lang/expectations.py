"""What a test expects of a ruleset: the `expect` of `tests.yaml`.

expect:
  outcome: {Worldwide: allow, DE: review}
  rules: [declared-none-but-detected]
  obligations: [{do: request_disclosure, of: deliverer, within: P14D, due: 2026-10-15}]
  reasons: {declared-none-but-detected: a detector scored 0.95}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

from policy.lang.diagnostics import did_you_mean, quoted
from policy.lang.grammar.others import EXPECTED
from policy.lang.nodes import MapNode, TextNode, YamlNode, is_empty
from policy.lang.plan import EFFECTS, Effect
from policy.lang.shapes import Shapes
from policy.lang.source import Source
from policy.lang.territories import CODES, WORLDWIDE
from policy.lang.words import DUTIES, PARTIES

IN_PLACE = "outcome."
"""What a column of a table begins with that gives the outcome in one territory: `outcome.DE`."""

_DETAILS = tuple(dict.fromkeys(name for duty in DUTIES.values() for name in duty.details))

Places: TypeAlias = tuple[tuple[str, Effect], ...]


@dataclass(frozen=True, slots=True)
class ExpectedDuty:
    """An obligation that must follow; what is left out (empty) may be anything.

    `due` is the instant of its deadline as RFC 3339 text, `details` are further keys, by name.
    """

    do: str
    of: str = ""
    within: str = ""
    due: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out; None is not looked at.

    `outcome` are pairs of a territory code, or `Worldwide`, and its effect. `everywhere` says that
    no territory may differ from it. `rules` are those that match, `not_rules` some that do not,
    `errors` those that cannot be evaluated. `reason` are words of any reason, `reasons` of the
    reasons of certain rules.
    """

    outcome: Places | None = None
    everywhere: bool = False
    rules: tuple[str, ...] | None = None
    not_rules: tuple[str, ...] = ()
    obligations: tuple[ExpectedDuty, ...] | None = None
    reason: str = ""
    reasons: tuple[tuple[str, str], ...] = ()
    errors: tuple[str, ...] = ()


class ExpectationReader(Shapes):
    """Reads expectations. `rules` are the ids that exist; None when any id will do."""

    def __init__(self, source: Source, rules: Collection[str] | None) -> None:
        super().__init__(source)
        self._rules = rules

    def expectation(self, node: YamlNode | None) -> Expectation:
        """An `expect` as a whole."""
        if node is None:
            return Expectation()
        values = self.keys(node, EXPECTED)
        if isinstance(node, MapNode) and not node.entries:
            self.error("empty-value", "`expect` is empty", node.span)
        return self.expected(values, Expectation())

    def expected(self, values: Mapping[str, YamlNode], base: Expectation) -> Expectation:
        """What the values say by key, on top of what is expected already."""
        for key, node in values.items():
            base = self._with(key, node, base)
        return base

    def in_place(self, code: TextNode, node: YamlNode, base: Expectation) -> Expectation:
        """The outcome of one territory, from a column `outcome.DE`, beside those of `base`."""
        place = code.text.removeprefix(IN_PLACE)
        self._check_code(place, code)
        word = self.word(node, quoted(code.text), EFFECTS)
        others = tuple(pair for pair in base.outcome or () if pair[0] != place)
        added = ((place, cast(Effect, word)),) if word else ()
        return replace(base, outcome=(*others, *added), everywhere=False)

    def _with(self, key: str, node: YamlNode, base: Expectation) -> Expectation:
        match key:
            case "outcome":
                places, everywhere = self._outcome(node)
                return replace(base, outcome=places, everywhere=everywhere)
            case "rules":
                return replace(base, rules=self._rule_ids(node, "`rules`"))
            case "not_rules":
                return replace(base, not_rules=self._rule_ids(node, "`not_rules`"))
            case "errors":
                return replace(base, errors=self._rule_ids(node, "`errors`"))
            case "reason":
                return replace(base, reason=self.string(node, "`reason`"))
            case "reasons":
                return replace(base, reasons=self._reasons(node))
            case _:
                duties = [self._duty(item) for item in self.items(node, "`obligations`")]
                return replace(base, obligations=tuple(duty for duty in duties if duty))

    def _outcome(self, node: YamlNode) -> tuple[Places, bool]:
        if not isinstance(node, MapNode):
            word = self.word(node, "`outcome`", EFFECTS)
            return ((WORLDWIDE, cast(Effect, word)),) if word else (), True
        places = []
        for entry in node:
            self._check_code(entry.key.text, entry.key)
            word = self.word(entry.value, "an outcome", EFFECTS)
            if word:
                places.append((entry.key.text, cast(Effect, word)))
        return tuple(places), False

    def _check_code(self, code: str, node: TextNode) -> None:
        if code not in CODES:
            help = "use ISO 3166-1 codes of two letters, or `Worldwide`"
            self.error("unknown-territory", f"unknown territory {quoted(code)}", node.span, help)

    def _rule_ids(self, node: YamlNode, what: str) -> tuple[str, ...]:
        """Rule ids, sorted; a single id needs no list."""
        if isinstance(node, TextNode) and not is_empty(node):
            nodes: Sequence[YamlNode] = [node]
        else:
            nodes = self.items(node, what)
        ids = [found for item in nodes if (found := self.text(item, "a rule"))]
        for found in ids:
            self._check_rule(found)
        return tuple(sorted(found.text for found in ids))

    def _check_rule(self, node: TextNode) -> None:
        if self._rules is not None and node.text not in self._rules:
            help = did_you_mean(node.text, self._rules)
            message = f"the ruleset has no rule {quoted(node.text)}"
            self.error("unknown-rule", message, node.span, help)

    def _reasons(self, node: YamlNode) -> tuple[tuple[str, str], ...]:
        """Words by rule."""
        entries = self.entries(node, "`reasons`")
        for entry in entries:
            self._check_rule(entry.key)
        words = [(entry.key.text, self.string(entry.value, "a reason")) for entry in entries]
        return tuple(pair for pair in words if pair[1])

    def _duty(self, node: YamlNode) -> ExpectedDuty | None:
        do = self._kind(node)
        details = tuple(DUTIES[do].details) if do else _DETAILS
        optional = ("of", "within", "due", *details)
        values = self.mapping(node, "an obligation", required=("do",), optional=optional)
        of = self.word(values.get("of"), "`of`", PARTIES)
        within = self.string(values.get("within"), "`within`")
        due = self.timestamp(values.get("due"), "`due`")
        if not do:
            return None
        found = [(name, self._detail(do, name, values[name])) for name in details if name in values]
        return ExpectedDuty(do, of, within, due, tuple(sorted(found)))

    def _kind(self, node: YamlNode) -> str:
        return self.word(node.get("do"), "`do`", DUTIES) if isinstance(node, MapNode) else ""

    def _detail(self, do: str, name: str, node: YamlNode) -> str:
        words = DUTIES[do].details[name].words
        what = quoted(name)
        return self.word(node, what, words) if words else self.string(node, what)
