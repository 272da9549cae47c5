"""Publishing: a version is compiled and frozen together with all that reading it later needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from policy.engines.rows import load
from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_tree
from policy.lang.diagnostics import Diagnostic, error, has_errors, render_all
from policy.lang.folders import DRAFT
from policy.lang.plan import Plan, digest, encode
from policy.lang.schema import FactSchema
from policy.lang.source import Source
from policy.models import Rule, Ruleset, RulesetVersion
from policy.services.audit import audit_record


class RulesetRefused(Exception):
    """Rulesets have mistakes, so nothing was done; `str()` shows every one with its place."""

    def __init__(
        self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source] | None = None
    ) -> None:
        self.diagnostics = tuple(diagnostics)
        self._sources = dict(sources or {})
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return render_all(self.diagnostics, self._sources).rstrip("\n")


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing came to: versions that are new, those that were there, and doubts."""

    new: tuple[RulesetVersion, ...]
    known: tuple[RulesetVersion, ...]
    warnings: tuple[Diagnostic, ...]


def ruleset_publish(
    *, root: Path, published_by: User | None, at: datetime, keys: Iterable[str] = ()
) -> Published:
    """Publish every frozen version below `root` that is not published yet; drafts are left alone.

    `keys` are the rulesets meant, empty for all. Raises RulesetRefused with every mistake of the
    tree, also when a version was published before with another text; nothing is published then.
    """
    tree = read_rulesets(root)
    wanted = _wanted(tree, set(keys), root)
    refused: list[Diagnostic] = []
    new: list[RulesetVersion] = []
    known: list[RulesetVersion] = []
    with transaction.atomic():
        for ruleset in wanted:
            row = _ruleset(ruleset)
            before = {version.version: version for version in row.versions.all()}
            for plan in _frozen(ruleset):
                version = before.get(plan.version)
                if version is None:
                    new.append(_publish(row, plan, tree, published_by, at))
                elif version.source_digest == plan.source_digest:
                    known.append(version)
                else:
                    refused.append(_changed(version))
        if refused:
            raise RulesetRefused(refused, tree.sources)
    return Published(tuple(new), tuple(known), tree.diagnostics)


def read_rulesets(root: Path) -> CompiledTree:
    """Compile a tree of rulesets. Raises RulesetRefused with every mistake."""
    tree = compile_tree(root)
    if has_errors(tree.diagnostics):
        raise RulesetRefused(tree.diagnostics, tree.sources)
    return tree


def _wanted(tree: CompiledTree, keys: set[str], root: Path) -> list[CompiledRuleset]:
    known = {ruleset.key for ruleset in tree.rulesets}
    if missing := sorted(keys - known):
        message = f"there is no ruleset `{missing[0]}`"
        raise RulesetRefused([error("missing-file", message, root.as_posix())])
    return [ruleset for ruleset in tree.rulesets if not keys or ruleset.key in keys]


def _frozen(ruleset: CompiledRuleset) -> list[Plan]:
    return [plan for version, plan in ruleset.plans.items() if version != DRAFT]


def _ruleset(compiled: CompiledRuleset) -> Ruleset:
    """The row of a ruleset, brought to what its `ruleset.yaml` says now."""
    assert compiled.about is not None, "a tree without mistakes has every ruleset.yaml"
    about = compiled.about
    said = {"title": about.title, "owner": about.owner, "why": about.why}
    return Ruleset.objects.update_or_create(key=compiled.key, defaults=said)[0]


def _publish(
    row: Ruleset, plan: Plan, tree: CompiledTree, published_by: User | None, at: datetime
) -> RulesetVersion:
    assert tree.schema is not None, "a tree without mistakes has a fact schema"
    source = _source(tree, plan)
    stored = encode(plan)
    version = RulesetVersion.objects.create(
        ruleset=row,
        version=plan.version,
        language=plan.language,
        path=source.path,
        source=source.text,
        source_digest=plan.source_digest,
        plan=stored,
        plan_digest=digest(stored),
        template=_template(plan, tree.schema),
        published_at=at,
        published_by=published_by,
    )
    Rule.objects.bulk_create(
        Rule(
            version=version,
            position=position,
            key=rule.id,
            title=rule.title,
            effect=rule.effect,
            span=[rule.span.line, rule.span.column, rule.span.end_line, rule.span.end_column],
            tree=encode(rule.when),
        )
        for position, rule in enumerate(plan.rules)
    )
    audit_record(
        actor=published_by,
        action="ruleset_publish",
        subject=version,
        at=at,
        detail={"ruleset": row.key, "version": plan.version, "digest": plan.source_digest},
    )
    return version


def _source(tree: CompiledTree, plan: Plan) -> Source:
    """The file that a plan was compiled from."""
    ending = f"{plan.ruleset}/{plan.version}.yaml"
    return next(source for path, source in tree.sources.items() if path.endswith(ending))


def _template(plan: Plan, schema: FactSchema) -> bytes:
    """How to read a trace of this version without the engine."""
    return encode(load([plan], schema, plan.subject).rulesets[0].template)


def _changed(version: RulesetVersion) -> Diagnostic:
    return error(
        "version-changed",
        f"version `{version.version}` was published with another text",
        version.path,
        help="bring the published text back, and publish the change as a new version",
    )
