"""Which grammar a file has, by its name."""

from __future__ import annotations

from typing import Literal as OneOf
from typing import TypeAlias, get_args

from policy.lang.folders import DRAFT, FACTS, VERSION
from policy.lang.grammar import others, version
from policy.lang.grammar.forms import Keys

Kind: TypeAlias = OneOf["version", "ruleset", "parameters", "tests", "facts"]
KINDS: tuple[Kind, ...] = get_args(Kind)

GRAMMARS: dict[Kind, Keys] = {
    "version": version.VERSION,
    "ruleset": version.ABOUT,
    "parameters": others.PARAMETERS,
    "tests": others.TESTS,
    "facts": others.FACTS,
}
_NAMES: dict[str, Kind] = {
    "ruleset.yaml": "ruleset",
    "parameters.yaml": "parameters",
    "tests.yaml": "tests",
    f"{DRAFT}.yaml": "version",
    FACTS: "facts",
}


def kind_of(name: str) -> Kind | None:
    """The kind of a file; None when its name is none of a ruleset's."""
    return "version" if is_published(name) else _NAMES.get(name)


def is_published(name: str) -> bool:
    """Whether a file of that name is a published version, which nobody changes."""
    return name.endswith(".yaml") and VERSION.fullmatch(name.removesuffix(".yaml")) is not None
