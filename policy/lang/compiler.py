"""From the files of a ruleset to plans: every mistake of every file in one run.

`compile_ruleset` makes one version, `compile_tree` all versions of all rulesets with what can only
be seen from there: parameters that no version reads, and published versions that were changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from policy.lang.cases import Case, load_tests
from policy.lang.diagnostics import Diagnostic, error, has_errors, ordered, quoted
from policy.lang.folders import DRAFT, Folder, Tree, read_folder, read_tree
from policy.lang.lock import check_lock, write_lock
from policy.lang.parameters import ParameterSyntax, load_parameters
from policy.lang.plan import Parameter, Plan, digest
from policy.lang.ruleset import About, VersionSyntax, load_about, load_version
from policy.lang.schema import FactSchema
from policy.lang.schema_file import load_schema
from policy.lang.source import Source
from policy.lang.unused import unused_parameters
from policy.lang.variables import parameters_read
from policy.lang.version import VersionCompiler


@dataclass(frozen=True, slots=True)
class Compiled:
    """One version of a ruleset. `plan` is None when any file that it needs has a mistake."""

    plan: Plan | None
    about: About | None
    parameters: tuple[Parameter, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class CompiledRuleset:
    """All versions of a ruleset. `plans` has those that compile, by version; `draft` among them.

    `cases` are its tests, which are about the version `current`.
    """

    key: str
    about: About | None
    parameters: tuple[Parameter, ...]
    plans: dict[str, Plan]
    current: str
    cases: tuple[Case, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class CompiledTree:
    """All rulesets of a tree. `sources` are the files, by the path that diagnostics name."""

    schema: FactSchema | None
    rulesets: tuple[CompiledRuleset, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, Source]


def compile_ruleset(folder: Folder, version: str, schema: FactSchema) -> Compiled:
    """Compile one version of a ruleset: `1.0.0` or `draft`."""
    shared = _Shared.read(folder)
    plan, found = shared.compile(version, schema)
    found = ordered((*folder.diagnostics, *shared.diagnostics, *found))
    ready = None if has_errors(found) else plan
    return Compiled(ready, shared.about, shared.plans(), found)


def compile_folder(path: Path, version: str, schema: FactSchema) -> Compiled:
    """The same, reading the folder first."""
    return compile_ruleset(read_folder(path), version, schema)


def compile_tree(root: Path, *, shown_as: str | None = None) -> CompiledTree:
    """Compile every version of every ruleset below `root`."""
    return compile_read_tree(read_tree(root, shown_as=shown_as))


def compile_read_tree(tree: Tree) -> CompiledTree:
    """Compile a tree that has been read; without a schema only the shape of files is checked."""
    schema, found = load_schema(tree.facts) if tree.facts else (None, ())
    shared = [_Shared.read(folder) for folder in tree.folders]
    rulesets = tuple(each.compile_all(schema) for each in shared)
    declared = {each.folder.key: each.parameters for each in shared}
    every = [*tree.diagnostics, *found, *check_lock(tree, declared)]
    for ruleset in rulesets:
        every.extend(ruleset.diagnostics)
    return CompiledTree(schema, rulesets, ordered(every), tree.sources())


def locked(tree: Tree) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The text of a lock that adds what is new; None when something is changed or wrong."""
    compiled = compile_read_tree(tree)
    new = [found for found in compiled.diagnostics if found.code != "version-unlocked"]
    if has_errors(new):
        return None, tuple(new)
    published = {folder.key: _Shared.read(folder).published_parameters() for folder in tree.folders}
    return write_lock(tree, published), tuple(new)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all versions of a ruleset have in common, and the versions as written."""

    folder: Folder
    about: About | None
    parameters: tuple[ParameterSyntax, ...] | None  # None: the file cannot be read
    versions: dict[str, VersionSyntax | None]
    diagnostics: tuple[Diagnostic, ...]
    of_versions: dict[str, tuple[Diagnostic, ...]]

    @classmethod
    def read(cls, folder: Folder) -> _Shared:
        about, found = load_about(folder.about) if folder.about else (None, ())
        every = [*found]
        parameters: tuple[ParameterSyntax, ...] | None = ()
        if folder.parameters:
            parameters, found = load_parameters(folder.parameters)
            every.extend(found)
            if not parameters and has_errors(found):
                parameters = None
        read = {name: load_version(source) for name, source in folder.versions.items()}
        versions = {name: syntax for name, (syntax, _) in read.items()}
        of_versions = {name: found for name, (_, found) in read.items()}
        if about and about.key != folder.key and folder.about:
            every.append(_misnamed(about, folder, folder.about))
        return cls(folder, about, parameters, versions, tuple(every), of_versions)

    def plans(self) -> tuple[Parameter, ...]:
        return tuple(parameter.plan() for parameter in self.parameters or ())

    def compile(
        self, version: str, schema: FactSchema | None
    ) -> tuple[Plan | None, tuple[Diagnostic, ...]]:
        if version not in self.versions:
            path = f"{self.folder.path}/{version}.yaml"
            return None, (error("missing-file", "there is no such version", path),)
        syntax, found = self.versions[version], self.of_versions[version]
        if syntax is None or schema is None:
            return None, found
        compiler = VersionCompiler(syntax, self.folder.key, self.parameters, schema)
        plan = compiler.plan(version, digest(syntax.source.text.encode()))
        every = (*found, *compiler.found)
        return (None if has_errors(every) else plan), every

    def compile_all(self, schema: FactSchema | None) -> CompiledRuleset:
        plans: dict[str, Plan] = {}
        every = [*self.folder.diagnostics, *self.diagnostics]
        for version in self.versions:
            plan, found = self.compile(version, schema)
            every.extend(found)
            if plan and not has_errors(self.diagnostics):
                plans[version] = plan
        every.extend(self.unused())
        cases, found = self.tests(schema)
        return CompiledRuleset(
            key=self.folder.key,
            about=self.about,
            parameters=self.plans(),
            plans=plans,
            current=self.folder.current,
            cases=cases,
            diagnostics=ordered((*every, *found)),
        )

    def tests(self, schema: FactSchema | None) -> tuple[tuple[Case, ...], tuple[Diagnostic, ...]]:
        """The cases of `tests.yaml`; none while the version that they are about cannot be read."""
        version = self.versions.get(self.folder.current)
        subject = version.subject.text if version and version.subject else ""
        if not self.folder.tests or not version or not schema or subject not in schema.subjects:
            return (), ()
        rules = [rule.id.text for rule in version.rules if rule.id]
        types = {parameter.name: parameter.type for parameter in self.parameters or ()}
        return load_tests(self.folder.tests, schema, subject=subject, rules=rules, parameters=types)

    def published_parameters(self) -> tuple[ParameterSyntax, ...]:
        """Those that are read once a version is published."""
        versions = [syntax for name, syntax in self.versions.items() if syntax and name != DRAFT]
        read = {
            name for syntax in versions for name in parameters_read(syntax, self.parameters or ())
        }
        return tuple(each for each in self.parameters or () if each.name in read)

    def unused(self) -> list[Diagnostic]:
        """Parameters that no version reads; none while a version has mistakes."""
        if any(has_errors(found) for found in self.of_versions.values()):
            return []
        versions = [syntax for syntax in self.versions.values() if syntax]
        return [*unused_parameters(self.parameters or (), versions)]


def _misnamed(about: About, folder: Folder, source: Source) -> Diagnostic:
    message = f"the key {quoted(about.key)} is not the name of its folder, {quoted(folder.key)}"
    return error(
        "wrong-ruleset", message, source.path, about.span, help=f"write `key: {folder.key}`"
    )
