"""Lays out a new tree of rulesets: those that ship, with a preset's in place of them.

What comes out is the author's own: facts, drafts and tests, without published versions and without
a lock. Parameters that no draft reads are left out; they are kept here for what was published.
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from policy.lang.diagnostics import did_you_mean, quoted, render_all
from policy.lang.folders import ABOUT, DRAFT, FACTS, Folder, Tree, presets, read_tree
from policy.lang.parameters import load_parameters
from policy.lang.ruleset import load_version
from policy.lang.source import Source
from policy.lang.variables import parameters_read

SHIPPED = Path(__file__).resolve().parents[2] / "rulesets"


class NotStarted(Exception):
    """No tree was laid out; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Started:
    """The new tree: the rulesets that are the preset's, and those that are as shipped."""

    folder: Path
    of_preset: tuple[str, ...]
    as_shipped: tuple[str, ...]


def start(service: str, folder: Path, *, shipped: Path = SHIPPED) -> Started:
    """Lay out a tree in a folder that is empty or not there yet.

    Raises NotStarted when there is no such preset, when the folder holds something, or when a file
    cannot be read or written; the folder is then as it was.
    """
    preset = _preset(service, shipped)
    base, own = _read(shipped), _read(preset)
    chosen = {each.key: each for each in (*base.folders, *own.folders)}
    files = {Path(FACTS): base.facts.text if base.facts else ""}
    for ruleset in chosen.values():
        files |= _files(ruleset)
    try:
        _refuse_unless_empty(folder)
        _write(files, folder)
    except OSError as failed:
        place = Path(failed.filename or folder).as_posix()
        raise NotStarted(f"cannot write {place}: {failed.strerror}") from None
    of_preset = {each.key for each in own.folders}
    return Started(folder, tuple(sorted(of_preset)), tuple(sorted(chosen.keys() - of_preset)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which preset, and where to."""
    known = ", ".join(path.name for path in presets(SHIPPED))
    parser.add_argument("service", help=f"the preset to start from: {known}")
    parser.add_argument("folder", type=Path, help="the new folder of rulesets; empty or not there")


def run(chosen: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """The command: lay out the tree and say what comes next. 0 done, 2 refused."""
    try:
        started = start(chosen.service, chosen.folder)
    except NotStarted as refused:
        err.write(f"error: {refused}\n")
        return 2
    out.write(told(started, chosen.service))
    return 0


def told(started: Started, service: str) -> str:
    """What was laid out, and the commands that come next."""
    place = started.folder.as_posix()
    return (
        f"wrote {place}: {FACTS} and {len(started.of_preset + started.as_shipped)} rulesets\n"
        f"  of the preset {service}: {', '.join(started.of_preset)}\n"
        f"  as shipped: {', '.join(started.as_shipped)}\n"
        "\nChange the drafts and their tests, and look at them:\n"
        f"  python -m policy.lang check {place}\n"
        f"  python -m policy.engines test {place}\n"
        "\nThen copy each draft.yaml to the version that it becomes, 1.0.0.yaml where none was\n"
        "published here before, and bring them into force:\n"
        f"  python -m policy.lang lock {place}\n"
        f"  python manage.py ruleset_publish {place}\n"
        f"  python manage.py bundle_build {place}\n"
        "  python manage.py bundle_activate\n"
    )


def _preset(service: str, shipped: Path) -> Path:
    known = {path.name: path for path in presets(shipped)}
    if service not in known:
        help = did_you_mean(service, known)
        raise NotStarted(f"there is no preset {quoted(service)}{f': {help}' if help else ''}")
    return known[service]


def _refuse_unless_empty(folder: Path) -> None:
    place = folder.as_posix()
    if folder.exists() and not folder.is_dir():
        raise NotStarted(f"{place} is no folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise NotStarted(f"{place} is not empty: name a new folder")


def _read(root: Path) -> Tree:
    """A tree of which every file can be read."""
    tree = read_tree(root)
    found = [*tree.diagnostics, *(each for folder in tree.folders for each in folder.diagnostics)]
    if found:
        raise NotStarted(f"what ships has mistakes\n{render_all(found, tree.sources())}".rstrip())
    return tree


def _files(ruleset: Folder) -> dict[Path, str]:
    """The files of a ruleset by their place in the new tree: its current version as the draft."""
    draft = ruleset.versions[ruleset.current]
    kept = _kept(ruleset.parameters, draft) if ruleset.parameters else ""
    found = {
        ABOUT: ruleset.about.text if ruleset.about else "",
        f"{DRAFT}.yaml": draft.text,
        "parameters.yaml": kept,
        "tests.yaml": ruleset.tests.text if ruleset.tests else "",
    }
    return {Path(ruleset.key, name): text for name, text in found.items() if text}


def _kept(source: Source, draft: Source) -> str:
    """The file of parameters with only those that the draft reads; empty when there are none.

    A parameter ends where the next one begins, so a comment goes with the one above it.
    """
    version, _ = load_version(draft)
    parameters, _ = load_parameters(source)
    read = parameters_read(version, parameters) if version else set()
    lines = source.text.splitlines(keepends=True)
    starts = [each.span.line - 1 for each in parameters]
    blocks = [
        "".join(lines[start:end])
        for each, start, end in zip(parameters, starts, [*starts[1:], len(lines)], strict=True)
        if each.name in read
    ]
    return "".join([*lines[: starts[0]], *blocks]).rstrip() + "\n" if blocks else ""


def _write(files: dict[Path, str], folder: Path) -> None:
    """Write all files into a folder that is empty; when one fails, none is left behind."""
    was_there = folder.exists()
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        if was_there:
            folder.mkdir(exist_ok=True)
        raise
