"""Each mutator of expressions makes exactly what it says, as CEL itself would read it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from policy.engines import rows
from policy.engines.mutation.expressions import EXPRESSIONS, changes
from policy.engines.mutation.sites import Site
from policy.lang.expressions import Environment, Placed
from policy.lang.source import Source, Span
from policy.lang.tree import Node, children, with_children
from tests.engines.making import NOW, document, rule_plan, schema, tree
from tests.properties.conditions import conditions
from tests.properties.drawn_facts import PARAMETERS

_SCHEMA = schema()
_ENVIRONMENT = Environment(_SCHEMA, "track", {**PARAMETERS, "limit": "int"}, {})
_NOWHERE = Span(0, 0, 0, 0)


def bare(node: Node) -> Node:
    """The tree without places."""
    parts = [bare(part) for part in children(node)]
    return replace(with_children(node, parts), span=_NOWHERE)


def site(text: str) -> Site:
    """A text by itself, in a file of its own."""
    return Site.of(tree(_ENVIRONMENT, text), Source("rule", text), _SCHEMA, {})


def mutated(text: str, mutator: str) -> list[Node]:
    """The trees that a mutator makes of a text, without places."""
    return [bare(change.node) for name, change in changes(site(text)) if name == mutator]


CASES = [
    (
        "comparison",
        "track.deliveries < 3",
        ["track.deliveries <= 3", "track.deliveries != 3"],
    ),
    ("comparison", "track.deliveries <= 3", ["track.deliveries < 3", "track.deliveries == 3"]),
    ("comparison", "track.deliveries > 3", ["track.deliveries >= 3", "track.deliveries != 3"]),
    ("comparison", "track.deliveries >= 3", ["track.deliveries > 3", "track.deliveries == 3"]),
    (
        "comparison",
        "track.deliveries == 3",
        ["track.deliveries != 3", "track.deliveries <= 3", "track.deliveries >= 3"],
    ),
    ("comparison", 'track.title != "x"', ['track.title == "x"']),
    (
        "comparison",
        "now < track.first_delivered_at",
        ["now <= track.first_delivered_at", "now != track.first_delivered_at"],
    ),
    ("comparison", "track.deliveries > 0", ["track.deliveries >= 0"]),
    ("comparison", "0 < track.deliveries", ["0 <= track.deliveries"]),
    ("comparison", "track.deliveries == 0", ["track.deliveries != 0", "track.deliveries >= 0"]),
    (
        "junction",
        "track.isrc_well_formed && track.deliveries > 1 && track.deliveries < 9",
        [
            "track.isrc_well_formed || track.deliveries > 1 && track.deliveries < 9",
            "track.isrc_well_formed && track.deliveries > 1 || track.deliveries < 9",
        ],
    ),
    (
        "junction",
        "track.isrc_well_formed || track.deliveries > 1 || track.deliveries < 9",
        [
            "track.isrc_well_formed && track.deliveries > 1 || track.deliveries < 9",
            "track.isrc_well_formed || track.deliveries > 1 && track.deliveries < 9",
        ],
    ),
    (
        "junction",
        "(track.isrc_well_formed || now > now) && track.deliveries > 1",
        [
            "track.isrc_well_formed || now > now || track.deliveries > 1",
            "track.isrc_well_formed && now > now && track.deliveries > 1",
        ],
    ),
    (
        "dropped",
        "track.isrc_well_formed && track.deliveries > 1",
        ["track.deliveries > 1", "track.isrc_well_formed"],
    ),
    ("negation", "!track.isrc_well_formed", ["track.isrc_well_formed"]),
    ("negation", "track.deliveries == 3", []),
    (
        "negation",
        "track.deliveries > 3 && track.isrc_well_formed",
        [
            "!(track.deliveries > 3 && track.isrc_well_formed)",
            "!(track.deliveries > 3) && track.isrc_well_formed",
            "track.deliveries > 3 && !track.isrc_well_formed",
        ],
    ),
    ("negation", "true", ["false"]),
    (
        "quantifier",
        'track.contributors.exists(c, c.role == "Mixer")',
        ['track.contributors.all(c, c.role == "Mixer")'],
    ),
    (
        "quantifier",
        'size(track.contributors.filter(c, c.role == "Mixer")) > 1',
        ["size(track.contributors) > 1"],
    ),
    (
        "quantifier",
        'track.contributors.exists_one(c, c.role == "Mixer")',
        ['track.contributors.exists(c, c.role == "Mixer")'],
    ),
    ("presence", "has(track.isrc)", ["true", "false"]),
    (
        "choice",
        "track.isrc_well_formed ? track.deliveries > 1 : track.deliveries > 2",
        ["track.deliveries > 1", "track.deliveries > 2"],
    ),
    ("arithmetic", "track.deliveries + 1 > 2", ["track.deliveries - 1 > 2"]),
    ("arithmetic", "track.deliveries * 2 > 2", ["track.deliveries / 2 > 2"]),
    ("arithmetic", "track.deliveries % 2 > 1", ["track.deliveries * 2 > 1"]),
    ("arithmetic", 'now + duration("1h") > now', ['now - duration("1h") > now']),
    ("arithmetic", 'track.title + "x" == "x"', []),
    ("number", "track.deliveries > 3", ["track.deliveries > 2", "track.deliveries > 4"]),
    (
        "time",
        'now > timestamp("2026-08-02T00:00:00Z")',
        ['now > timestamp("2026-08-01T00:00:00Z")', 'now > timestamp("2026-08-03T00:00:00Z")'],
    ),
    (
        "time",
        'now > timestamp("2026-08-02T00:00:01Z")',
        ['now > timestamp("2026-08-02T00:00:00Z")', 'now > timestamp("2026-08-02T00:00:02Z")'],
    ),
    (
        "time",
        'now - now > duration("90s")',
        ['now - now > duration("89s")', 'now - now > duration("91s")'],
    ),
    (
        "word",
        'track.ai.declared == "partly"',
        ['track.ai.declared == "all"', 'track.ai.declared == "none"'],
    ),
    (
        "word",
        'track.contributors.exists(c, c.ai == "all")',
        [
            'track.contributors.exists(c, c.ai == "undeclared")',
            'track.contributors.exists(c, c.ai == "partly")',
        ],
    ),
    ("text", 'track.title.contains("live")', ['track.title.contains("livex")']),
    ("text", 'track.ai.declared == "partly"', []),
    ("text", 'now > timestamp("2026-08-02T00:00:00Z")', []),
    (
        "member",
        'track.title in ["a", "b"]',
        ['track.title in ["b"]', 'track.title in ["a"]'],
    ),
]


@pytest.mark.parametrize(("mutator", "text", "expected"), CASES)
def test_a_mutator_makes_what_it_says(mutator: str, text: str, expected: list[str]) -> None:
    assert mutated(text, mutator) == [bare(tree(_ENVIRONMENT, other)) for other in expected]


def test_every_mutator_is_tried() -> None:
    assert {mutator for mutator, _, expected in CASES if expected} == set(EXPRESSIONS)


@pytest.mark.parametrize(
    ("text", "mutator", "places"),
    [
        ("track.deliveries\n  >= 3", "comparison", [">=", ">="]),
        ("(track.deliveries) > (3)", "comparison", [">", ">"]),
        ("track.isrc_well_formed\n  && now > now && now < now", "junction", ["&&", "&&"]),
        ("track.contributors.exists(c, c.ai != c.ai)", "quantifier", ["exists"]),
        ("track.deliveries > 30", "number", ["30", "30"]),
        ('track.title in ["a", "b"]', "member", ['"a"', '"b"']),
        ('now > timestamp("2026-08-02T00:00:01Z")', "time", ['"2026-08-02T00:00:01Z"'] * 2),
    ],
)
def test_a_change_is_shown_where_it_was_made(text: str, mutator: str, places: list[str]) -> None:
    source = Source("rule", text)
    found = [change for name, change in changes(site(text)) if name == mutator]
    assert [source.cut(change.span) for change in found] == places


def test_a_change_says_what_became_of_what() -> None:
    told = {name: change.words for name, change in changes(site("!(track.deliveries  > 3)"))}
    assert told == {
        "comparison": "`>` became `!=`",
        "negation": "left out `!`",
        "number": "`3` became `4`",
    }


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=conditions(_SCHEMA))
def test_mutants_of_any_condition_are_conditions(text: str) -> None:
    """The engine runs each, and CEL gives each part the type that it is said to have."""
    found, _ = _ENVIRONMENT.compile(Placed.alone(text))
    assert found is not None
    every = Site.of(found, Source("rule", text), _SCHEMA, {})
    made = [change.node for _, change in changes(every)][:15]
    assert all(node.type == "bool" for node in made)
    plan = rule_plan(found, *made)
    program = rows.load([plan], _SCHEMA, "track")
    ruleset = program.rulesets[0]
    numbers, now = ruleset.parameters({}), rows.instant(NOW)
    given = {**document(), "unknown": ["track.nothing"]}
    told = ruleset.evaluate(program.view(given), numbers, now)
    assert not [text for _, text in told.indeterminate if "no such overload" in text]
