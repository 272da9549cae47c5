"""Recorded decisions as cases of `tests.yaml`, so that what was once decided stays decided."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from policy.engines.testing import Bench
from policy.lang.bundle import RulesetPlan, decode_bundle
from policy.lang.case_file import CaseFile, NotAdded
from policy.lang.case_writer import case_yaml
from policy.lang.cases import Case
from policy.lang.compiler import CompiledRuleset, CompiledTree
from policy.lang.diagnostics import did_you_mean, quoted
from policy.lang.expectations import Expectation
from policy.lang.expected import expectation
from policy.lang.facts_read import Reducer, every_fact, facts_read
from policy.lang.plan import Plan
from policy.lang.schema import FactSchema
from policy.lang.situations import neutral
from policy.lang.source import Span
from policy.lang.testing import Observed, judge
from policy.lang.yaml_text import sayable
from policy.models import Decision
from policy.services.files import file_replace
from policy.services.pseudonyms import Pseudonyms
from policy.services.rulesets import read_rulesets

TESTS = "tests.yaml"

Facts: TypeAlias = Mapping[str, Any]


class NotExported(Exception):
    """A decision cannot become a case as asked; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """A case of one ruleset. `text` is its item under `cases:` of `file`, not indented.

    `version` made the decision; `current` is the version that the file's tests are about, and
    `problems` says what that makes otherwise, nothing when it passes.
    """

    ruleset: str
    name: str
    text: str
    file: CaseFile
    version: str
    current: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a case is written: its name (empty: after the decision), with which facts and names."""

    name: str = ""
    all_facts: bool = False
    anonymous: bool = False


def cases_export(
    *, decision: Decision, root: Path, rulesets: tuple[str, ...] = (), wanted: Wanted = Wanted()
) -> tuple[RecordedCase, ...]:
    """The cases of a decision for tests of the tree `root`; nothing is written.

    One for each of `rulesets`; for none, of those that had something to say. A case holds the facts
    that the version which decided and the tree's current one read, and expects what was decided.
    Raises RulesetRefused for mistakes in the tree and NotExported.
    """
    if decision.made_by_id is not None:
        before = f": export {decision.supersedes.uuid}" if decision.supersedes else ""
        raise NotExported(f"a person ruled in {decision.uuid}, no rule{before}")
    tree = read_rulesets(root)
    exporter = _Exporter(decision, tree, wanted)
    keys = _keys(decision, tree, rulesets)
    return tuple(exporter.case(key, f"{root.as_posix()}/{key}/{TESTS}") for key in keys)


def cases_append(*, cases: Sequence[RecordedCase]) -> tuple[Path, ...]:
    """Write cases into their files, each behind the last one; return the files.

    Raises NotExported when one cannot be added, and OSError for a file that cannot be written.
    """
    try:
        texts = [case.file.with_case(case.name, case.text) for case in cases]
    except NotAdded as refused:
        raise NotExported(str(refused)) from None
    paths = tuple(Path(case.file.path) for case in cases)
    for path, text in zip(paths, texts, strict=True):
        file_replace(path=path, text=text)
    return paths


def _keys(decision: Decision, tree: CompiledTree, asked: tuple[str, ...]) -> list[str]:
    known = [ruleset.key for ruleset in tree.rulesets]
    for key in asked:
        if key not in known:
            told = (f"there is no ruleset {quoted(key)}", did_you_mean(key, known))
            raise NotExported(": ".join(filter(None, told)))
    heard = sorted(set(decision.findings.values_list("ruleset", flat=True)))
    keys = list(asked) or [key for key in heard if key in known]
    if not keys:
        names = ", ".join(known)
        message = f"no rule had anything to say in {decision.uuid}"
        raise NotExported(f"{message}: name a ruleset with --ruleset, of {names}")
    return keys


class _Exporter:
    """Makes cases of one decision."""

    def __init__(self, decision: Decision, tree: CompiledTree, wanted: Wanted) -> None:
        assert tree.schema is not None, "a tree without mistakes has a fact schema"
        self._schema: FactSchema = tree.schema
        self._rulesets = {ruleset.key: ruleset for ruleset in tree.rulesets}
        self._tree = tree
        self._decision = decision
        self._wanted = wanted
        self._bundle = decode_bundle(bytes(decision.bundle.content))
        self._snapshot: Facts = json.loads(zlib.decompress(bytes(decision.snapshot.content)))

    def case(self, key: str, path: str) -> RecordedCase:
        """The case of a ruleset, for the file at `path`."""
        recorded, ruleset = self._recorded(key), self._rulesets[key]
        current = ruleset.plans[ruleset.current]
        reducer = self._reducer(recorded.plan, current)
        case = self._case(self._facts(reducer), path)
        bench = Bench(self._bundle.schema, recorded.parameters)
        decided = bench.evaluate(recorded.plan, replace(case, document=self._snapshot))
        observed = bench.evaluate(recorded.plan, case)
        self._hold(decided, observed)
        case = replace(case, expect=expectation(observed, recorded.plan))
        file = self._file(path, current.subject)
        given = reducer.facts(file.given)
        return RecordedCase(
            ruleset=key,
            name=case.name,
            text=case_yaml(case, self._schema, current.subject, given=given, as_of=file.as_of),
            file=file,
            version=recorded.plan.version,
            current=current.version,
            problems=self._problems(ruleset, current, case),
        )

    def _recorded(self, key: str) -> RulesetPlan:
        for each in self._bundle.rulesets:
            if each.plan.ruleset == key:
                return each
        raise NotExported(f"{self._decision.uuid} was made without the ruleset {quoted(key)}")

    def _reducer(self, recorded: Plan, current: Plan) -> Reducer:
        read = facts_read(recorded) | facts_read(current)
        if self._wanted.all_facts:
            read = every_fact(self._schema, current.subject)
        return Reducer(self._schema, current.subject, read)

    def _facts(self, reducer: Reducer) -> Facts:
        """What the case says, made whole."""
        subject, schema = reducer.subject, self._schema
        facts = reducer.document(_sayable(self._snapshot))
        if self._wanted.anonymous:
            facts = Pseudonyms(schema, subject).document(facts)
        as_of = str(self._snapshot["as_of"])
        whole = neutral(schema, schema.root(subject), as_of, facts[subject])
        return {**facts, subject: whole}

    def _case(self, facts: Facts, path: str) -> Case:
        return Case(
            name=self._wanted.name.strip() or f"As decided in {self._decision.uuid}",
            as_of=str(self._snapshot["as_of"]),
            document=facts,
            expect=Expectation(),
            todo="",
            path=path,
            span=Span(1, 1, 1, 1),
        )

    def _hold(self, decided: Observed, found: Observed) -> None:
        """Refuse a case of which the rules say something else than of the whole snapshot."""
        pairs = zip(decided.results, found.results, strict=True)
        other = sorted(one.rule for one, two in pairs if one != two)
        if not other:
            return
        rules = ", ".join(map(quoted, other))
        if self._wanted.anonymous:
            raise NotExported(f"under other names {rules} come out otherwise: keep the names")
        raise NotExported(f"the facts.yaml of today cannot say what {rules} saw")

    def _file(self, path: str, subject: str) -> CaseFile:
        source = self._tree.sources.get(path)
        return CaseFile.read(source, self._schema, subject) if source else CaseFile(path)

    def _problems(self, ruleset: CompiledRuleset, current: Plan, case: Case) -> tuple[str, ...]:
        bench = Bench(self._schema, ruleset.parameters)
        return judge(case, bench.evaluate(current, case), current).problems


def _sayable(value: Any) -> Any:
    """A value without what no file may hold."""
    match value:
        case str():
            return sayable(value)
        case dict():
            return {name: _sayable(each) for name, each in value.items()}
        case list():
            return list(map(_sayable, value))
    return value
