"""Nothing that authors meet goes undocumented: codes, words, functions. Examples are true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import policy.engines.lints
import policy.lang
from policy.lang import vocabulary, words
from policy.lang.expressions import Environment, Placed
from policy.lang.plan import EFFECTS
from policy.lang.presence import check_presence
from policy.lang.schema_file import load_schema
from policy.lang.source import Source
from tests.lang import trees

RULESETS = Path(__file__).parents[2] / "rulesets"
REFERENCE = (RULESETS / "REFERENCE.md").read_text()
LANGUAGE = Path(policy.lang.__path__[0])
LINTS = Path(policy.engines.lints.__path__[0])

_KEBAB = re.compile(r"[a-z]+(-[a-z]+)+")
_GIVING = {"error", "warning", "warn", "_error", "_warn", "_refuse", "Advice", "_slip"}


def emitted() -> set[str]:
    """Every code in the source of the language and its lints: kebab-case words, and first words of
    messages."""
    found: set[str] = set()
    for path in (*LANGUAGE.glob("*.py"), *LINTS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Constant(value=str() as value) if _KEBAB.fullmatch(value):
                    found.add(value)
                case ast.Call(func=function, args=arguments):
                    if getattr(function, "id", getattr(function, "attr", "")) in _GIVING:
                        found.update(_code(arguments[:2]))
    return found


def _code(arguments: list[ast.expr]) -> list[str]:
    """The first text among the arguments, when it is one word; a message has several."""
    texts = [
        node.value
        for node in arguments
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [text for text in texts[:1] if re.fullmatch("[a-z]+", text)]


def sections() -> dict[str, str]:
    """The text under each code's heading."""
    parts = re.split(r"^#### `([a-z-]+)`\n", REFERENCE, flags=re.MULTILINE)
    return {code: re.split(r"^### ", text, flags=re.MULTILINE)[0] for code, text in _pairs(parts)}


def _pairs(parts: list[str]) -> list[tuple[str, str]]:
    return list(zip(parts[1::2], parts[2::2], strict=True))


SECTIONS = sections()


def test_every_code_has_a_heading_and_every_heading_a_code() -> None:
    assert set(SECTIONS) == emitted()


@pytest.mark.parametrize("code", sorted(SECTIONS))
def test_every_code_says_what_to_avoid_what_to_prefer_and_why(code: str) -> None:
    summary, *rest = re.split(r"^- \*\*(\w+)\*\* ", SECTIONS[code].strip(), flags=re.MULTILINE)
    assert summary.strip().endswith(".")
    assert rest[::2] == ["Avoid", "Prefer", "Why"]
    assert all(text.strip() for text in rest[1::2])


def examples() -> list[tuple[str, str, str]]:
    """Code, expression to avoid, expression to prefer."""
    _, _, rest = REFERENCE.partition("### In conditions\n")
    conditions, _, _ = rest.partition("\n### ")
    found = re.findall(
        r"#### `([a-z-]+)`\n.*?\*\*Avoid\*\* `([^`]+)`\n- \*\*Prefer\*\* `([^`]+)`",
        conditions,
        re.S,
    )
    return [(code, avoid, prefer) for code, avoid, prefer in found if not code.startswith("expr")]


def codes_of(expression: str) -> list[str]:
    source = Source.read(RULESETS / "facts.yaml")
    schema, _ = load_schema(source)
    assert schema is not None
    environment = Environment(schema, "track", {"limit": "int"}, {})
    tree, found = environment.compile(Placed.alone(expression))
    if tree is not None:
        found = (*found, *check_presence(tree, schema, variables={}, path="x"))
    return [each.code for each in found]


@pytest.mark.parametrize(("code", "avoid", "prefer"), examples(), ids=lambda text: text[:20])
def test_examples_of_conditions_are_true(code: str, avoid: str, prefer: str) -> None:
    assert code in codes_of(avoid)
    assert codes_of(prefer) == []


def test_there_are_examples_of_conditions() -> None:
    assert len(examples()) >= 13


@pytest.mark.parametrize(
    "known",
    [
        EFFECTS,
        words.ON_ERROR,
        words.COMBINE,
        words.DUTIES,
        words.PARTIES,
        words.LAYERS,
        words.USES,
        words.NOTICES,
        words.GROUNDS,
        words.CATEGORIES,
        words.VISIBILITIES,
        words.PRINTABLE,
    ],
)
def test_every_word_is_in_the_reference(known: tuple[str, ...]) -> None:
    assert [word for word in known if f"`{word}`" not in REFERENCE] == []


def test_every_duty_is_explained_as_in_the_source() -> None:
    for do, duty in words.DUTIES.items():
        row = re.search(rf"^\| `{do}` \| (.*?) \|(.*) ?\|$", REFERENCE, re.MULTILINE)
        assert row is not None, do
        assert row[1] == duty.doc
        for name in duty.details:
            assert name == "note" or f"`{name}`" in row[2]


def test_every_party_is_explained_as_in_the_source() -> None:
    for party, doc in words.PARTIES.items():
        assert f"| `{party}` | {doc} |" in REFERENCE


def test_every_function_is_in_the_reference() -> None:
    _, _, functions = REFERENCE.partition("\n## Functions\n")
    functions, _, _ = functions.partition("\n## ")
    for name in vocabulary.CALLS:
        assert re.search(rf"[.`]{name}\(", functions), name


def test_the_examples_of_whole_files_compile(tmp_path: Path) -> None:
    version, parameters, tests = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.S)
    files = {
        "facts.yaml": (RULESETS / "facts.yaml").read_text(),
        "labelling/draft.yaml": version,
        "labelling/parameters.yaml": parameters,
        "labelling/tests.yaml": tests,
    }
    assert trees.told(tmp_path, {**files}).count("error[") == 0
