"""What differs, in words: each edit of one draft and what is told of it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from policy.lang.__main__ import main
from tests.lang import trees
from tests.lang.differences.edits import BEFORE, EDITS, PARAMETERS, VALUES, Edits
from tests.plugins.goldens import CheckGolden


def edited(edits: Edits, text: str = BEFORE) -> str:
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def diff(*arguments: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return main(["diff", *map(str, arguments)], out=out, err=err), out.getvalue(), err.getvalue()


def two_trees(
    root: Path, draft: str = BEFORE, parameters: str = trees.PARAMETERS, before: str = BEFORE
) -> tuple[Path, Path]:
    left = trees.write(
        root / "left", {"labelling/draft.yaml": before, "labelling/tests.yaml": None}
    )
    files = {"draft.yaml": draft, "parameters.yaml": parameters, "tests.yaml": None}
    right = trees.write(root / "right", {f"labelling/{name}": text for name, text in files.items()})
    return left, right


@pytest.mark.parametrize("name", sorted(EDITS))
def test_an_edit_is_told(name: str, tmp_path: Path, golden: CheckGolden) -> None:
    code, out, err = diff(*two_trees(tmp_path, edited(EDITS[name])))
    assert err == ""
    assert code == (0 if out.endswith("\n\nno difference in meaning\n") else 1)
    golden(f"lang/differences/{name}.txt", out)


SAME = ("a_layout", "an_item_is_renamed", "a_variable_is_written_out")


@pytest.mark.parametrize("name", SAME)
def test_the_same_in_other_words_is_no_difference(name: str, tmp_path: Path) -> None:
    code, out, _ = diff(*two_trees(tmp_path, edited(EDITS[name])))
    assert (code, out.endswith("\n\nno difference in meaning\n")) == (0, True)


TABLE = edited([("{from: 2026-08-02}\n", "{from: 2026-08-02}\ncombine: first_match\n")])


def test_an_order_matters_in_a_table_only(tmp_path: Path, golden: CheckGolden) -> None:
    at, live = BEFORE.index("  - id: label-ai"), BEFORE.index("  - id: live")
    moved = BEFORE[:at] + BEFORE[live:] + "\n" + BEFORE[at:live]
    assert diff(*two_trees(tmp_path / "rules", moved))[0] == 0
    table = moved.replace("{from: 2026-08-02}\n", "{from: 2026-08-02}\ncombine: first_match\n")
    code, out, _ = diff(*two_trees(tmp_path / "table", table, before=TABLE))
    assert code == 1
    golden("lang/differences/an_order.txt", out)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_values_of_parameters_are_told(name: str, tmp_path: Path, golden: CheckGolden) -> None:
    changed = trees.PARAMETERS.replace(VALUES, PARAMETERS[name])
    code, out, _ = diff(*two_trees(tmp_path, parameters=changed))
    assert code == 1
    golden(f"lang/differences/parameters_{name}.txt", out)


def test_a_value_that_only_accounting_reads_is_told(tmp_path: Path, golden: CheckGolden) -> None:
    fee = (
        "  fee:\n    type: int\n    doc: Part that is kept.\n    read_by: accounting\n    values:\n"
        "      - {from: 2026-01-01, value: 1000, reference: {title: House decision}}\n"
    )
    left, right = two_trees(tmp_path, parameters=trees.PARAMETERS + fee.replace("1000", "900"))
    (left / "labelling/parameters.yaml").write_text(trees.PARAMETERS + fee)
    code, out, _ = diff(left, right)
    assert code == 1
    golden("lang/differences/parameters_of_accounting.txt", out)


def test_versions_are_found_by_name_by_file_and_by_folder(tmp_path: Path) -> None:
    root = trees.write(tmp_path, {"labelling/1.2.3.yaml": trees.DRAFT})
    assert main(["lock", str(root)], out=io.StringIO(), err=io.StringIO()) == 0
    draft = trees.DRAFT.replace("AI is shown", "AI is named")
    (root / "labelling" / "draft.yaml").write_text(draft)
    named = diff("labelling@1.2.3", "labelling@draft", "--in", root)
    assert named == diff(root / "labelling" / "1.2.3.yaml", root / "labelling" / "draft.yaml")
    assert named == diff("labelling@1.2.3", root / "labelling", "--in", root)
    assert named[1].startswith("labelling: 1.2.3 -> draft\n\n~ rule label-ai; other words\n")
    assert named[1].endswith("suggests a patch version (1.2.4): only words differ\n")


def test_a_value_that_is_new_since_publishing_is_told(tmp_path: Path) -> None:
    root = trees.write(tmp_path, {"labelling/1.0.0.yaml": trees.DRAFT})
    main(["lock", str(root)], out=io.StringIO(), err=io.StringIO())
    line = "      - {from: 2026-12-01, value: 0.8, reference: {title: Review}}\n"
    (root / "labelling" / "parameters.yaml").write_text(trees.PARAMETERS + line)
    code, out, _ = diff("labelling@1.0.0", "labelling@draft", "--in", root)
    assert code == 1
    assert "from 2026-12-01: 0.85 -> 0.8\n" in out
    assert "stricter: declared-none-but-detected\nneeds no new version" in out


def test_a_ruleset_that_is_new_or_gone_is_told(tmp_path: Path, golden: CheckGolden) -> None:
    left, right = two_trees(tmp_path)
    for name in ("consent", "spam"):
        about = trees.ABOUT.replace("labelling", name)
        draft = BEFORE.replace("ruleset: labelling", f"ruleset: {name}")
        files: dict[str, str | bytes | None] = {
            f"{name}/ruleset.yaml": about,
            f"{name}/draft.yaml": draft,
        }
        files |= {f"{name}/parameters.yaml": trees.PARAMETERS, "labelling/tests.yaml": None}
        trees.write(left if name == "spam" else right, {**files, "labelling/draft.yaml": BEFORE})
    golden("lang/differences/whole_trees.txt", diff(left, right)[1])


def test_programs_read_json(tmp_path: Path) -> None:
    code, out, _ = diff("--json", *two_trees(tmp_path, edited(EDITS["a_conjunct_is_dropped"])))
    assert code == 1
    ((rule,),) = [each["rules"] for each in json.loads(out)]
    assert (rule["id"], rule["weight"]) == ("declared-none-but-detected", "stricter")
    assert rule["changes"] == [
        {
            "what": "conjunct",
            "before": 'track.ai.declared == "none"',
            "after": "",
            "weight": "stricter",
            "about": "",
            "reach": "more",
        }
    ]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("labelling@draft", "labelling@9.9.9", "`labelling` has no version `9.9.9`, but `draft`"),
        ("labelling@draft", "consent@draft", "has no ruleset `consent`, but `labelling`"),
        ("labelling@draft", "nowhere", "nowhere is no folder of rulesets"),
    ],
)
def test_what_is_not_there_is_wrong_usage(
    before: str, after: str, words: str, tmp_path: Path
) -> None:
    trees.write(tmp_path, {})
    code, out, err = diff(before, after, "--in", tmp_path)
    assert (code, out) == (2, "")
    assert words in err


def test_two_rulesets_cannot_be_compared(tmp_path: Path) -> None:
    left, right = two_trees(tmp_path)
    other = {
        "consent/ruleset.yaml": trees.ABOUT.replace("labelling", "consent"),
        "labelling/tests.yaml": None,
    }
    trees.write(right, {**other, "consent/draft.yaml": BEFORE.replace("labelling", "consent"),
                        "consent/parameters.yaml": trees.PARAMETERS})  # fmt: skip
    code, _, err = diff(left / "labelling", right / "consent")
    assert (code, err) == (2, "error: `labelling` and `consent` have no ruleset in common\n")


def test_mistakes_are_told(tmp_path: Path) -> None:
    left, right = two_trees(tmp_path, edited([("effect: review", "effect: reveiw")]))
    code, out, err = diff(left, right)
    assert (code, out) == (2, "")
    assert "error[unknown-word]: `effect` cannot be `reveiw`" in err
