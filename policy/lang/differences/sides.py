"""Finds the versions that somebody wants compared.

labelling@1.0.0                     a version of a ruleset of the usual folder
rulesets/labelling/draft.yaml       a version by its file
rulesets/labelling                  a ruleset: its draft, else its newest version
rulesets                            every ruleset of a folder, likewise
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from policy.lang.compiler import CompiledRuleset, CompiledTree, compile_read_tree
from policy.lang.diagnostics import has_errors, quoted, render_all
from policy.lang.differences.versions import Version
from policy.lang.folders import DRAFT, Folder, Tree, find_root, no_root, read_tree
from policy.lang.lock import Lock, read_lock
from policy.lang.plan import Parameter
from policy.lang.ruleset import load_version
from policy.lang.variables import parameters_read

Side: TypeAlias = Mapping[str, Version]
"""Versions by the key of their ruleset."""

_NAMED = re.compile(r"([a-z0-9-]+)@([a-z0-9.]+)")


class NoSide(Exception):
    """There is nothing to compare; the message, ending in a line break, says why."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    root: Path
    key: str = ""  # empty: all rulesets
    version: str = ""  # empty: the current one


def find_side(text: str, usual: Path) -> Side:
    """The versions that a word names; `usual` is the folder of `KEY@VERSION`. Raises NoSide."""
    wanted = _wanted(text, usual)
    tree = read_tree(wanted.root)
    compiled = compile_read_tree(tree)
    lock = read_lock(tree.lock)[0] if tree.lock else Lock("")
    keys = [wanted.key] if wanted.key else [folder.key for folder in tree.folders]
    return {key: _version(tree, compiled, lock, key, wanted.version) for key in keys}


def _wanted(text: str, usual: Path) -> _Wanted:
    named = _NAMED.fullmatch(text)
    if named:
        return _Wanted(_root(usual), named[1], named[2])
    path = Path(text)
    if path.is_file():
        return _Wanted(_root(path.parent), path.parent.name, path.stem)
    root = _root(path)
    return _Wanted(root) if root == path else _Wanted(root, path.name)


def _root(path: Path) -> Path:
    root = find_root(path)
    if root is None:
        raise NoSide(no_root(path))
    return root


def _version(tree: Tree, compiled: CompiledTree, lock: Lock, key: str, version: str) -> Version:
    folder = next((each for each in tree.folders if each.key == key), None)
    ruleset = next((each for each in compiled.rulesets if each.key == key), None)
    if folder is None or ruleset is None:
        known = ", ".join(quoted(each.key) for each in tree.folders)
        raise NoSide(f"error: {tree.path} has no ruleset {quoted(key)}, but {known}\n")
    version = version or folder.current
    if version not in folder.versions:
        known = ", ".join(quoted(each) for each in folder.versions)
        raise NoSide(f"error: {quoted(key)} has no version {quoted(version)}, but {known}\n")
    plan = ruleset.plans.get(version)
    if plan is None:
        raise NoSide(_mistakes(compiled, folder))
    return Version(plan, folder.versions[version], _parameters(folder, ruleset, lock, version))


def _mistakes(compiled: CompiledTree, folder: Folder) -> str:
    """What keeps a ruleset from being compiled: in its own files, or in the facts."""
    ours = [each for each in compiled.diagnostics if each.path.startswith(f"{folder.path}/")]
    found = ours if has_errors(ours) else compiled.diagnostics
    return render_all(found, compiled.sources)


def _parameters(
    folder: Folder, ruleset: CompiledRuleset, lock: Lock, version: str
) -> dict[str, Parameter]:
    """The parameters that a version reads; of a published one, with the values it was locked with.

    So a dated value that is new since then shows as a difference.
    """
    syntax, _ = load_version(folder.versions[version])
    read = parameters_read(syntax, ruleset.parameters) if syntax else set()
    found = {each.name: each for each in ruleset.parameters if each.name in read}
    if version == DRAFT:
        return found
    locked = {name: lock.parameters.get(f"{folder.key}/{name}") for name in found}
    return {name: _as_locked(each, locked[name]) for name, each in found.items()}


def _as_locked(parameter: Parameter, held: Mapping[str, object] | None) -> Parameter:
    if held is None:
        return parameter
    values = tuple(each for each in parameter.values if each.valid_from.isoformat() in held)
    return replace(parameter, values=values)
