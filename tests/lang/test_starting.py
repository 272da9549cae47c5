"""A new tree of rulesets from a preset: whole, the author's own, or not there at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from policy.lang.__main__ import main
from policy.lang.compiler import compile_tree
from policy.lang.folders import ABOUT, DRAFT, FACTS, LOCK, presets
from policy.lang.starting import SHIPPED, NotStarted, start
from tests.lang import trees
from tests.plugins.goldens import CheckGolden

PARAMETERS = """\
# The numbers.
parameters:
  detector_high:
    type: double
    doc: Score from which a finding counts.
    values:
      - {from: 2026-01-01, value: 0.9, reference: {title: House decision}}

  of_old:
    type: int
    doc: Read by what was published.
    values:
      - {from: 2026-01-01, value: 1, reference: {title: House decision}}

"""
STRICT = trees.DRAFT.replace("effect: review", "effect: withhold")
OTHER = {
    f"consent/{ABOUT}": trees.ABOUT.replace("labelling", "consent"),
    "consent/1.0.0.yaml": trees.DRAFT.replace("labelling", "consent"),
    "consent/1.10.0.yaml": STRICT.replace("labelling", "consent"),
    "consent/parameters.yaml": PARAMETERS,
}
PRESET = {
    f"presets/strict/labelling/{name}": text
    for name, text in [
        (ABOUT, trees.ABOUT),
        ("draft.yaml", STRICT),
        ("parameters.yaml", trees.PARAMETERS),
    ]
}


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A tree with two rulesets, of which the preset `strict` has another labelling."""
    return trees.write(tmp_path / "shipped", OTHER | PRESET)


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return main(arguments, out=out, err=err), out.getvalue(), err.getvalue()


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("service", [path.name for path in presets(SHIPPED)])
def test_every_preset_lays_out_a_right_tree(service: str, tmp_path: Path) -> None:
    started = start(service, tmp_path / "ours")
    tree = compile_tree(started.folder)
    assert tree.diagnostics == ()
    keys = {path.parent.name for path in SHIPPED.glob(f"*/{ABOUT}")}
    assert {ruleset.key for ruleset in tree.rulesets} == keys
    assert set(started.of_preset + started.as_shipped) == keys
    assert all(list(ruleset.plans) == [DRAFT] and ruleset.cases for ruleset in tree.rulesets)


def test_the_preset_stands_in_place_of_what_ships(shipped: Path, tmp_path: Path) -> None:
    started = start("strict", tmp_path / "ours", shipped=shipped)
    assert (started.of_preset, started.as_shipped) == (("labelling",), ("consent",))
    assert (started.folder / "labelling/draft.yaml").read_text() == STRICT
    assert files(started.folder) == {
        FACTS,
        *(f"labelling/{name}" for name in (ABOUT, "draft.yaml", "parameters.yaml")),
        *(f"consent/{name}" for name in (ABOUT, "draft.yaml", "parameters.yaml")),
    }


def test_the_newest_version_becomes_the_draft(shipped: Path, tmp_path: Path) -> None:
    root = start("strict", tmp_path / "ours", shipped=shipped).folder
    newest = (shipped / "consent/1.10.0.yaml").read_text()
    assert (root / "consent/draft.yaml").read_text() == newest
    assert not (root / LOCK).exists()


def test_what_only_published_versions_read_stays_behind(shipped: Path, tmp_path: Path) -> None:
    root = start("strict", tmp_path / "ours", shipped=shipped).folder
    kept, _, _ = PARAMETERS.partition("\n  of_old")
    assert (root / "consent/parameters.yaml").read_text() == kept


def test_a_file_of_parameters_that_nobody_reads_stays_behind(shipped: Path, tmp_path: Path) -> None:
    draft = trees.DRAFT.replace("params.detector_high", "0.5").replace("labelling", "consent")
    (shipped / "consent/draft.yaml").write_text(draft)
    root = start("strict", tmp_path / "ours", shipped=shipped).folder
    assert not (root / "consent/parameters.yaml").exists()


def test_what_accounting_reads_comes_along(shipped: Path, tmp_path: Path) -> None:
    read = PARAMETERS.replace("by what was published.\n", "elsewhere.\n    read_by: accounting\n")
    (shipped / "consent/parameters.yaml").write_text(read)
    root = start("strict", tmp_path / "ours", shipped=shipped).folder
    assert (root / "consent/parameters.yaml").read_text() == read.rstrip() + "\n"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    start("deezer", tmp_path / "ours")
    assert compile_tree(tmp_path / "ours").diagnostics == ()


def test_it_says_what_comes_next(
    tmp_path: Path, golden: CheckGolden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("start", "deezer", "ours")
    assert (code, err) == (0, "")
    golden("lang/started.txt", out)
    for command in ("check", "lock"):
        assert f"python -m policy.lang {command} ours\n" in out
        assert run(command, "ours")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("deezr", "ours"), "error: there is no preset `deezr`: did you mean `deezer`?\n"),
        (("deezer", "full"), "error: full is not empty: name a new folder\n"),
        (("deezer", "a.txt"), "error: a.txt is no folder\n"),
        (("deezer", "a.txt/ours"), "error: cannot write a.txt/ours: Not a directory\n"),
    ],
)
def test_what_cannot_be_started_is_told(
    arguments: tuple[str, str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    for name in ("full/note.txt", "a.txt"):
        (tmp_path / name).write_text("mine")
    assert run("start", *arguments) == (2, "", told)
    assert files(tmp_path) == {"full/note.txt", "a.txt"}


def test_what_ships_must_be_readable(shipped: Path, tmp_path: Path) -> None:
    (shipped / "consent/1.10.0.yaml").write_bytes(b"\xff")
    with pytest.raises(NotStarted, match=r"what ships has mistakes\n.*wrong-encoding"):
        start("strict", tmp_path / "ours", shipped=shipped)
    assert not (tmp_path / "ours").exists()


@pytest.mark.parametrize("was_there", [True, False])
def test_a_disk_that_fails_leaves_nothing_behind(
    was_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ours"
    if was_there:
        folder.mkdir()
    write = Path.write_text

    def failing(path: Path, text: str, **options: str) -> int:
        if path.name == "tests.yaml":
            raise OSError(28, "No space left on device", str(path))
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", failing)
    with pytest.raises(NotStarted, match=r"cannot write .*tests\.yaml: No space left on device"):
        start("deezer", folder)
    assert folder.exists() is was_there
    assert not files(tmp_path)
