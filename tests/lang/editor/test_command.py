"""`python -m policy.lang schema`: the shipped schemas are up to date, and others can be made."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

from policy.lang.__main__ import main
from tests.lang import trees

RULESETS = Path(__file__).parents[3] / "rulesets"


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    code = main(["schema", *arguments], out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def test_the_shipped_schemas_are_up_to_date() -> None:
    assert run(str(RULESETS), "--check") == (0, "", "")


def test_schemas_are_written_beside_the_facts_and_noticed_when_they_are_old(tmp_path: Path) -> None:
    trees.write(tmp_path, trees.GOOD)
    place = tmp_path.as_posix()
    code, out, _ = run(place, "--check")
    assert (code, out.count("is out of date")) == (1, 5)
    assert f"write with: python -m policy.lang schema {place}" in out
    assert run(place)[1].count("wrote ") == 5
    assert run(f"{place}/labelling", "--check") == (0, "", "")
    facts = tmp_path / "facts.yaml"
    facts.write_text(facts.read_text().replace("seconds:", "minutes:"))
    assert run(place, "--check")[1].startswith(f"{place}/.schema/tests.json is out of date\n")


def test_one_kind_is_printed(tmp_path: Path) -> None:
    trees.write(tmp_path, trees.GOOD)
    code, out, _ = run(str(tmp_path), "--kind", "ruleset")
    assert code == 0
    assert json.loads(out)["required"] == ["key", "title", "owner", "why"]
    assert not (tmp_path / ".schema").exists()


def test_mistakes_of_the_facts_are_told(tmp_path: Path) -> None:
    facts = trees.FACTS.replace("type: double", "type: dubble")
    trees.write(tmp_path, {**trees.GOOD, "facts.yaml": facts})
    code, out, err = run(str(tmp_path))
    assert (code, out) == (1, "")
    assert "unknown type `dubble`" in err


def test_another_folder_is_refused(tmp_path: Path) -> None:
    code, _, err = run(str(tmp_path))
    assert code == 2
    assert "is no folder of rulesets" in err


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    trees.write(tmp_path, trees.GOOD)
    (tmp_path / ".schema/version.json").mkdir(parents=True)
    code, _, err = run(str(tmp_path))
    assert code == 1
    assert err == f"error: {tmp_path.as_posix()}/.schema/version.json: is a directory\n"
