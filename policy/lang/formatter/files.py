"""Which files are formatted, whether they may be, and writing all of them or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policy.lang.compiler import CompiledTree, compile_tree
from policy.lang.diagnostics import Diagnostic, error, has_errors
from policy.lang.folders import FACTS
from policy.lang.formatter.text import NotFormatted, formatted
from policy.lang.grammar.files import Kind, is_published, kind_of
from policy.lang.loader import load, read_source
from policy.lang.parameters import load_parameters
from policy.lang.ruleset import load_about, load_version
from policy.lang.schema_file import load_schema
from policy.lang.source import Source


class NoRuleFiles(Exception):
    """A path that has nothing to format; the message says so."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file's text as it is and as it should be."""

    path: Path
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether the file has another layout."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Formatting:
    """All files of a run. Those with mistakes are only in `diagnostics`."""

    files: tuple[Formatted, ...]
    published: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The rule files that the paths are or hold, each once.

    Published versions are left out of folders; one that is named itself is kept, so that its
    author learns why it stays as it is. Raises NoRuleFiles.
    """
    return list(dict.fromkeys(file for path in paths for file in _files_of(path)))


def _files_of(path: Path) -> Iterator[Path]:
    if path.is_dir():
        inner = [each for each in sorted(path.rglob("*.yaml")) if kind_of(each.name)]
        if not inner:
            raise NoRuleFiles(f"{path.as_posix()} holds no rule files")
        yield from (each for each in inner if not is_published(each.name))
    elif not path.exists():
        raise NoRuleFiles(f"there is no {path.as_posix()}")
    elif kind_of(path.name) is None:
        raise NoRuleFiles(f"no part of a ruleset is kept in {path.as_posix()}")
    else:
        yield path


def format_files(files: Sequence[Path]) -> Formatting:
    """Format files without writing anything; see `write_files`."""
    compiled = cache(compile_tree)
    done: list[Formatted] = []
    found: list[Diagnostic] = []
    sources: dict[str, Source] = {}
    for path in files:
        kind = kind_of(path.name)
        if kind is None or is_published(path.name):
            continue
        source, refused = read_source(path)
        sources[source.path] = source
        mistakes = refused or _mistakes(path, source, kind, compiled)
        if not has_errors(mistakes):
            mistakes = _formatted(path, source, kind, done)
        found.extend(each for each in mistakes if each.severity == "error")
    published = tuple(path for path in files if is_published(path.name))
    return Formatting(tuple(done), published, tuple(found), sources)


def _formatted(
    path: Path, source: Source, kind: Kind, done: list[Formatted]
) -> tuple[Diagnostic, ...]:
    try:
        done.append(Formatted(path, source.text, formatted(source, kind)))
    except NotFormatted as reason:
        return (error("not-formatted", f"the file stays as it is: {reason}", source.path),)
    return ()


def _mistakes(
    path: Path, source: Source, kind: Kind, compiled: Callable[[Path], CompiledTree]
) -> tuple[Diagnostic, ...]:
    """What is wrong with a file: in its tree, or by its shape where it lies in no tree."""
    for root in (path.parent, path.parent.parent):
        if (root / FACTS).is_file():
            tree = compiled(root)
            if source.path in tree.sources:
                return tuple(each for each in tree.diagnostics if each.path == source.path)
    match kind:
        case "version":
            return load_version(source)[1]
        case "ruleset":
            return load_about(source)[1]
        case "parameters":
            return load_parameters(source)[1]
        case "facts":
            return load_schema(source)[1]
        case "tests":
            return load(source)[1]


def write_files(files: Iterable[Formatted]) -> None:
    """Write all changed files, or none: each is written beside its place first.

    Raises OSError with the file that could not be written.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for file in files:
            if file.changed:
                staged.append((_beside(file), file.path))
        for beside, path in staged:
            beside.replace(path)
    finally:
        for beside, _ in staged:
            beside.unlink(missing_ok=True)


def _beside(file: Formatted) -> Path:
    """A new file with the new text and the old permissions."""
    if not os.access(file.path, os.W_OK):
        raise PermissionError(13, "it cannot be written", str(file.path))
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="\n", dir=file.path.parent, prefix=".fmt-", delete=False
    ) as beside:
        beside.write(file.after)
    Path(beside.name).chmod(file.path.stat().st_mode)
    return Path(beside.name)
