"""One version of a ruleset: from its syntax to a Plan, with every mistake in its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.lang.diagnostics import Diagnostic, did_you_mean, error, has_errors, quoted
from policy.lang.doubts import constant_conditions, uncovered
from policy.lang.expressions import Environment, Placed
from policy.lang.literals import check_numbers
from policy.lang.nodes import TextNode
from policy.lang.parameters import ParameterSyntax
from policy.lang.plan import ObligationPlan, Plan, ReasonPlan, RulePlan, VariablePlan
from policy.lang.presence import check_presence
from policy.lang.reasons import ReasonSyntax
from policy.lang.ruleset import ObligationSyntax, RuleSyntax, VariableSyntax, VersionSyntax
from policy.lang.schema import FactSchema
from policy.lang.source import Span
from policy.lang.territories import CODES, written_codes
from policy.lang.tree import Literal, Node, Param
from policy.lang.unused import unused_variables
from policy.lang.variables import in_order, names_in
from policy.lang.words import LANGUAGE, PRINTABLE

_FIRST = Literal(type="bool", span=Span(0, 0, 0, 0), value=True)
"""The condition that holds when nothing has been asked yet."""


class VersionCompiler:
    """Compiles one version; `found` has what is wrong with it.

    `parameters` is None when their file cannot be read: what reads them is then not looked at.
    """

    def __init__(
        self,
        syntax: VersionSyntax,
        key: str,
        parameters: Sequence[ParameterSyntax] | None,
        schema: FactSchema,
    ) -> None:
        self.found: list[Diagnostic] = []
        self._syntax = syntax
        self._key = key
        self._schema = schema
        self._path = syntax.source.path
        self._parameters = {parameter.name: parameter for parameter in parameters or ()}
        self._variables: dict[str, Node] = {}
        self._broken = {"params"} if parameters is None else set()
        """Names that cannot be understood; expressions with them are left alone, not blamed."""

    def plan(self, version: str, source_digest: str) -> Plan | None:
        """The plan; None when an error was found here or the syntax has a hole."""
        self._check_key()
        environment = self._environment()
        if environment is None:
            return None
        environment, variables = self._compile_variables(environment)
        rules = [self._rule(rule, environment) for rule in self._syntax.rules]
        ready = [rule for rule in rules if rule]
        self.found += uncovered(self._syntax, self._parameters, variables, ready)
        self.found += unused_variables(self._syntax)
        self.found += constant_conditions(self._syntax, ready)
        if has_errors(self.found) or len(ready) < len(rules):
            return None
        return Plan(
            language=LANGUAGE,
            ruleset=self._key,
            version=version,
            subject=environment.subject,
            combine=self._syntax.combine,
            effective_from=self._syntax.effective_from,
            effective_until=self._syntax.effective_until,
            variables=variables,
            rules=tuple(ready),
            source_digest=source_digest,
        )

    # Header

    def _check_key(self) -> None:
        written = self._syntax.ruleset
        if written and written.text != self._key:
            message = f"the file belongs to {quoted(self._key)}, not to {quoted(written.text)}"
            self._error("wrong-ruleset", message, written.span, f"write `ruleset: {self._key}`")

    def _environment(self) -> Environment | None:
        subject = self._syntax.subject
        if subject is None:
            return None
        if subject.text not in self._schema.subjects:
            help = did_you_mean(subject.text, self._schema.subjects)
            message = f"there are no facts about {quoted(subject.text)}"
            self._error("unknown-subject", message, subject.span, help)
            return None
        types = {name: parameter.type for name, parameter in self._parameters.items()}
        return Environment(self._schema, subject.text, types)

    # Variables

    def _compile_variables(
        self, environment: Environment
    ) -> tuple[Environment, tuple[VariablePlan, ...]]:
        ordered, rings = in_order(self._syntax.variables)
        for ring in rings:
            self._refuse_ring(ring)
        names = {variable.name.text for variable in self._syntax.variables}
        self._broken |= names - self._schema.subjects.keys()
        plans = []
        for variable in ordered:
            name = variable.name.text
            if name in self._schema.subjects:
                message = f"{quoted(name)} is the name of a subject"
                self._error("bad-name", message, variable.name.span, "choose another name")
                continue
            tree = self._expression(variable.expression, environment)
            if tree is None:
                continue
            environment = environment.with_variable(name, tree.type, tree)
            self._variables[name] = tree
            self._broken.discard(name)
            span = variable.expression.span
            plans.append(VariablePlan(name=name, tree=tree, span=span))
        return environment, tuple(plans)

    def _refuse_ring(self, ring: tuple[VariableSyntax, ...]) -> None:
        names = [quoted(variable.name.text) for variable in (*ring, ring[0])]
        message = f"a variable needs itself: {' needs '.join(names)}"
        help = "write out one of them, or leave it out"
        self._error("variable-cycle", message, ring[0].name.span, help)

    # Rules

    def _rule(self, rule: RuleSyntax, environment: Environment) -> RulePlan | None:
        """The rule; None when a part of it is missing or wrong. All parts are looked at anyway."""
        when = self._condition(rule, environment)
        territories = self._territories(rule, environment, when)
        reason = self._reason(rule.reason, environment, when)
        obligations = tuple(self._obligation(duty) for duty in rule.obligations)
        if not (rule.id and rule.when and when and rule.effect and reason):
            return None
        return RulePlan(
            id=rule.id.text,
            title=rule.title,
            when=when,
            effect=rule.effect,
            reason=reason,
            on_error=rule.on_error,
            territories=territories,
            obligations=obligations,
            references=rule.references,
            dsa=rule.dsa,
            span=rule.span,
            when_span=rule.when.span,
        )

    def _condition(self, rule: RuleSyntax, environment: Environment) -> Node | None:
        when = self._expression(rule.when, environment)
        if when is None or when.type == "bool":
            return when
        message = f"`when` must be true or false, this is {_a(when.type)}"
        self._error("not-a-condition", message, when.span, "compare it with something")
        return None

    def _territories(
        self, rule: RuleSyntax, environment: Environment, when: Node | None
    ) -> Node | None:
        tree = self._expression(rule.territories, environment, after=when)
        if tree is None:
            return None
        if tree.type != "list(string)":
            message = f"`territories` must be a list of codes, this is {_a(tree.type)}"
            self._error("not-territories", message, tree.span, 'write it such as `["DE", "FR"]`')
        for node in written_codes(tree):
            for code in self._codes(node):
                if code not in CODES:
                    help = 'use ISO 3166-1 codes of two letters, or "Worldwide"'
                    message = f"unknown territory {quoted(str(code))}"
                    self._error("unknown-territory", message, node.span, help)
        return tree

    def _codes(self, node: Literal | Param) -> Iterator[object]:
        """What is written there; of a parameter all that its dated values hold."""
        if isinstance(node, Literal):
            yield node.value
            return
        for line in self._parameters[node.name].lines:
            yield from line.value.value if isinstance(line.value.value, tuple) else ()

    def _reason(
        self, reason: ReasonSyntax | None, environment: Environment, when: Node | None
    ) -> ReasonPlan | None:
        if reason is None:
            return None
        holes = []
        for hole in reason.holes:
            placed = Placed(hole.text, self._path, reason.node.placer(hole.start))
            tree = self._compile(placed, environment, after=when)
            if tree and tree.type not in PRINTABLE:
                message = f"a reason cannot show {_a(tree.type)}"
                help = "name one of its fields, or count it with `size(...)`"
                self._error("not-printable", message, tree.span, help)
            holes.append(tree)
        ready = tuple(tree for tree in holes if tree)
        if len(ready) < len(holes):
            return None
        return ReasonPlan(texts=reason.texts, holes=ready, span=reason.node.span)

    def _obligation(self, duty: ObligationSyntax) -> ObligationPlan:
        for name in duty.parameters:
            parameter = self._parameters.get(name.text)
            if parameter is None and "params" not in self._broken:
                message = f"unknown parameter {quoted(name.text)}"
                help = did_you_mean(name.text, self._parameters)
                self._error("unknown-parameter", message, name.span, help)
            elif parameter and parameter.type not in ("int", "double"):
                message = f"the parameter {quoted(name.text)} is {_a(parameter.type)}, not a number"
                self._error("wrong-type", message, name.span)
        return ObligationPlan(
            do=duty.do, of=duty.of, within=duty.within, details=duty.details, span=duty.span
        )

    # Expressions

    def _expression(
        self, node: TextNode | None, environment: Environment, after: Node | None = _FIRST
    ) -> Node | None:
        if node is None:
            return None
        return self._compile(Placed(node.text, self._path, node.place), environment, after)

    def _compile(self, placed: Placed, environment: Environment, after: Node | None) -> Node | None:
        """The typed tree of an expression; None when it has an error or names something broken.

        `after` is the condition that holds when it is read. While that is None, because it has a
        mistake itself, nobody can say which facts are there.
        """
        if not self._broken.isdisjoint(names_in(placed.text)):
            return None
        tree, found = environment.compile(placed)
        if tree is not None:
            found = (*found, *check_numbers(tree, self._path))
        if tree is not None and after is not None:
            schema, variables, path = self._schema, self._variables, self._path
            absent = check_presence(tree, schema, variables=variables, given=after, path=path)
            found = (*found, *absent)
        self.found.extend(found)
        return tree

    def _error(self, code: str, message: str, span: Span, help: str = "") -> None:
        self.found.append(error(code, message, self._path, span, help=help))


_WORDS = {
    "bool": "a truth value",
    "int": "a number",
    "double": "a number",
    "string": "a text",
}


def _a(type_name: str) -> str:
    """A type in the words of messages."""
    if type_name.startswith("list("):
        return f"a list, {quoted(type_name)}"
    return _WORDS.get(type_name, f"a value of type {quoted(type_name)}")
