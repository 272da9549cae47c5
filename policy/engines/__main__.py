"""`python -m policy.engines COMMAND PATH`: what authors do with rulesets, without a database.

PATH is the folder that holds facts.yaml and the rulesets, or one ruleset in it. Exit codes: 0 fine,
1 something failed or a ruleset has mistakes, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TextIO

from policy.engines import suite
from policy.engines.lints import command as lints
from policy.engines.mutation import command as mutation
from policy.lang.folders import FACTS


def main(arguments: Sequence[str] | None = None, *, out: TextIO, err: TextIO) -> int:
    """Run the command and return its exit code."""
    try:
        chosen = _parser().parse_args(arguments)
    except SystemExit as asked:
        return int(asked.code or 0)
    if chosen.command == "mutate":
        return mutation.run(chosen, out=out, err=err)
    if chosen.command == "lint":
        return lints.run(chosen, today=datetime.now(UTC).date(), out=out, err=err)
    path = Path(chosen.path)
    return suite.run(suite.asked(chosen, path), out=out, err=err, clock=perf_counter)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policy.engines", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    test = commands.add_parser("test", help="run tests.yaml of every ruleset, or of one")
    test.add_argument("path", help=f"the folder that holds {FACTS}, or one ruleset in it")
    suite.add_arguments(test)
    lints.add_command(commands)
    mutation.add_command(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main(out=sys.stdout, err=sys.stderr))
