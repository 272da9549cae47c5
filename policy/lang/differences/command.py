"""`python -m policy.lang diff`: what it prints and how it ends."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TextIO

import msgspec

from policy.lang.diagnostics import quoted
from policy.lang.differences.changes import Difference
from policy.lang.differences.sentences import told
from policy.lang.differences.sides import NoSide, Side, find_side
from policy.lang.differences.versions import difference


def add_arguments(parser: ArgumentParser) -> None:
    """What is compared, and how it is told."""
    side = "KEY@VERSION, the file of a version, or a folder: a ruleset, or all of them"
    parser.add_argument("before", help=side)
    parser.add_argument("after", help="the same")
    parser.add_argument("--in", dest="usual", default="rulesets", metavar="FOLDER", type=Path,
                        help="where KEY@VERSION is looked for (default: rulesets)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="tell it to programs")


def run(chosen: Namespace, out: TextIO, err: TextIO) -> int:
    """Compare. 0 when both mean the same, 1 when they differ, 2 for mistakes or wrong usage."""
    try:
        before = find_side(chosen.before, chosen.usual)
        after = find_side(chosen.after, chosen.usual)
        found = differences(before, after)
    except NoSide as reason:
        err.write(str(reason))
        return 2
    if chosen.json:
        out.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
    else:
        out.write("\n".join(map(told, found)))
    return 1 if any(each.weight for each in found) else 0


def differences(before: Side, after: Side) -> list[Difference]:
    """The differences of each ruleset. Raises NoSide for two of which none is on both sides."""
    if not before.keys() & after.keys():
        left, right = (", ".join(map(quoted, side)) for side in (before, after))
        raise NoSide(f"error: {left} and {right} have no ruleset in common\n")
    keys = dict.fromkeys([*before, *after])
    return [difference(before.get(key), after.get(key)) for key in keys]
