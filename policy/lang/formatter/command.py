"""`python -m policy.lang fmt`: what it prints and how it ends."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from policy.lang.diagnostics import render_all
from policy.lang.formatter.files import (
    Formatted,
    Formatting,
    NoRuleFiles,
    find_files,
    format_files,
    write_files,
)


def add_arguments(parser: ArgumentParser) -> None:
    """Which files, and whether they are written."""
    parser.add_argument("path", nargs="+", type=Path, help="rule files, or folders of them")
    parser.add_argument("--check", action="store_true", help="name files to rewrite, write nothing")
    parser.add_argument("--diff", action="store_true", help="show what would change, write nothing")


def run(chosen: Namespace, out: TextIO, err: TextIO) -> int:
    """Format, check or compare. 0 fine, 1 mistakes or (with --check) another layout, 2 usage."""
    try:
        found = format_files(find_files(chosen.path))
    except NoRuleFiles as reason:
        err.write(f"error: {reason}\n")
        return 2
    for path in found.published:
        out.write(f"{path.as_posix()} is published and stays as it is\n")
    err.write(render_all(found.diagnostics, found.sources))
    if chosen.diff:
        out.writelines(line for file in found.files for line in _diff(file))
    if chosen.check:
        wrong = _check(found, chosen.path, out)
    else:
        wrong = not chosen.diff and not _write(found, out, err)
    return 1 if found.diagnostics or wrong else 0


def _diff(file: Formatted) -> Iterator[str]:
    before, after = (text.splitlines(keepends=True) for text in (file.before, file.after))
    for line in difflib.unified_diff(before, after, file.path.as_posix(), file.path.as_posix()):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _check(found: Formatting, paths: list[Path], out: TextIO) -> bool:
    """Name the files with another layout; whether there are any."""
    changed = [file.path.as_posix() for file in found.files if file.changed]
    for path in changed:
        out.write(f"{path} is not laid out as `fmt` would\n")
    if changed:
        words = " ".join(path.as_posix() for path in paths)
        out.write(f"\nrewrite with: python -m policy.lang fmt {words}\n")
    elif not found.diagnostics:
        out.write(f"{_count(len(found.files))} laid out as they should be\n")
    return bool(changed)


def _write(found: Formatting, out: TextIO, err: TextIO) -> bool:
    """Write what changed; whether that went well."""
    try:
        write_files(found.files)
    except OSError as reason:
        said = (reason.strerror or "it cannot be written").lower()
        err.write(f"error: {reason.filename}: {said}; nothing was written\n")
        return False
    changed = [file for file in found.files if file.changed]
    out.writelines(f"rewrote {file.path.as_posix()}\n" for file in changed)
    out.write(f"{_count(len(changed))} rewritten, {len(found.files) - len(changed)} as they were\n")
    return True


def _count(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"
