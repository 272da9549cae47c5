"""The engines that ours is measured against, each in its fastest way of taking forty rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import datalogic_py
import zen
from cel_expr_python import cel

from tests.benchmarks.catalogue import NOW, Catalogue
from tests.benchmarks.measuring import Worker
from tests.benchmarks.translating import Cel, JsonLogic, Zen

Documents = list[dict[str, Any]]


def _flags(result: Any) -> list[int]:
    return [index for index, fired in enumerate(result) if fired]


def rows_json(name: str, catalogue: Catalogue, texts: list[bytes]) -> Worker:
    """Ours, from JSON text."""
    program = catalogue.program()
    ruleset, decode = program.rulesets[0], program.decode
    numbers = ruleset.parameters(catalogue.parameters)
    evaluate = ruleset.evaluate
    return Worker(
        name,
        texts,
        lambda raw: evaluate(decode(raw), numbers, NOW),
        lambda found: list(found.matched),
    )


def rows_dict(name: str, catalogue: Catalogue, documents: Documents) -> Worker:
    """Ours, from dicts."""
    program = catalogue.program()
    ruleset, view = program.rulesets[0], program.view
    numbers = ruleset.parameters(catalogue.parameters)
    evaluate = ruleset.evaluate
    return Worker(
        name,
        documents,
        lambda document: evaluate(view(document), numbers, NOW),
        lambda found: list(found.matched),
    )


def rows_decoded(name: str, catalogue: Catalogue, texts: list[bytes]) -> Worker:
    """Ours, from documents that are decoded already."""
    program = catalogue.program()
    ruleset = program.rulesets[0]
    numbers = ruleset.parameters(catalogue.parameters)
    evaluate = ruleset.evaluate
    return Worker(
        name,
        [program.decode(raw) for raw in texts],
        lambda document: evaluate(document, numbers, NOW),
        lambda found: list(found.matched),
    )


def rows_trace(name: str, catalogue: Catalogue, texts: list[bytes]) -> Worker:
    """Ours, from JSON text, with the full trace."""
    program = catalogue.program()
    ruleset, decode = program.rulesets[0], program.decode
    numbers = ruleset.parameters(catalogue.parameters)
    trace = ruleset.trace
    return Worker(
        name,
        texts,
        lambda raw: trace(decode(raw), numbers, NOW),
        lambda found: list(found.evaluation.matched),
    )


def decode_only(name: str, catalogue: Catalogue, texts: list[bytes]) -> Worker:
    """Our decoding alone."""
    return Worker(name, texts, catalogue.program().decode, lambda _: [])


def hand_written(name: str, run: Callable[[Any], list[int]], documents: Documents) -> Worker:
    """A Python function."""
    return Worker(name, documents, run, list)


def datalogic(name: str, catalogue: Catalogue, texts: list[str]) -> Worker:
    """datalogic-py, JSON text, one array of rules, a session."""
    speak = JsonLogic(catalogue.parameters)
    engine = datalogic_py.Engine()
    rule = engine.compile([speak.rule(each.when) for each in catalogue.plan.rules])
    session = engine.session()
    return Worker(name, texts, lambda text: session.evaluate(rule, text), _flags)


def zen_list(name: str, catalogue: Catalogue, inputs: list[Any]) -> Worker:
    """zen-engine, one list expression."""
    speak = Zen(catalogue.parameters)
    text = f"[{', '.join(speak.text(each.when) for each in catalogue.plan.rules)}]"
    expression = zen.compile_expression(text)
    return Worker(name, inputs, expression.evaluate, _flags)


def cel_list(name: str, catalogue: Catalogue, documents: Documents) -> Worker:
    """cel-expr-python, one list expression."""
    speak = Cel(catalogue.parameters)
    text = f"[{', '.join(speak.text(each.when) for each in catalogue.plan.rules)}]"
    environment = cel.NewEnv(variables={"track": cel.Type.Map(cel.Type.STRING, cel.Type.DYN)})
    expression = environment.compile(text)

    def run(document: dict[str, Any]) -> Any:
        return expression.eval(data=document).plain_value()

    return Worker(name, documents, run, _flags)
