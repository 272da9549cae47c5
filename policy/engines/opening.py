"""What every command over rulesets begins with: find the tree, compile it, tell its mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.diagnostics import did_you_mean, has_errors, quoted, render_all
from policy.lang.folders import find_root, no_root


class Refused(Exception):
    """The command cannot go on; what there is to say has been said. `code` is its exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def opened(path: Path, *, out: TextIO, err: TextIO) -> CompiledTree:
    """The tree that a folder is, or is one ruleset of. Raises Refused: 1 mistakes, 2 no tree."""
    root = find_root(path)
    if root is None:
        err.write(no_root(path))
        raise Refused(2)
    tree = compile_tree(root)
    if has_errors(tree.diagnostics):
        out.write(render_all(tree.diagnostics, tree.sources))
        raise Refused(1)
    return tree


def chosen(path: Path, key: str, tree: CompiledTree, *, err: TextIO) -> list[CompiledRuleset]:
    """The ruleset of a key, else the one whose folder the path is, else all. Raises Refused."""
    keys = [ruleset.key for ruleset in tree.rulesets]
    own = path.resolve().name if find_root(path) != path else ""
    if key and key not in keys:
        help = did_you_mean(key, keys)
        err.write(f"error: there is no ruleset {quoted(key)}{f': {help}' if help else ''}\n")
        raise Refused(2)
    if not key and own and own not in keys:
        known = ", ".join(map(quoted, keys))
        err.write(f"error: {path.as_posix()} is no ruleset: the tree around it has {known}\n")
        raise Refused(2)
    return [ruleset for ruleset in tree.rulesets if (key or own or ruleset.key) == ruleset.key]


def written(path: Path, content: bytes, *, err: TextIO) -> None:
    """Write a file. Raises Refused when the system does not let it be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        err.write(f"error: cannot write {path.as_posix()}: {error.strerror}\n")
        raise Refused(2) from None
