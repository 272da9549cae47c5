"""The row engine: one subject at a time, one generated function per ruleset.

    program = rows.load(plans, schema, "track")          # keep it, by bundle digest
    numbers = program.parameters({"labelling": {...}})   # keep them, by bundle and day
    now = rows.instant(moment)

    document = program.decode(raw)                       # or program.view(dict)
    for ruleset in program.rulesets:
        evaluation = ruleset.evaluate(document, numbers[ruleset.name], now)
        traced = ruleset.trace(document, numbers[ruleset.name], now)
        sentence = ruleset.reason(evaluation.matched[0], document, numbers[ruleset.name], now)

A decision keeps `msgspec.json.encode(traced.values)`, its ruleset version
`msgspec.json.encode(ruleset.template)`; `explain(template, values, rule, source)` makes of both
what a page shows, without the engine.

A document is the fact document of the schema, with one addition: its top-level list `unknown`
names facts (`track.ai.detector`) or whole records and lists (`track.duplicates`) that could not be
learnt. A rule that depends on one is indeterminate; a rule that is settled without it is not.
"""

from policy.engines.rows.documents import Document, DocumentError
from policy.engines.rows.poison import EvaluationError
from policy.engines.rows.program import (
    Evaluation,
    Parameters,
    Program,
    RulesetProgram,
    Traced,
    in_force,
    load,
)
from policy.engines.rows.reasons import words
from policy.engines.rows.single import Said, SingleRule, Situation, single_rules
from policy.engines.rows.template import (
    Condition,
    Explained,
    Seen,
    SeenAt,
    Template,
    explain,
)
from policy.engines.rows.times import instant
from policy.engines.rows.values import Timestamp

__all__ = [
    "Condition",
    "Document",
    "DocumentError",
    "Evaluation",
    "EvaluationError",
    "Explained",
    "Parameters",
    "Program",
    "RulesetProgram",
    "Said",
    "Seen",
    "SeenAt",
    "SingleRule",
    "Situation",
    "Template",
    "Timestamp",
    "Traced",
    "explain",
    "in_force",
    "instant",
    "load",
    "single_rules",
    "words",
]
