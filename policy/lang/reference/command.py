"""`python -m policy.lang reference`: writes the generated parts of a text, or compares them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TextIO

from policy.lang.diagnostics import Diagnostic, has_errors, render_all
from policy.lang.folders import FACTS
from policy.lang.loader import read_source
from policy.lang.reference.tables import parts
from policy.lang.reference.text import BadMarkers, renewed
from policy.lang.schema import FactSchema
from policy.lang.schema_file import load_schema
from policy.lang.source import Source


def add_arguments(parser: ArgumentParser) -> None:
    """Which text, and whether it is written."""
    parser.add_argument("path", type=Path, help=f"a text with marked parts, beside its {FACTS}")
    parser.add_argument("--check", action="store_true", help="tell whether it is up to date only")


def run(chosen: Namespace, out: TextIO, err: TextIO) -> int:
    """Write or check. 0 fine, 1 mistakes or (with --check) out of date, 2 cannot be read."""
    path: Path = chosen.path
    facts, found, source = _facts(path.parent / FACTS)
    if facts is None or has_errors(found):
        err.write(render_all(found, {source.path: source}))
        return 1
    try:
        before = path.read_text(encoding="utf-8")
        after = renewed(before, parts(facts))
        if after != before and not chosen.check:
            path.write_text(after, encoding="utf-8", newline="\n")
    except BadMarkers as reason:
        err.write(f"error: {path.as_posix()}: {reason}\n")
        return 1
    except (OSError, UnicodeDecodeError) as reason:
        err.write(f"error: {path.as_posix()}: {_said(reason)}\n")
        return 2
    return _told(path, before != after, chosen.check, out)


def _facts(path: Path) -> tuple[FactSchema | None, tuple[Diagnostic, ...], Source]:
    source, refused = read_source(path)
    return (None, tuple(refused), source) if refused else (*load_schema(source), source)


def _said(reason: OSError | UnicodeDecodeError) -> str:
    if isinstance(reason, OSError):
        return (reason.strerror or "it cannot be read or written").lower()
    return "it is not UTF-8"


def _told(path: Path, changed: bool, check: bool, out: TextIO) -> int:
    """One line that says what was done; the exit code."""
    if changed and check:
        out.write(f"{path.as_posix()} is out of date\n")
        out.write(f"\nwrite with: python -m policy.lang reference {path.as_posix()}\n")
        return 1
    out.write(f"{'wrote' if changed else 'nothing to change in'} {path.as_posix()}\n")
    return 0
