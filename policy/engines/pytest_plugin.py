"""Collects the cases of `tests.yaml` as tests: `rulesets/labelling/tests.yaml::Name of the case`.

A case that fails shows what `ruleset_test` prints of it. One that is `todo` is an expected failure,
and a failure once it passes. Each tree of rulesets is compiled once in a run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policy.engines.testing import Bench, current
from policy.lang.cases import Case
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.diagnostics import has_errors, render_all
from policy.lang.folders import find_root
from policy.lang.plan import Plan
from policy.lang.testing import judge, render_verdict

TESTS = "tests.yaml"
_TREES = pytest.StashKey[dict[Path, CompiledTree]]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the file of tests of a ruleset."""
    if file_path.name != TESTS or find_root(file_path.parent) != file_path.parent.parent:
        return None
    made: pytest.Collector = RulesetFile.from_parent(parent, path=file_path)
    return made


class CaseFailed(Exception):
    """A case came out differently; the text is what there is to read."""


class RulesetFile(pytest.File):
    """The cases of one ruleset."""

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each case. Raises CollectError when the ruleset has mistakes."""
        tree = _compiled(self.config, self.path.parent.parent)
        ruleset = next(each for each in tree.rulesets if each.key == self.path.parent.name)
        found = current(ruleset, tree)
        if has_errors(ruleset.diagnostics) or tree.schema is None or found is None:
            raise self.CollectError(_mistakes(ruleset, tree))
        bench = Bench(tree.schema, ruleset.parameters, tree.sources)
        for case in ruleset.cases:
            item: pytest.Item = CaseItem.from_parent(
                self, name=case.name, case=case, plan=found[0], bench=bench
            )
            yield item


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, plan: Plan, bench: Bench, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._case = case
        self._plan = plan
        self._bench = bench

    def runtest(self) -> None:
        """Evaluate and judge the case. Raises CaseFailed."""
        observed = self._bench.evaluate(self._plan, self._case)
        verdict = judge(self._case, observed, self._plan)
        if verdict.status == "todo":
            pytest.xfail(self._case.todo)
        if not verdict.good:
            raise CaseFailed("\n".join(render_verdict(verdict)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """The text of a failed case, without a traceback."""
        if isinstance(excinfo.value, CaseFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the case in its file, from 0 as pytest counts."""
        return self.path, self._case.span.line - 1, self.name


def _compiled(config: pytest.Config, root: Path) -> CompiledTree:
    trees = config.stash.setdefault(_TREES, {})
    if root not in trees:
        shown = Path(os.path.relpath(root, config.invocation_params.dir))
        trees[root] = compile_tree(root, shown_as=shown.as_posix())
    return trees[root]


def _mistakes(ruleset: CompiledRuleset, tree: CompiledTree) -> str:
    """What the ruleset, or the facts that it reads, have wrong."""
    found = ruleset.diagnostics if has_errors(ruleset.diagnostics) else tree.diagnostics
    return render_all(found, tree.sources)
