"""`python -m policy.lang reference`: REFERENCE.md is up to date, and others can be made."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from policy.lang.__main__ import main
from policy.lang.reference.tables import parts
from tests.lang import trees

REFERENCE = Path(__file__).parents[3] / "rulesets" / "REFERENCE.md"


def run(*arguments: object) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    code = main(["reference", *map(str, arguments)], out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def test_the_shipped_reference_is_up_to_date() -> None:
    code, out, err = run(REFERENCE, "--check")
    assert (code, err) == (0, ""), out


def test_the_shipped_reference_has_every_part_once() -> None:
    marked = re.findall("^<!-- generated: (.+) -->$", REFERENCE.read_text(), re.MULTILINE)
    assert sorted(marked) == sorted(parts(trees.schema()))


def page(folder: Path, text: str) -> Path:
    trees.write(folder, trees.GOOD)
    path = folder / "REFERENCE.md"
    path.write_text(text)
    return path


def test_facts_are_told_record_by_record(tmp_path: Path) -> None:
    path = page(tmp_path, "# Facts\n\n<!-- generated: facts -->\n<!-- end -->\n")
    assert run(path, "--check")[0] == 1
    assert run(path) == (0, f"wrote {path.as_posix()}\n", "")
    assert run(path, "--check")[0] == 0
    text = path.read_text()
    assert "**Ai**: Use of AI.\n\n| fact | type | meaning |\n| --- | --- | --- |\n" in text
    assert "| `declared` | `all` `partly` `none` `undeclared` | As declared. |\n" in text
    assert "| `score` | `double`, optional | Score of a detector. |\n" in text


def test_words_have_rows_and_keys_say_whether_they_must_be_there(tmp_path: Path) -> None:
    marks = [f"<!-- generated: {name} -->\n<!-- end -->" for name in ("duties", "keys of expect")]
    path = page(tmp_path, "\n".join((*marks, "<!-- generated: keys of a rule -->\n<!-- end -->\n")))
    run(path)
    text = path.read_text()
    assert "| `notify` | tell the party of the finding | |\n" in text
    assert "| `accrue` | set compensation aside at a rate | `layer` (required), `rate` (req" in text
    assert "| key of `expect` | meaning |\n| --- | --- |\n" in text
    assert "| `id` | required | small letters" in text
    assert "| `dsa` | | how it" in text


def test_mistakes_are_told_and_nothing_is_written(tmp_path: Path) -> None:
    path = page(tmp_path, "<!-- end -->\n")
    assert run(path) == (1, "", f"error: {path.as_posix()}: line 1: it closes nothing\n")
    assert path.read_text() == "<!-- end -->\n"
    missing = tmp_path / "X.md"
    said = f"error: {missing.as_posix()}: no such file or directory\n"
    assert run(missing) == (2, "", said)
    missing.write_bytes(b"\xff")
    assert run(missing)[2] == f"error: {missing.as_posix()}: it is not UTF-8\n"
    (tmp_path / "facts.yaml").write_text("facts: 1\n")
    code, _, err = run(path)
    assert code == 1
    assert "missing-key" in err
