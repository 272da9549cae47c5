"""Rules for tests of what is shown of them: compiled from text, run over a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from policy.engines import rows
from policy.lang.compiler import compile_tree
from policy.lang.plan import Plan, RulePlan
from policy.lang.source import Source, Span
from policy.lang.tree import Node
from policy.selectors.flips import nodes_by_place
from tests import trees
from tests.engines.making import NOW, document

RULE = """\
  - id: {id}
    title: A rule
    when: |
{when}
    effect: review
    reason: It is so.
    references: [{{title: House decision}}]
"""

PARAMETERS = """\
parameters:
  high:
    type: double
    doc: A high score.
    values: [{from: 2025-01-01, value: 0.9, reference: {title: House decision}}]
  strict:
    type: bool
    doc: Whether the service is strict.
    values: [{from: 2025-01-01, value: true, reference: {title: House decision}}]
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """A ruleset of one rule, run: its text, its plan, and what the rule came to."""

    source: Source
    plan: Plan
    told: rows.Explained

    @property
    def rule(self) -> RulePlan:
        """The only rule."""
        return self.plan.rules[0]

    @property
    def nodes(self) -> dict[Span, Node]:
        """The parts of its trees by their place."""
        trees_ = [self.rule.when, *(variable.tree for variable in self.plan.variables)]
        return nodes_by_place(trees_)


def run(
    root: Path, when: str, facts: Mapping[str, Any], *, variables: Mapping[str, str] | None = None
) -> Ran:
    """Compile a ruleset with one rule and run it over a document with these facts."""
    indented = "\n".join(f"      {line}" for line in when.strip().splitlines())
    text = trees.version_text("trial", RULE.format(id="trial-rule", when=indented))
    if variables:
        lines = [f"  {name}: |\n    {text}" for name, text in variables.items()]
        text = text.replace("rules:\n", "variables:\n" + "\n".join(lines) + "\nrules:\n")
    trees.write_ruleset(root, "trial", {"1.0.0": text}, parameters=PARAMETERS)
    compiled = compile_tree(trees.lock(root))
    (ruleset,) = compiled.rulesets
    errors = [found for found in compiled.diagnostics if found.severity == "error"]
    assert not errors, errors
    assert compiled.schema is not None
    plan = ruleset.plans["1.0.0"]
    program = rows.load([plan], compiled.schema, "track")
    numbers = program.parameters({"trial": rows.in_force(ruleset.parameters, NOW.date())})
    found = program.rulesets[0].trace(
        program.view(document(**facts)), numbers["trial"], rows.instant(NOW)
    )
    template = msgspec.json.decode(
        msgspec.json.encode(program.rulesets[0].template), type=rows.Template
    )
    values = msgspec.json.decode(msgspec.json.encode(found.values))
    path = next(path for path in compiled.sources if path.endswith("trial/1.0.0.yaml"))
    source = compiled.sources[path]
    return Ran(source, plan, rows.explain(template, values, 0, source))
