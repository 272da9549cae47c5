"""The deciding lines of a rule as its author wrote them, with what each condition came to.

Every condition that the trace knows is marked in the text: true, false, not needed (settled before
it was asked) or an error; beneath its line stand the values that it saw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from policy.engines.rows import Explained
from policy.engines.rows.template import SeenValue
from policy.lang import tree
from policy.lang.plan import Plan, RulePlan
from policy.lang.source import Source, Span
from policy.selectors import highlight
from policy.selectors.highlight import columns

DEEPEST = 24
"""Columns of indentation that count."""

_LEAVES = frozenset({"condition", "constant", "exists", "all", "exists_one", "variable"})


@dataclass(frozen=True, slots=True)
class Token:
    """A run of text. `kind` colours it; `truth` is that of its condition, empty outside of any."""

    text: str
    kind: str
    truth: str


@dataclass(frozen=True, slots=True)
class SeenFact:
    """A value that a condition saw, as a rule's author would write it; hidden when not for all."""

    label: str
    value: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What one condition came to, in a line beneath it. `depth` indents what is inside another."""

    truth: str
    text: str
    seen: tuple[SeenFact, ...]
    remark: str = ""
    depth: int = 0

    @property
    def short(self) -> str:
        """The text up to its first argument: a quantifier is told by its list."""
        return self.text.split("(", 1)[0] if self.remark else self.text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ruleset file. `deciding` lines hold the condition."""

    number: int
    tokens: tuple[Token, ...]
    notes: tuple[Note, ...]
    deciding: bool

    @property
    def indent(self) -> int:
        """How far in the text begins, in columns; where a line that is too long goes on."""
        text = "".join(token.text for token in self.tokens)
        return min(len(text) - len(text.lstrip()), DEEPEST)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Consecutive lines of a ruleset file: a rule, or a variable that it uses."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule's lines: those up to its effect, the rest, and the variables it read."""

    head: Excerpt
    rest: tuple[Line, ...]
    variables: tuple[Excerpt, ...]


class Hider:
    """Says which values a reader may not see. This one hides nothing."""

    def hides(self, label: str, within: Sequence[Explained]) -> bool:
        """Whether the value of `label`, seen inside the quantifiers `within`, is to be hidden."""
        return False


def rule_text(
    source: Source, plan: Plan, rule: RulePlan, told: Explained | None, hider: Hider
) -> RuleText:
    """The text of a rule; without `told` (no trace of it) its conditions are not marked."""
    spans = [rule.when_span]
    lines = _lines(source, rule.span, spans, told, hider)
    cut = _end_of_head(source, rule)
    return RuleText(
        head=Excerpt(rule.id, tuple(line for line in lines if line.number <= cut)),
        rest=tuple(line for line in lines if line.number > cut),
        variables=tuple(_variables(source, plan, rule, told, hider)),
    )


def plain_text_lines(source: Source, conditions: list[Span]) -> tuple[Line, ...]:
    """A whole file with its colours and without a decision; `conditions` are CEL."""
    last = source.text.count("\n") + 1
    span = Span(1, 1, last, len(source.line(last)) + 1)
    return tuple(_lines(source, span, conditions, None, Hider()))


def _end_of_head(source: Source, rule: RulePlan) -> int:
    """The line of the effect, when it follows the condition at once; else the condition's last."""
    last = rule.when_span.end_line
    following = source.line(last + 1).strip()
    return last + 1 if following.startswith("effect:") and last < rule.span.end_line else last


def _variables(
    source: Source, plan: Plan, rule: RulePlan, told: Explained | None, hider: Hider
) -> Iterator[Excerpt]:
    """The variables that the rule reads, with what they came to where they are conditions."""
    asked = (
        {part.name: part.parts for part in walk(told) if part.kind == "variable"} if told else {}
    )
    named = _variables_read(plan, rule)
    for variable in plan.variables:
        if variable.name in named:
            inner = next(iter(asked.get(variable.name, ())), None)
            lines = _lines(source, variable.span, [variable.span], inner, hider)
            yield Excerpt(variable.name, tuple(lines))


def _variables_read(plan: Plan, rule: RulePlan) -> set[str]:
    """Names of the variables that a rule's condition needs, directly or through another."""
    trees = {variable.name: variable.tree for variable in plan.variables}
    found: set[str] = set()
    open_trees = [rule.when]
    while open_trees:
        for node in tree.walk(open_trees.pop()):
            if isinstance(node, tree.Variable) and node.name not in found:
                found.add(node.name)
                open_trees.append(trees[node.name])
    return found


def walk(told: Explained) -> Iterator[Explained]:
    """The condition and everything below it, parents first."""
    yield told
    for part in told.parts:
        yield from walk(part)


def leaves(told: Explained) -> Iterator[Explained]:
    """The conditions that stand for themselves in the text, not what joins them."""
    if told.kind in _LEAVES:
        yield told
        return
    for part in told.parts:
        yield from leaves(part)


def _lines(
    source: Source, span: Span, conditions: list[Span], told: Explained | None, hider: Hider
) -> list[Line]:
    texts = [source.line(number) for number in range(span.line, _last_line(source, span) + 1)]
    kinds = highlight.kinds(texts, span.line, conditions)
    found = list(leaves(told)) if told else []
    return [
        Line(
            number=number,
            tokens=_tokens(text, row, _truths(text, number, found)),
            notes=tuple(
                note
                for leaf in found
                if leaf.span.end_line == number
                for note in _notes(leaf, hider)
            ),
            deciding=any(each.line <= number <= each.end_line for each in conditions),
        )
        for number, (text, row) in enumerate(zip(texts, kinds, strict=True), start=span.line)
    ]


def _last_line(source: Source, span: Span) -> int:
    """The last line of a span that has text on it: block ends are marked a line below."""
    last = span.end_line
    while last > span.line and (
        not source.line(last).strip() or (last == span.end_line and span.end_column == 1)
    ):
        last -= 1
    return last


def _truths(text: str, number: int, found: list[Explained]) -> list[str]:
    row = [""] * len(text)
    for leaf in found:
        start, end = columns(leaf.span, number, text)
        row[start:end] = [leaf.truth] * (end - start)
    return row


def _tokens(text: str, kinds: list[str], truths: list[str]) -> tuple[Token, ...]:
    """Runs of one kind and truth; white space belongs to what is before it."""
    runs = groupby(zip(text, kinds, truths, strict=True), key=lambda column: column[1:])
    return tuple(Token("".join(char for char, *_ in run), *key) for key, run in runs)


def _notes(
    leaf: Explained, hider: Hider, within: tuple[Explained, ...] = (), depth: int = 0
) -> Iterator[Note]:
    """A line for the condition, and for a quantifier lines for the item that decided."""
    if leaf.truth == "not_needed":
        return
    seen = tuple(_seen(leaf, hider, within))
    remark = leaf.message or _remark(leaf)
    yield Note(leaf.truth, _one_line(leaf.text), seen, remark, depth)
    if leaf.kind in ("exists", "all", "exists_one"):
        for part in leaf.parts:
            for inner in leaves(part):
                yield from _notes(inner, hider, (*within, leaf), depth + 1)


def _seen(leaf: Explained, hider: Hider, within: tuple[Explained, ...]) -> Iterator[SeenFact]:
    for seen in leaf.seen:
        hidden = hider.hides(seen.label, within)
        yield SeenFact(_one_line(seen.label), "" if hidden else value_text(seen.value), hidden)


def _remark(leaf: Explained) -> str:
    """What a quantifier looked at."""
    if leaf.items is None:
        return ""
    number = f"{leaf.items} item{'' if leaf.items == 1 else 's'}"
    if leaf.witness is not None:
        return f"item {leaf.witness + 1} of {leaf.items} decides"
    return "the list is empty" if leaf.items == 0 else f"looked at {number}"


def value_text(value: SeenValue) -> str:
    """A value as a rule's author would write it."""
    match value:
        case None:
            return "absent"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case list():
            return "[" + ", ".join(value_text(item) for item in value) + "]"
        case float():
            return f"{value:g}" if abs(value) < 1e15 else repr(value)
        case _:
            return str(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())
