"""Plans and documents for the tests of the engines, made from CEL text over the shipped facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policy.engines import rows
from policy.lang.expressions import Environment, Placed
from policy.lang.plan import Plan, ReasonPlan, RulePlan, VariablePlan, decode_plan, encode
from policy.lang.schema import FactSchema
from policy.lang.schema_file import load_schema
from policy.lang.source import Source
from policy.lang.tree import Node

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
FACTS = Path(__file__).parents[2] / "rulesets" / "facts.yaml"


def schema() -> FactSchema:
    """The shipped fact schema."""
    found, diagnostics = load_schema(Source.read(FACTS))
    assert found is not None, diagnostics
    return found


def tree(environment: Environment, text: str) -> Node:
    """The tree of a text that is right."""
    found, diagnostics = environment.compile(Placed.alone(text))
    assert found is not None, "\n".join(map(str, diagnostics))
    return found


def plan(
    conditions: Sequence[str],
    *,
    parameters: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    territories: Mapping[int, str] | None = None,
    reason: str = "",
) -> Plan:
    """A plan with a rule for each condition, once through its stored form."""
    environment = Environment(schema(), "track", parameters or {}, {})
    made: list[VariablePlan] = []
    for name, text in (variables or {}).items():
        node = tree(environment, text)
        made.append(VariablePlan(name=name, tree=node, span=node.span))
        environment = environment.with_variable(name, node.type, node)
    rules = tuple(
        _rule(environment, index, text, (territories or {}).get(index), reason)
        for index, text in enumerate(conditions)
    )
    whole = Plan(
        language=1,
        ruleset="trial",
        version="1.0.0",
        subject="track",
        variables=tuple(made),
        rules=rules,
    )
    return decode_plan(encode(whole))


def _rule(
    environment: Environment, index: int, text: str, territories: str | None, reason: str
) -> RulePlan:
    when = tree(environment, text)
    holes = (tree(environment, reason),) if reason else ()
    return RulePlan(
        id=f"rule-{index}",
        title=text,
        when=when,
        effect="review",
        reason=ReasonPlan(texts=("It is ", ".") if reason else ("",), holes=holes, span=when.span),
        territories=tree(environment, territories) if territories else None,
        span=when.span,
        when_span=when.span,
    )


def rule_plan(*conditions: Node, variables: tuple[VariablePlan, ...] = ()) -> Plan:
    """A plan with a rule for each condition."""
    rules = tuple(
        RulePlan(
            id=f"rule-{index}",
            title="",
            when=when,
            effect="review",
            reason=ReasonPlan(texts=("",), holes=(), span=when.span),
            span=when.span,
            when_span=when.span,
        )
        for index, when in enumerate(conditions)
    )
    return Plan(
        language=1,
        ruleset="trial",
        version="1.0.0",
        subject="track",
        variables=variables,
        rules=rules,
    )


def loaded(plan: Plan) -> rows.Program:
    """A program of one plan."""
    return rows.load([plan], schema(), "track")


def document(**track: Any) -> dict[str, Any]:
    """A complete fact document with the given facts in place of the usual ones."""
    usual: dict[str, Any] = {
        "title": "Blue Hour",
        "title_key": "blue hour",
        "display_artist": "Mara",
        "isrc_well_formed": True,
        "first_delivered_at": "2026-08-30T10:00:00Z",
        "last_delivered_at": "2026-09-01T10:00:00Z",
        "deliveries": 2,
        "ai": {
            "declared": "none",
            "release_declared": "none",
            "release_fold": "none",
            "contributors_all": 0,
            "contributors_partly": 0,
            "special_contributors": 0,
            "human_contributors": 2,
        },
        "contributors": [
            {"role": "Composer", "facet": "composition", "ai": "none", "special": "no"},
            {
                "name": "Mara",
                "role": "LeadVocalist",
                "facet": "vocals",
                "ai": "partly",
                "special": "no",
            },
        ],
        "deliverer": {
            "name": "Distributor",
            "tracks_last_day": 3,
            "tracks_last_week": 9,
            "ai_tracks_last_week": 1,
            "days_active": 400,
        },
        "parties": [],
        "shares": [
            {
                "layer": "master",
                "territory": "Worldwide",
                "basis_points": 10_000,
                "holders": 1,
                "unknown": 0,
            }
        ],
        "consents": [],
        "relations": [],
        "detections": [],
        "duplicates": {
            "same_isrc": 0,
            "same_isrc_other_title": 0,
            "same_isrc_other_artist": 0,
            "same_isrc_other_deliverer": 0,
            "same_title_artist": 0,
            "same_title_artist_duration": 0,
        },
    }
    return {"track": {**usual, **track}}
