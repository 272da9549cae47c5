"""`python -m policy.lang schema`: writes, compares or prints the schemas of a tree."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TextIO

from policy.lang.diagnostics import render_all
from policy.lang.editor.documents import document
from policy.lang.folders import FACTS, find_root, levels_to_facts, no_root
from policy.lang.grammar.files import KINDS
from policy.lang.loader import read_source
from policy.lang.schema_file import load_schema

FOLDER = ".schema"
"""Where the schemas of a tree lie, beside its facts."""


def add_arguments(parser: ArgumentParser) -> None:
    """Which tree, and whether anything is written."""
    parser.add_argument("path", type=Path, help=f"the folder that holds {FACTS}")
    parser.add_argument("--kind", choices=KINDS, help="print the schema of one kind of file")
    parser.add_argument("--check", action="store_true", help="name schemas that are out of date")


def run(chosen: Namespace, out: TextIO, err: TextIO) -> int:
    """Write, check or print. 0 fine, 1 mistakes or (with --check) another text, 2 wrong usage."""
    root = find_root(chosen.path)
    levels = levels_to_facts(root) if root else None
    if root is None or levels is None:
        err.write(no_root(chosen.path))
        return 2
    folder = Path(root, *[".."] * levels)
    source, found = read_source(folder / FACTS)
    facts, refused = (None, found) if found else load_schema(source)
    if facts is None or refused:
        err.write(render_all(refused, {source.path: source}))
        return 1
    texts = {kind: document(kind, facts) for kind in KINDS}
    if chosen.kind:
        out.write(texts[chosen.kind])
        return 0
    files = {folder / FOLDER / f"{kind}.json": text for kind, text in texts.items()}
    return _check(files, chosen.path, out) if chosen.check else _write(files, out, err)


def _check(files: dict[Path, str], tree: Path, out: TextIO) -> int:
    """Name the files that are not as they would be written."""
    stale = [path for path, text in files.items() if not path.is_file() or _differs(path, text)]
    out.writelines(f"{path.as_posix()} is out of date\n" for path in stale)
    if stale:
        out.write(f"\nwrite with: python -m policy.lang schema {tree.as_posix()}\n")
    return 1 if stale else 0


def _differs(path: Path, text: str) -> bool:
    return path.read_bytes() != text.encode()


def _write(files: dict[Path, str], out: TextIO, err: TextIO) -> int:
    for path, text in files.items():
        try:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as reason:
            said = (reason.strerror or "it cannot be written").lower()
            err.write(f"error: {Path(reason.filename or path).as_posix()}: {said}\n")
            return 1
        out.write(f"wrote {path.as_posix()}\n")
    return 0
