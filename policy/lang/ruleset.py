"""Reads the two kinds of ruleset files into frozen trees: `ruleset.yaml` and a version.

Only the shape is looked at here: keys, words, dates, forms. What the expressions in it mean is the
compiler's part. A part with a mistake is None or left out, and reading goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from policy.lang.diagnostics import Diagnostic, ordered, quoted
from policy.lang.grammar.version import ABOUT, DSA, EFFECTIVE, RULE, VERSION
from policy.lang.loader import load
from policy.lang.nodes import Entry, TextNode, YamlNode
from policy.lang.parameters import read_reference
from policy.lang.patterns import FIELD_NAME, KEY, KEY_FORM, PERIOD
from policy.lang.plan import EFFECTS, Combine, DsaPlan, Effect, OnError, Reference
from policy.lang.reasons import ReasonSyntax, read_reason
from policy.lang.schema_file import RESERVED
from policy.lang.shapes import Shapes, head
from policy.lang.source import Source, Span
from policy.lang.words import (
    CATEGORIES,
    COMBINE,
    DUTIES,
    GROUNDS,
    LANGUAGE,
    ON_ERROR,
    PARTIES,
    VISIBILITIES,
    Detail,
)

MOST_VARIABLES = 200
"""Variables of a version. They may need each other, so their number bounds how deep that goes."""

_PERIOD = re.compile(PERIOD)


@dataclass(frozen=True, slots=True)
class About:
    """What `ruleset.yaml` says of a ruleset."""

    key: str
    title: str
    owner: str
    why: str
    span: Span


@dataclass(frozen=True, slots=True)
class VariableSyntax:
    """A named expression."""

    name: TextNode
    expression: TextNode


@dataclass(frozen=True, slots=True)
class ObligationSyntax:
    """A duty. `parameters` are those of its details that name a parameter of the ruleset."""

    do: str
    of: str
    within: str
    details: tuple[tuple[str, str], ...]
    parameters: tuple[TextNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RuleSyntax:
    """A rule as written. What is None was left out or has a mistake that is already noted."""

    id: TextNode | None
    title: str
    when: TextNode | None
    effect: Effect | None
    reason: ReasonSyntax | None
    on_error: OnError
    territories: TextNode | None
    obligations: tuple[ObligationSyntax, ...]
    references: tuple[Reference, ...]
    dsa: DsaPlan | None
    span: Span


@dataclass(frozen=True, slots=True)
class VersionSyntax:
    """A version file as written."""

    source: Source
    ruleset: TextNode | None
    subject: TextNode | None
    effective_from: date | None
    effective_until: date | None
    combine: Combine
    variables: tuple[VariableSyntax, ...]
    rules: tuple[RuleSyntax, ...]
    span: Span


def load_about(source: Source) -> tuple[About | None, tuple[Diagnostic, ...]]:
    """Read `ruleset.yaml`."""
    root, refused = load(source)
    if root is None:
        return None, refused
    shapes = Shapes(source)
    values = shapes.keys(root, ABOUT)
    key = shapes.name(values.get("key"), "`key`", KEY, KEY_FORM)
    about = About(
        key=key.text if key else "",
        title=shapes.string(values.get("title"), "`title`", longest=200),
        owner=shapes.string(values.get("owner"), "`owner`", longest=200),
        why=shapes.string(values.get("why"), "`why`"),
        span=key.span if key else head(root),
    )
    found = ordered((*refused, *shapes.found))
    return (None if found else about), found


def load_version(source: Source) -> tuple[VersionSyntax | None, tuple[Diagnostic, ...]]:
    """Read a version file; None only when it is not even a mapping."""
    root, refused = load(source)
    if root is None:
        return None, refused
    reader = _VersionReader(source)
    version = reader.version(root)
    return version, ordered((*refused, *reader.found))


class _VersionReader(Shapes):
    """A version file, part by part."""

    def version(self, root: YamlNode) -> VersionSyntax:
        values = self.keys(root, VERSION)
        self._language(values)
        begun, ended = self._effective(values.get("effective"))
        nodes = self.items(values.get("rules"), "`rules`", empty=False)
        rules = tuple(self._rule(node) for node in nodes)
        self._refuse_twins(rules)
        return VersionSyntax(
            source=self.source,
            ruleset=self.text(values.get("ruleset"), "`ruleset`"),
            subject=self.text(values.get("subject"), "`subject`"),
            effective_from=begun,
            effective_until=ended,
            combine=self._combine(values.get("combine")),
            variables=self._variables(values.get("variables")),
            rules=rules,
            span=head(root),
        )

    def _language(self, values: Mapping[str, YamlNode]) -> None:
        number = self.integer(values.get("language"), "`language`")
        if number is not None and number != LANGUAGE:
            message = f"language {number} is not known"
            self.error(
                "unknown-version", message, values["language"].span, f"write `language: {LANGUAGE}`"
            )

    def _effective(self, node: YamlNode | None) -> tuple[date | None, date | None]:
        if node is None:
            return None, None
        values = self.keys(node, EFFECTIVE)
        begun = self.day(values.get("from"), "`from`")
        ended = self.day(values.get("until"), "`until`")
        if begun and ended and ended <= begun:
            help = "`until` is exclusive: the first day on which the rules no longer hold"
            message = f"the rules end on `{ended}`, before they begin on `{begun}`"
            self.error("dates-out-of-order", message, values["until"].span, help)
        return begun, ended

    def _combine(self, node: YamlNode | None) -> Combine:
        return cast(Combine, self.word(node, "`combine`", COMBINE) or "most_restrictive")

    def _variables(self, node: YamlNode | None) -> tuple[VariableSyntax, ...]:
        entries = self.entries(node, "`variables`")
        if len(entries) > MOST_VARIABLES:
            help = f"use at most {MOST_VARIABLES}"
            span = entries[MOST_VARIABLES].key.span
            self.error("too-many", f"the version has {len(entries)} variables", span, help)
        read = [self._variable(entry) for entry in entries[:MOST_VARIABLES]]
        return tuple(variable for variable in read if variable)

    def _variable(self, entry: Entry) -> VariableSyntax | None:
        form = "small letters, digits and `_`, letter first"
        name = self.name(entry.key, "a variable", FIELD_NAME, form)
        if name and name.text in RESERVED:
            self.error("bad-name", f"{quoted(name.text)} is a word of the language", name.span)
            name = None
        expression = self.text(entry.value, f"the variable {quoted(entry.key.text)}")
        return VariableSyntax(name, expression) if name and expression else None

    def _rule(self, node: YamlNode) -> RuleSyntax:
        values = self.keys(node, RULE)
        reason = self.text(values.get("reason"), "`reason`")
        duties = self.items(values.get("obligations"), "`obligations`")
        sources = self.items(values.get("references"), "`references`")
        return RuleSyntax(
            id=self._id(values.get("id")),
            title=self.string(values.get("title"), "`title`", longest=300),
            when=self.text(values.get("when"), "`when`"),
            effect=self._effect(values.get("effect")),
            reason=read_reason(reason, self) if reason else None,
            on_error=self._on_error(values.get("on_error")),
            territories=self.text(values.get("territories"), "`territories`"),
            obligations=tuple(duty for item in duties if (duty := self._obligation(item))),
            references=tuple(found for item in sources if (found := read_reference(item, self))),
            dsa=self._dsa(values.get("dsa")),
            span=node.span,
        )

    def _id(self, node: YamlNode | None) -> TextNode | None:
        found = self.name(node, "`id`", KEY, KEY_FORM)
        if found and len(found.text) > 120:
            message = f"`id` has {len(found.text)} characters"
            self.error("too-long", message, found.span, "use at most 120")
        return found

    def _effect(self, node: YamlNode | None) -> Effect | None:
        word = self.word(node, "`effect`", EFFECTS)
        return cast(Effect, word) if word else None

    def _on_error(self, node: YamlNode | None) -> OnError:
        """An unknown result must never let a track pass, so `allow` gets words of its own."""
        if isinstance(node, TextNode) and node.text == "allow":
            help = "use `review`, `block`, or `skip` to leave it to the other rules"
            self.error("unknown-word", "`on_error` cannot be `allow`", node.span, help)
            return "review"
        return cast(OnError, self.word(node, "`on_error`", ON_ERROR) or "review")

    def _refuse_twins(self, rules: tuple[RuleSyntax, ...]) -> None:
        seen: dict[str, Span] = {}
        for rule in rules:
            if rule.id is None:
                continue
            if rule.id.text in seen:
                first = self.note("first used here", seen[rule.id.text])
                message = f"the id {quoted(rule.id.text)} is used twice"
                help = "each rule of a version has an id of its own"
                self.error("duplicate-rule", message, rule.id.span, help, [first])
            else:
                seen[rule.id.text] = rule.id.span

    def _obligation(self, node: YamlNode) -> ObligationSyntax | None:
        """A duty whose further keys depend on what is to be done."""
        entries = {entry.key.text: entry.value for entry in self.entries(node, "an obligation")}
        if not entries:
            return None
        do = self.word(entries.get("do"), "`do`", DUTIES)
        details = DUTIES[do].details if do else {}
        known = ("within", *details) if do else (*entries, "within")
        needed = [name for name, detail in details.items() if detail.required]
        optional = [name for name in known if name not in ("do", "of", *needed)]
        what = f"the obligation {quoted(do)}" if do else "an obligation"
        values = self.mapping(node, what, required=("do", "of", *needed), optional=optional)
        of = self.word(values.get("of"), "`of`", PARTIES)
        within = self._period(values.get("within"))
        if not do or not of:
            return None
        further = {name: self._detail(values.get(name), name, details[name]) for name in details}
        texts = sorted((name, text.text) for name, text in further.items() if text)
        named = [text for name, text in further.items() if text and details[name].parameter]
        return ObligationSyntax(do, of, within, tuple(texts), tuple(named), node.span)

    def _detail(self, node: YamlNode | None, name: str, detail: Detail) -> TextNode | None:
        if detail.words and not self.word(node, quoted(name), detail.words):
            return None
        return self.text(node, quoted(name))

    def _period(self, node: YamlNode | None) -> str:
        found = self.text(node, "`within`")
        if found is None or _PERIOD.fullmatch(found.text):
            return found.text if found else ""
        help = "write whole days or hours: `P14D`, `PT48H`"
        message = f"`within` must be a period, this is {quoted(found.text)}"
        self.error("wrong-value", message, found.span, help)
        return ""

    def _dsa(self, node: YamlNode | None) -> DsaPlan | None:
        if node is None:
            return None
        values = self.keys(node, DSA)
        return DsaPlan(
            ground=self.word(values.get("ground"), "`ground`", GROUNDS),
            category=self.word(values.get("category"), "`category`", CATEGORIES),
            visibility=self.word(values.get("visibility"), "`visibility`", VISIBILITIES),
        )
