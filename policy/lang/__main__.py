"""Rules without Django, database or network: check, lock, format, compare and start them.

Exit codes: 0 fine (there may be warnings), 1 mistakes, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO, TypeAlias

from policy.lang import starting
from policy.lang.compiler import CompiledTree, compile_read_tree, compile_tree, locked
from policy.lang.diagnostics import as_json, has_errors, ordered, render_all
from policy.lang.differences import command as differing
from policy.lang.editor import command as schemas
from policy.lang.folders import FACTS, LOCK, PRESETS, Tree, find_root, no_root, presets, read_tree
from policy.lang.formatter import command as formatting
from policy.lang.reference import command as referring

Run: TypeAlias = Callable[[argparse.Namespace, TextIO, TextIO], int]


def main(arguments: Sequence[str] | None = None, *, out: TextIO, err: TextIO) -> int:
    """Run a command and return its exit code."""
    try:
        chosen = _parser().parse_args(arguments)
    except SystemExit as asked:
        return int(asked.code or 0)
    if "run" in chosen:
        run: Run = chosen.run
        return run(chosen, out, err)
    path = Path(chosen.path)
    root = find_root(path)
    if root is None:
        err.write(no_root(path))
        return 2
    tree = read_tree(root)
    if chosen.command == "lock":
        return _lock(tree, root, out)
    return _check(_meant(compile_read_tree(tree), root, path), chosen.json, out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policy.lang", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="find every mistake in a folder of rulesets")
    check.add_argument(
        "path", help=f"the folder that holds {FACTS}, with its presets, or one ruleset in it"
    )
    check.add_argument("--json", action="store_true", help="report as JSON")
    lock = commands.add_parser("lock", help=f"add new versions and dated values to {LOCK}")
    lock.add_argument("path", help=f"the folder that holds {FACTS} and the rulesets")
    start = commands.add_parser("start", help="lay out a new folder of rulesets from a preset")
    starting.add_arguments(start)
    start.set_defaults(run=starting.run)
    fmt = commands.add_parser("fmt", help="rewrite rule files in the one layout")
    formatting.add_arguments(fmt)
    fmt.set_defaults(run=formatting.run)
    schema = commands.add_parser("schema", help="write JSON Schemas of rule files, for editors")
    schemas.add_arguments(schema)
    schema.set_defaults(run=schemas.run)
    reference = commands.add_parser("reference", help="renew what REFERENCE.md has from the code")
    referring.add_arguments(reference)
    reference.set_defaults(run=referring.run)
    diff = commands.add_parser("diff", help="tell in words what differs between two versions")
    differing.add_arguments(diff)
    diff.set_defaults(run=differing.run)
    return parser


def _meant(compiled: CompiledTree, root: Path, path: Path) -> CompiledTree:
    """What a path asks for: a tree with its presets, the presets alone, or one ruleset."""
    if path not in (root, root / PRESETS):
        return _narrowed(compiled, path)
    trees = [*([compiled] if path == root else []), *map(compile_tree, presets(root))]
    return replace(
        compiled,
        rulesets=tuple(ruleset for tree in trees for ruleset in tree.rulesets),
        diagnostics=ordered(found for tree in trees for found in tree.diagnostics),
        sources={path: source for tree in trees for path, source in tree.sources.items()},
    )


def _narrowed(compiled: CompiledTree, folder: Path) -> CompiledTree:
    """What concerns one ruleset, and the facts that it reads."""
    found = tuple(
        each
        for each in compiled.diagnostics
        if Path(each.path).is_relative_to(folder) or Path(each.path).name == FACTS
    )
    rulesets = tuple(each for each in compiled.rulesets if each.key == folder.name)
    return replace(compiled, rulesets=rulesets, diagnostics=found)


def _check(compiled: CompiledTree, json: bool, out: TextIO) -> int:
    if json:
        out.write(as_json(compiled.diagnostics).decode() + "\n")
    else:
        out.write(render_all(compiled.diagnostics, compiled.sources))
        out.write(summary(compiled))
    return 1 if has_errors(compiled.diagnostics) else 0


def _lock(tree: Tree, root: Path, out: TextIO) -> int:
    text, found = locked(tree)
    out.write(render_all(found, tree.sources()))
    if text is None:
        out.write(f"{LOCK} is left as it was\n")
        return 1
    (root / LOCK).write_text(text, encoding="utf-8", newline="\n")
    out.write(f"wrote {tree.path}/{LOCK}\n")
    return 0


def summary(compiled: CompiledTree) -> str:
    """One line that says how much was checked and what came of it."""
    plans = [plan for ruleset in compiled.rulesets for plan in ruleset.plans.values()]
    rules = sum(len(plan.rules) for plan in plans)
    errors = sum(found.severity == "error" for found in compiled.diagnostics)
    warnings = len(compiled.diagnostics) - errors
    checked = f"{_count(len(plans), 'version')} with {_count(rules, 'rule')} compiled"
    if not compiled.diagnostics:
        return f"{checked}, no mistakes\n"
    return f"\n{checked}, {_count(errors, 'error')}, {_count(warnings, 'warning')}\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


if __name__ == "__main__":
    sys.exit(main(out=sys.stdout, err=sys.stderr))
