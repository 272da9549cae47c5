"""Finds and reads the files of a tree of rulesets. Nothing is parsed here.

rulesets/
  facts.yaml  versions.lock
  labelling/  ruleset.yaml  parameters.yaml  draft.yaml  1.0.0.yaml  tests.yaml
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os.path import normpath
from pathlib import Path

from policy.lang.diagnostics import Diagnostic, did_you_mean, error, quoted
from policy.lang.loader import read_source
from policy.lang.source import Source

FACTS = "facts.yaml"
LOCK = "versions.lock"
ABOUT = "ruleset.yaml"
DRAFT = "draft"
HIGHEST = 3
"""Folders from a ruleset up to its facts: `rulesets/presets/example/labelling`."""

VERSION = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.(?:0|[1-9][0-9]{0,5})){2}")

_PLACES = {ABOUT: "about", "parameters.yaml": "parameters", "tests.yaml": "tests"}


def find_root(path: Path) -> Path | None:
    """The tree of rulesets that a folder is, or is one ruleset of; None for any other path.

    A tree of presets has its facts higher up: `presets/example` reads those beside `presets`.
    """
    if not path.is_dir():
        return None
    beside = next((folder for folder in (path, path.parent) if (folder / FACTS).is_file()), None)
    if beside is None and levels_to_facts(path) is not None:
        if (path / ABOUT).is_file():
            return path.parent
        return path if any((folder / ABOUT).is_file() for folder in _entries(path)) else None
    return beside


def levels_to_facts(root: Path) -> int | None:
    """How many folders above one the nearest `facts.yaml` lies: 0 in it; None for too far."""
    folders = [root, *root.resolve().parents[:HIGHEST]]
    return next((up for up, folder in enumerate(folders) if (folder / FACTS).is_file()), None)


def no_root(path: Path) -> str:
    """The line for an author whose path has no tree."""
    return f"error: {path.as_posix()} is no folder of rulesets: it has no {FACTS}\n"


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one ruleset; one that is not there is None. `versions` has `draft`, `1.0.0`.

    A file that cannot be read has a diagnostic in `diagnostics` and is not among the files; what
    can be shown of it is in `unreadable`.
    """

    key: str
    path: str
    about: Source | None = None
    parameters: Source | None = None
    tests: Source | None = None
    versions: Mapping[str, Source] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    unreadable: tuple[Source, ...] = ()

    @property
    def current(self) -> str:
        """The version that tests are about: the draft, else the newest; empty without any."""
        if DRAFT in self.versions:
            return DRAFT
        return max(self.versions, key=version_order, default="")

    def sources(self) -> Iterator[Source]:
        """All files that were read."""
        yield from filter(None, (self.about, self.parameters, self.tests))
        yield from self.versions.values()
        yield from self.unreadable


@dataclass(frozen=True, slots=True)
class Tree:
    """All rulesets with their fact schema and their lock."""

    path: str
    facts: Source | None
    lock: Source | None
    folders: tuple[Folder, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    unreadable: tuple[Source, ...] = ()

    def sources(self) -> dict[str, Source]:
        """All files that were read, by the path that messages print."""
        found = [source for folder in self.folders for source in folder.sources()]
        every = (*found, self.facts, self.lock, *self.unreadable)
        return {source.path: source for source in every if source}


def read_tree(root: Path, *, shown_as: str | None = None) -> Tree:
    """Read a folder of rulesets. What is missing or unreadable is told in the diagnostics."""
    shown = shown_as or root.as_posix()
    reader = _Reader()
    name = "../" * (levels_to_facts(root) or 0) + FACTS
    facts = reader.file(root / name, normpath(f"{shown}/{name}"), required=True)
    lock = reader.file(root / LOCK, f"{shown}/{LOCK}")
    folders = [read_folder(path, shown_as=f"{shown}/{path.name}") for path in _folders(root)]
    if not folders:
        help = "a ruleset is a folder with a `ruleset.yaml`"
        reader.found.append(error("missing-file", "there is no ruleset here", shown, help=help))
    return Tree(shown, facts, lock, tuple(folders), tuple(reader.found), tuple(reader.unreadable))


def read_folder(root: Path, *, shown_as: str | None = None) -> Folder:
    """Read the files of one ruleset."""
    shown = shown_as or root.as_posix()
    reader = _Reader()
    versions: dict[str, Source] = {}
    known: dict[str, Source] = {}
    for path in _entries(root):
        name = path.stem if path.suffix == ".yaml" else ""
        if path.name in _PLACES or name == DRAFT or VERSION.fullmatch(name):
            source = reader.file(path, f"{shown}/{path.name}")
            if source and path.name in _PLACES:
                known[_PLACES[path.name]] = source
            elif source:
                versions[name] = source
        elif path.suffix in (".yaml", ".yml"):
            reader.refuse(path.name, f"{shown}/{path.name}")
    if not (root / ABOUT).exists():
        help = "write `key`, `title`, `owner` and `why` into it"
        place = f"{shown}/{ABOUT}"
        reader.found.append(error("missing-file", "there is no such file", place, help=help))
    if not versions and not reader.found:
        help = "begin with a `draft.yaml`"
        reader.found.append(error("missing-file", "the ruleset has no version", shown, help=help))
    return Folder(
        key=root.name,
        path=shown,
        **known,
        versions=versions,
        diagnostics=tuple(reader.found),
        unreadable=tuple(reader.unreadable),
    )


def version_order(version: str) -> tuple[int, ...]:
    """Sorts published versions from old to new."""
    return tuple(int(part) for part in version.split("."))


def _folders(root: Path) -> Iterator[Path]:
    """Folders that hold rule files; others, such as presets, are no rulesets."""
    for path in _entries(root):
        if path.is_dir() and any(inner.suffix in (".yaml", ".yml") for inner in _entries(path)):
            yield path


def _entries(root: Path) -> list[Path]:
    """What a folder holds, sorted; nothing when it cannot be looked into."""
    try:
        return sorted(root.iterdir())
    except OSError:
        return []


class _Reader:
    """Reads files and keeps what was wrong with them."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self.unreadable: list[Source] = []

    def file(self, path: Path, shown: str, *, required: bool = False) -> Source | None:
        """A file's text; None when it is not there or cannot be read."""
        if not required and not path.exists():
            return None
        source, found = read_source(path, shown_as=shown)
        if not found:
            return source
        self.found.extend(found)
        self.unreadable.append(source)
        return None

    def refuse(self, name: str, shown: str) -> None:
        """A YAML file that no part of a ruleset is kept in: most likely a slip of the pen."""
        names = [*_PLACES, f"{DRAFT}.yaml"]
        help = did_you_mean(name, names) or "a version file is named `1.0.0.yaml`"
        message = f"no part of a ruleset is kept in {quoted(name)}"
        self.found.append(error("unknown-file", message, shown, help=help))
