"""`python -m policy.engines test PATH`, `mutate PATH`: the tests of rulesets, without a database.

PATH is the folder that holds facts.yaml and the rulesets, or one ruleset in it. Exit codes: 0 fine,
1 a case failed or a ruleset has mistakes, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from policy.engines.junit import junit
from policy.engines.mutation import command as mutation
from policy.engines.testing import run_ruleset
from policy.lang.compiler import CompiledTree, compile_tree
from policy.lang.diagnostics import has_errors, render_all
from policy.lang.folders import FACTS, find_root, no_root
from policy.lang.testing import TestReport, render_report


def main(arguments: Sequence[str] | None = None, *, out: TextIO, err: TextIO) -> int:
    """Run the command and return its exit code."""
    try:
        chosen = _parser().parse_args(arguments)
    except SystemExit as asked:
        return int(asked.code or 0)
    if chosen.command == "mutate":
        return mutation.run(chosen, out=out, err=err)
    path = Path(chosen.path)
    root = find_root(path)
    if root is None:
        err.write(no_root(path))
        return 2
    tree = compile_tree(root)
    if has_errors(tree.diagnostics):
        out.write(render_all(tree.diagnostics, tree.sources))
        return 1
    reports = list(_reports(tree, "" if path == root else path.resolve().name))
    for report in reports:
        out.write(render_report(report))
    if chosen.junit and not _write(Path(chosen.junit), junit(reports), err):
        return 2
    return 0 if all(report.good for report in reports) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policy.engines", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    test = commands.add_parser("test", help="run tests.yaml of every ruleset, or of one")
    test.add_argument("path", help=f"the folder that holds {FACTS}, or one ruleset in it")
    test.add_argument("--junit", metavar="FILE", help="write a JUnit report as well")
    mutation.add_command(commands)
    return parser


def _reports(tree: CompiledTree, only: str) -> list[TestReport]:
    found = [run_ruleset(each, tree) for each in tree.rulesets if only in ("", each.key)]
    return [report for report in found if report is not None]


def _write(path: Path, content: bytes, err: TextIO) -> bool:
    try:
        path.write_bytes(content)
    except OSError as error:
        err.write(f"error: cannot write {path.as_posix()}: {error.strerror}\n")
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(out=sys.stdout, err=sys.stderr))
