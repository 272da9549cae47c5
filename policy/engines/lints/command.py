"""`python -m policy.engines lint PATH`: doubts about rulesets that compile."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from policy.engines.lints.linting import lint
from policy.engines.lints.looked import Looked
from policy.engines.opening import Refused, chosen, opened
from policy.engines.solver import Setting
from policy.engines.testing import Bench, current
from policy.lang.compiler import CompiledRuleset, CompiledTree
from policy.lang.diagnostics import Diagnostic, as_json, ordered, render_all
from policy.lang.folders import FACTS, find_root, presets
from policy.lang.source import Source


def add_options(parser: Any) -> None:
    """The options of the command, for argparse and for Django's commands alike."""
    parser.add_argument("--ruleset", metavar="KEY", default="", help="only this ruleset")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.add_argument("--strict", action="store_true", help="exit 1 when there is any doubt")
    parser.add_argument(
        "--today",
        metavar="DAY",
        type=_day,
        help="the day on which dates are over or not (default: the day in UTC)",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text}` is no day: write 2026-08-02") from None


def add_command(commands: Any) -> None:
    """Register `lint` among the commands of an argparse parser."""
    parser = commands.add_parser("lint", help="find doubts about rules that compile")
    parser.add_argument(
        "path", help=f"the folder that holds {FACTS}, with its presets, or one ruleset in it"
    )
    add_options(parser)


@dataclass(frozen=True, slots=True)
class _Linted:
    """What was looked at, and what came of it."""

    versions: int
    found: tuple[Diagnostic, ...]
    sources: dict[str, Source]


def run(asked: argparse.Namespace, *, today: date, out: TextIO, err: TextIO) -> int:
    """Run the command: 0 fine, 1 mistakes, or doubts under `--strict`; 2 wrong usage.

    `today` counts where no other day is asked for.
    """
    path, day = Path(asked.path), asked.today or today
    try:
        parts = [_tree(path, asked.ruleset, day, out=out, err=err)]
        if find_root(path) == path and not asked.ruleset:
            parts += [_tree(each, "", day, out=out, err=err) for each in presets(path)]
    except Refused as refused:
        return refused.code
    linted = _joined(parts)
    out.write(as_json(linted.found).decode() + "\n" if asked.json else _text(linted))
    return 1 if asked.strict and linted.found else 0


def _tree(path: Path, key: str, today: date, *, out: TextIO, err: TextIO) -> _Linted:
    """The chosen rulesets of one tree. Raises Refused."""
    tree = opened(path, out=out, err=err)
    rulesets = chosen(path, key, tree, err=err)
    looks = [look for each in rulesets if (look := looked(each, tree, today))]
    every = [found for look in looks for found in lint(look)]
    return _Linted(len(looks), ordered([*_of_compiler(tree, rulesets), *every]), tree.sources)


def looked(ruleset: CompiledRuleset, tree: CompiledTree, today: date) -> Looked | None:
    """The version of a ruleset that its tests are about; None when it has none that compiles."""
    found = current(ruleset, tree)
    if found is None or tree.schema is None:
        return None
    plan, path = found
    return Looked(
        stand=Bench(tree.schema, ruleset.parameters, tree.sources).stand(plan),
        setting=Setting(plan, tree.schema, ruleset.parameters),
        path=path,
        parameters_path=path.removesuffix(f"{ruleset.current}.yaml") + "parameters.yaml",
        plans=tuple(ruleset.plans.values()),
        cases=tuple(ruleset.cases),
        today=today,
    )


def _of_compiler(tree: CompiledTree, rulesets: Sequence[CompiledRuleset]) -> Iterator[Diagnostic]:
    """What the compiler doubts: of the whole tree, or of one ruleset."""
    if len(rulesets) == len(tree.rulesets):
        yield from tree.diagnostics
    for each in rulesets:
        yield from each.diagnostics


def _joined(parts: Sequence[_Linted]) -> _Linted:
    return _Linted(
        versions=sum(each.versions for each in parts),
        found=ordered(found for each in parts for found in each.found),
        sources={path: source for each in parts for path, source in each.sources.items()},
    )


def _text(linted: _Linted) -> str:
    looked_at = _count(linted.versions, "ruleset") + " looked at"
    if not linted.found:
        return f"{looked_at}, no doubts\n"
    doubts = render_all(linted.found, linted.sources)
    return f"{doubts}\n{looked_at}, {_count(len(linted.found), 'doubt')}\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
