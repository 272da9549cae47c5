"""A bundle's rules, ready to run over one subject's documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from policy.engines.rows import fast, traced
from policy.engines.rows.access import Access, DictAccess, StructAccess
from policy.engines.rows.analysis import flat
from policy.engines.rows.careful import Careful
from policy.engines.rows.documents import DictDocument, Document, Documents
from policy.engines.rows.facts import Records
from policy.engines.rows.frames import Frame
from policy.engines.rows.judging import Judging
from policy.engines.rows.poison import EvaluationError, Unknown, Unset
from policy.engines.rows.reasons import Reason
from policy.engines.rows.shared import Shared, Unsupported
from policy.engines.rows.steps import Steps
from policy.engines.rows.template import Template
from policy.engines.rows.times import parse_duration, parse_timestamp
from policy.engines.rows.uses import Uses
from policy.engines.rows.values import Duration, Timestamp
from policy.lang.plan import Parameter, Plan, trees
from policy.lang.schema import FactSchema
from policy.lang.tree import Fact, Node, Param, Variable

ParameterInput = bool | int | float | str | Sequence[str]


class Evaluation(msgspec.Struct, frozen=True, gc=False):
    """What one ruleset says of one subject: indexes into the plan's rules, in their order.

    `indeterminate` holds the rules that have no answer, each with the reason in words.
    """

    matched: tuple[int, ...]
    indeterminate: tuple[tuple[int, str], ...] = ()


class Traced(msgspec.Struct, frozen=True, gc=False):
    """An evaluation with what it saw: values for `explain`, by the ruleset's template."""

    evaluation: Evaluation
    values: tuple[Any, ...]


class Parameters:
    """One ruleset's numbers at one day, typed and in the order that its functions expect."""

    __slots__ = ("by_name", "complete", "values")

    def __init__(self, by_name: dict[str, Any]) -> None:
        self.by_name = by_name
        self.complete = not any(isinstance(value, Unknown) for value in by_name.values())
        self.values = tuple(
            form for value in by_name.values() for form in (value, _other_form(value))
        )


class RulesetProgram:
    """One ruleset. `plan` is what it was made from; indexes of rules are the plan's.

    The function that decides is generated at once, the others and the careful closures when they
    are first needed. Where a generated function raises, the careful evaluation decides: errors are
    values there.
    """

    def __init__(self, plan: Plan, records: Records) -> None:
        self.plan = plan
        self._records = records
        self._types = _parameter_types(plan)
        self._open = _rules_with_computed_territories(plan)
        self._decide = self._generated("evaluate", StructAccess())

    @property
    def name(self) -> str:
        """The ruleset's key."""
        return self.plan.ruleset

    def in_force(self, day: date) -> bool:
        """Whether the ruleset applies to subjects of that day."""
        return self.plan.in_force(day)

    def evaluate(self, document: Document, parameters: Parameters, now: Timestamp) -> Evaluation:
        """Which rules match and which have no answer, at the instant `now` (see `instant`)."""
        if not document.unknown:
            try:
                if type(document) is DictDocument:
                    matched = self._decide_dict(document.facts, parameters.values, now)
                else:
                    matched = self._decide(document, parameters.values, now)
            except Exception:
                pass  # whatever it was, the careful evaluation decides
            else:
                found = Evaluation(tuple(matched))
                return self._located(found, document, parameters, now) if self._open else found
        return self._carefully(document, parameters, now).evaluation

    def trace(self, document: Document, parameters: Parameters, now: Timestamp) -> Traced:
        """The same with the values that every condition saw."""
        document = _struct(document)
        if parameters.complete and not document.unknown:
            try:
                matched, values = self._trace(document, parameters.values, now)
            except Exception:
                pass  # as in evaluate
            else:
                found = Evaluation(tuple(matched))
                return Traced(self._located(found, document, parameters, now), values)
        return self._carefully(document, parameters, now)

    def _carefully(self, document: Document, parameters: Parameters, now: Timestamp) -> Traced:
        document = _struct(document)
        matched, failed, values = self._judging.run(Frame(document, parameters.by_name, now))
        found = Evaluation(tuple(matched), tuple(failed))
        return Traced(self._located(found, document, parameters, now), values)

    @cached_property
    def template(self) -> Template:
        """How to read this ruleset's traces; stored once per version."""
        return self._steps.template()

    def reason(self, index: int, document: Document, parameters: Parameters, now: Timestamp) -> str:
        """The sentence of a rule, with `(unknown)` where it names a value that is not there."""
        return self._reasons[index].render(Frame(_struct(document), parameters.by_name, now))

    def territories(
        self, index: int, document: Document, parameters: Parameters, now: Timestamp
    ) -> tuple[str, ...] | None:
        """Where a matched rule applies; None for everywhere.

        A rule whose territories have no value is indeterminate in `evaluate`, so that this holds
        for every rule that matched. Raises EvaluationError for others.
        """
        closure = self._territories.get(index)
        if closure is None:
            return None
        return tuple(closure(Frame(_struct(document), parameters.by_name, now)))

    def parameters(self, values: Mapping[str, ParameterInput]) -> Parameters:
        """The ruleset's numbers as typed constants; one that is missing is unknown to its rules."""
        return Parameters({name: _typed(name, kind, values) for name, kind in self._types.items()})

    def _located(
        self, found: Evaluation, document: Document, parameters: Parameters, now: Timestamp
    ) -> Evaluation:
        """Move matched rules whose territories have no value to the indeterminate ones."""
        lost: dict[int, str] = {}
        for index in self._open.intersection(found.matched):
            try:
                self.territories(index, document, parameters, now)
            except EvaluationError as error:
                lost[index] = str(error)
        if not lost:
            return found
        kept = tuple(index for index in found.matched if index not in lost)
        return Evaluation(kept, tuple(sorted((*found.indeterminate, *lost.items()))))

    def _generated(self, function: str, access: Access) -> Callable[..., Any]:
        """A generated function, or one that always raises when the trees do not allow one."""
        places = {name: 2 * index for index, name in enumerate(self._types)}
        shared = Shared(self._records, places, access)
        label = f"{self.plan.ruleset} {self.plan.version} {function}"
        try:
            if function == "evaluate":
                text = fast.source(self.plan, shared)
            else:
                text = traced.source(self.plan, self._steps, shared)
            fast.run(text, label, shared.names.names)
        except (Unsupported, SyntaxError, RecursionError, MemoryError):
            return _impossible
        made: Callable[..., Any] = shared.names.names[function]
        return made

    @cached_property
    def _decide_dict(self) -> Callable[..., Any]:
        return self._generated("evaluate", DictAccess())

    @cached_property
    def _trace(self) -> Callable[..., Any]:
        return self._generated("trace", StructAccess())

    @cached_property
    def _steps(self) -> Steps:
        return Steps(self.plan)

    @cached_property
    def _careful(self) -> Careful:
        return Careful({variable.name: variable.tree for variable in self.plan.variables})

    @cached_property
    def _judging(self) -> Judging:
        return Judging(self._steps, self._careful)

    @cached_property
    def _reasons(self) -> tuple[Reason, ...]:
        return tuple(Reason(rule.reason, self._careful) for rule in self.plan.rules)

    @cached_property
    def _territories(self) -> dict[int, Callable[[Frame], list[str]]]:
        return {
            index: self._careful.closure(rule.territories)
            for index, rule in enumerate(self.plan.rules)
            if rule.territories is not None
        }


def _impossible(*_: Any) -> Any:
    """Stands for a function whose text Python refuses or whose types are known too late."""
    raise Unsupported


def _struct(document: Document) -> Document:
    return document.struct() if type(document) is DictDocument else document


def _rules_with_computed_territories(plan: Plan) -> frozenset[int]:
    """Rules whose territories could fail."""
    return frozenset(
        index
        for index, rule in enumerate(plan.rules)
        if rule.territories is not None and _reads(rule.territories)
    )


class Program:
    """All rulesets of a bundle for one subject, over documents of one shape.

    `decode` reads a fact document from JSON text; it raises DocumentError for what is none. `view`
    takes a dict shaped like the JSON text, which must stay as it is while the document is used; its
    shape is only checked, with the same error, when something in it does not fit the rules.
    `fields` are by record the names that rules read; documents may lack all others.
    """

    def __init__(self, plans: Sequence[Plan], schema: FactSchema, subject: str) -> None:
        uses = Uses(schema, subject)
        for plan in plans:
            uses.add(trees(plan))
        self._documents = Documents(schema, subject, uses)
        records = Records(schema, subject, self._documents.absent)
        self.subject = subject
        self.fields = {record: frozenset(names) for record, names in uses.fields.items()}
        self.decode: Callable[[bytes | str], Document] = self._documents.decode
        self.view: Callable[[Mapping[str, Any]], Document] = self._documents.view
        self.rulesets = tuple(RulesetProgram(plan, records) for plan in plans)

    def parameters(
        self, values: Mapping[str, Mapping[str, ParameterInput]]
    ) -> dict[str, Parameters]:
        """Typed constants for each ruleset, from `ParameterValue.value` by name."""
        return {
            ruleset.name: ruleset.parameters(values.get(ruleset.name, {}))
            for ruleset in self.rulesets
        }


def load(plans: Sequence[Plan], schema: FactSchema, subject: str) -> Program:
    """Prepare the plans of one subject. Raises ValueError when they do not fit the schema."""
    return Program(plans, schema, subject)


def in_force(parameters: Sequence[Parameter], day: date) -> dict[str, ParameterInput]:
    """The values of a ruleset's parameters on a day, without those that have none yet."""
    held = {parameter.name: parameter.at(day) for parameter in parameters}
    return {name: value.value for name, value in held.items() if value is not None}


def _parameter_types(plan: Plan) -> dict[str, str]:
    found = {node.name: node.type for node in flat(trees(plan)) if isinstance(node, Param)}
    return dict(sorted(found.items()))


def _typed(name: str, kind: str, values: Mapping[str, ParameterInput]) -> Any:
    value: Any = values.get(name)
    match kind:
        case _ if value is None:
            return Unset(f"params.{name}")
        case "timestamp":
            return parse_timestamp(value)
        case "duration":
            return parse_duration(value)
        case "double":
            return float(value)
        case _ if kind.startswith("list("):
            return list(value)
        case _:
            return value


def _other_form(value: Any) -> Any:
    """A list as a set to look up in, a time as the integer that a trace keeps."""
    match value:
        case list():
            return frozenset(value)
        case Timestamp() | Duration():
            return int(value)
        case _:
            return value


def _reads(tree: Node) -> bool:
    return any(isinstance(node, Fact | Param | Variable) for node in flat([tree]))
