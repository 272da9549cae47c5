"""A fact schema with every kind of field, for tests of expressions."""

from policy.lang.expressions import Environment, Placed
from policy.lang.schema import FactSchema
from policy.lang.schema_file import load_schema
from policy.lang.source import Source
from policy.lang.tree import Node

_TEXT = """\
facts: 1
subjects: {track: Track}
records:
  Track:
    doc: A recording.
    fields:
      title: {type: string, doc: Title.}
      isrc: {type: string, optional: true, doc: Code.}
      seconds: {type: int, optional: true, doc: Playing time.}
      deliveries: {type: int, doc: How often it came in.}
      score: {type: double, doc: Loudness.}
      explicit: {type: bool, doc: Declared explicit.}
      at: {type: timestamp, doc: When it came in.}
      released: {type: timestamp, optional: true, doc: When it came out.}
      gap: {type: duration, doc: Time since the last one.}
      genres: {type: list(string), doc: Genres.}
      counts: {type: list(int), doc: Plays per day.}
      moods: {type: list(enum), values: [calm, wild], doc: Moods.}
      ai: {type: Ai, doc: Use of AI.}
      release: {type: Release, optional: true, doc: Where it came out.}
      contributors: {type: list(Contributor), doc: Who made it.}
  Ai:
    doc: Use of AI.
    fields:
      declared: {type: enum, values: [all, partly, none], doc: Declared.}
      detected: {type: enum, optional: true, values: [all, none], doc: Detected.}
      score: {type: double, optional: true, doc: Score.}
  Release:
    doc: An album.
    fields:
      title: {type: string, doc: Title.}
      icpn: {type: string, optional: true, doc: Code.}
      label: {type: Label, optional: true, doc: Record label.}
  Label:
    doc: A record label.
    fields:
      name: {type: string, doc: Name.}
      code: {type: string, optional: true, doc: Code.}
  Contributor:
    doc: A person.
    fields:
      name: {type: string, optional: true, doc: Name.}
      facet: {type: enum, values: [vocals, lyrics], doc: Part of the music.}
      born: {type: int, doc: Year of birth.}
"""


def _load() -> FactSchema:
    schema, found = load_schema(Source("facts.yaml", _TEXT))
    assert schema is not None, found
    return schema


SCHEMA = _load()
PARAMETERS = {"limit": "double", "most": "int", "codes": "list(string)", "day": "timestamp"}
ENVIRONMENT = Environment(SCHEMA, "track", PARAMETERS)


def compiled(text: str, environment: Environment = ENVIRONMENT) -> Node:
    """The tree of a text that has no mistake."""
    tree, found = environment.compile(Placed.alone(text))
    assert tree is not None, found
    assert not found, found
    return tree


def with_variables(**texts: str) -> tuple[Environment, dict[str, Node]]:
    """An environment with variables, and their trees."""
    environment, trees = ENVIRONMENT, {}
    for name, text in texts.items():
        trees[name] = tree = compiled(text, environment)
        environment = environment.with_variable(name, tree.type, tree)
    return environment, trees
