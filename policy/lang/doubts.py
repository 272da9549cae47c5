"""Doubts about a version that compiles: what is never reached, always so, or without a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from policy.lang.diagnostics import Diagnostic, Related, error, quoted, warning
from policy.lang.parameters import ParameterSyntax
from policy.lang.plan import RulePlan, VariablePlan
from policy.lang.ruleset import VersionSyntax
from policy.lang.source import Span
from policy.lang.tree import And, If, Literal, Node, Not, Or, Param, walk


def uncovered(
    version: VersionSyntax,
    parameters: Mapping[str, ParameterSyntax],
    variables: Sequence[VariablePlan],
    rules: Sequence[RulePlan],
) -> Iterator[Diagnostic]:
    """Parameters without a value on the first day of the rules: an error at their first use."""
    first = version.effective_from
    reads = {place.name: place for place in reversed(list(_reads(variables, rules)))}
    for name, place in reads.items():
        parameter = parameters.get(name)
        if first and parameter and parameter.lines and not parameter.plan().at(first):
            yield _uncovered(version.source.path, place, parameter, first)


def _uncovered(path: str, place: Param, parameter: ParameterSyntax, first: date) -> Diagnostic:
    message = f"`params.{place.name}` has no value on `{first}`, when the rules begin"
    help = "add a value from that day or earlier, or let the rules begin later"
    related = [Related("its values begin here", parameter.path, parameter.lines[0].span)]
    return error("parameter-not-covered", message, path, place.span, help=help, related=related)


def _reads(variables: Sequence[VariablePlan], rules: Sequence[RulePlan]) -> Iterator[Param]:
    trees: list[Node] = [variable.tree for variable in variables]
    for rule in rules:
        trees += [rule.when, *rule.reason.holes]
        trees += [rule.territories] if rule.territories else []
    for tree in trees:
        yield from (node for node in walk(tree) if isinstance(node, Param))


def constant_conditions(version: VersionSyntax, rules: Sequence[RulePlan]) -> Iterator[Diagnostic]:
    """Conditions that ask nothing. The last rule of a first-match table may always be true."""
    path = version.source.path
    for position, rule in enumerate(rules):
        truth = constant(rule.when)
        if truth and version.combine == "first_match":
            if position + 1 < len(rules):
                yield _unreachable(path, rule, rules[position + 1])
            return
        if truth is not None:
            message = f"the condition is always {'true' if truth else 'false'}"
            help = "remove the rule, or the part that makes it so"
            yield warning("constant-condition", message, path, rule.when.span, help=help)


def _unreachable(path: str, rule: RulePlan, following: RulePlan) -> Diagnostic:
    message = f"the rule {quoted(following.id)} is never reached"
    help = f"the rule {quoted(rule.id)} above it always matches"
    line, column = following.span.line, following.span.column
    return warning(
        "unreachable-rule", message, path, Span(line, column, line, column + 1), help=help
    )


def constant(node: Node) -> bool | None:
    """The truth of a condition that asks nothing; None when it depends on facts."""
    match node:
        case Literal(value=bool() as value):
            return value
        case Not(operand=operand):
            inner = constant(operand)
            return None if inner is None else not inner
        case And(parts=parts):
            return _joined(parts, decisive=False)
        case Or(parts=parts):
            return _joined(parts, decisive=True)
        case If(condition=condition, then=then, otherwise=otherwise):
            chosen = constant(condition)
            return None if chosen is None else constant(then if chosen else otherwise)
    return None


def _joined(parts: tuple[Node, ...], *, decisive: bool) -> bool | None:
    """One decisive part settles the whole; otherwise all must be known."""
    truths = [constant(part) for part in parts]
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive
