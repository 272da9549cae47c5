"""Which variables an expression names, and an order in which variables can be computed.

Both work on the text, before it is compiled: an expression with a mistake still uses what it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from policy.lang.parameters import ParameterSyntax
from policy.lang.plan import Parameter
from policy.lang.ruleset import RuleSyntax, VariableSyntax, VersionSyntax

_STRING = re.compile(r"[rR]?(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|//[^\n]*")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_LOCAL = re.compile(r"\.\s*(?:exists|exists_one|all|filter|map)\s*\(\s*([A-Za-z_]\w*)\s*,")
_PARAMETER = re.compile(r"(?<![\w.])params\s*\.\s*([A-Za-z_]\w*)")


def names_in(text: str) -> set[str]:
    """Names that an expression reads from outside: no fields, no items of quantifiers."""
    bare = _STRING.sub('""', text)
    return set(_NAME.findall(bare)) - set(_LOCAL.findall(bare))


def parameters_in(text: str) -> set[str]:
    """Names of the parameters that an expression reads."""
    return set(_PARAMETER.findall(_STRING.sub('""', text)))


def in_order(
    variables: Sequence[VariableSyntax],
) -> tuple[tuple[VariableSyntax, ...], tuple[tuple[VariableSyntax, ...], ...]]:
    """Variables so that each stands behind those it names, and the rings for which no order exists.

    Variables of a ring, and those that need one, are left out of the first.
    """
    by_name = {variable.name.text: variable for variable in variables}
    needs = {
        name: sorted(names_in(variable.expression.text) & by_name.keys())
        for name, variable in by_name.items()
    }
    ordered: dict[str, VariableSyntax] = {}
    rings: list[tuple[VariableSyntax, ...]] = []
    bad: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            ring = path[path.index(name) :]
            bad.update(ring)
            rings.append(tuple(by_name[member] for member in ring))
        elif name not in ordered and name not in bad:
            for needed in needs[name]:
                visit(needed, (*path, name))
            if bad.isdisjoint(needs[name]) and name not in bad:
                ordered[name] = by_name[name]
            else:
                bad.add(name)

    for name in by_name:
        visit(name, ())
    return tuple(ordered.values()), tuple(rings)


def texts_of(rule: RuleSyntax) -> Iterator[str]:
    """All expressions of a rule."""
    yield from (node.text for node in (rule.when, rule.territories) if node)
    if rule.reason:
        yield from (hole.text for hole in rule.reason.holes)


def parameters_read(
    version: VersionSyntax, declared: Iterable[ParameterSyntax | Parameter]
) -> set[str]:
    """Names of the parameters that a version reads anywhere, and of those `declared` that
    accounting reads beside every version.
    """
    texts = [text for rule in version.rules for text in texts_of(rule)]
    texts += [variable.expression.text for variable in version.variables]
    named = {
        node.text for rule in version.rules for duty in rule.obligations for node in duty.parameters
    }
    beside = {each.name for each in declared if each.read_by == "accounting"}
    return named.union(beside, *map(parameters_in, texts))


def used_by(texts: Sequence[str], variables: Sequence[VariableSyntax]) -> set[str]:
    """Variables that the texts name, directly or through other variables."""
    by_name = {variable.name.text: variable for variable in variables}
    used: set[str] = set()
    waiting = [name for text in texts for name in names_in(text)]
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in used:
            used.add(name)
            waiting.extend(names_in(by_name[name].expression.text))
    return used
