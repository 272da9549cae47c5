"""`versions.lock`: what was published, so that nobody changes it unseen.

    lock: 1
    versions:
      labelling/1.0.0.yaml: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    parameters:
      labelling/detector_high:
        2026-01-01: '0.9'

A version is held by the SHA-256 of its file. Of the parameters that a published version reads, each
dated value is held as it is, so that a message can say what it was; new values only follow behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from policy.lang.diagnostics import Diagnostic, Related, error, quoted
from policy.lang.folders import DRAFT, Folder, Tree, version_order
from policy.lang.loader import load
from policy.lang.parameters import ParameterSyntax
from policy.lang.plan import digest
from policy.lang.shapes import Shapes
from policy.lang.source import Source, Span

HEADER = (
    "# Written by `python -m policy.lang lock`. What stands here was published and never changes.\n"
)


@dataclass(frozen=True, slots=True)
class Held:
    """A locked digest or value, and its place in the lock."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Lock:
    """Digests by `labelling/1.0.0.yaml`; values by `labelling/detector_high` and day."""

    path: str
    versions: dict[str, Held] = field(default_factory=dict)
    parameters: dict[str, dict[str, Held]] = field(default_factory=dict)

    def note(self, message: str, held: Held) -> Related:
        """The place of a locked thing."""
        return Related(message, self.path, held.span)


def read_lock(source: Source) -> tuple[Lock, tuple[Diagnostic, ...]]:
    """Read `versions.lock`; a lock with a mistake comes back as far as it can be read."""
    root, found = load(source)
    if root is None:
        return Lock(source.path), found
    shapes = Shapes(source)
    keys = ("lock", "versions", "parameters")
    values = shapes.mapping(root, "the lock", required=keys)
    versions = {
        entry.key.text: Held(node.text, entry.key.span)
        for entry in shapes.entries(values.get("versions"), "`versions`")
        if (node := shapes.text(entry.value, "a digest"))
    }
    parameters = {
        entry.key.text: {
            line.key.text: Held(node.text, line.key.span)
            for line in shapes.entries(entry.value, "the values of a parameter")
            if (node := shapes.text(line.value, "a value"))
        }
        for entry in shapes.entries(values.get("parameters"), "`parameters`")
    }
    return Lock(source.path, versions, parameters), (*found, *shapes.found)


def check_lock(
    tree: Tree, parameters: Mapping[str, Iterable[ParameterSyntax] | None]
) -> Iterator[Diagnostic]:
    """What was changed since it was published. `parameters` are those of each ruleset; None where
    their file cannot be read, which is a mistake of its own.
    """
    lock, found = read_lock(tree.lock) if tree.lock else (Lock(""), ())
    yield from found
    if found:
        return
    files = dict(_published(tree.folders))
    for name, source in files.items():
        yield from _check_version(lock, name, source)
    for name in lock.versions.keys() - files.keys():
        held = lock.versions[name]
        message = f"the published version {quoted(name)} is gone"
        yield error("version-changed", message, lock.path, held.span, help="bring the file back")
    here = {
        f"{key}/{parameter.name}": parameter
        for key, declared in parameters.items()
        for parameter in declared or ()
    }
    unreadable = {key for key, declared in parameters.items() if declared is None}
    for name, lines in lock.parameters.items():
        if name.partition("/")[0] not in unreadable:
            yield from _check_parameter(lock, name, lines, here.get(name))


def write_lock(tree: Tree, published: Mapping[str, Iterable[ParameterSyntax]]) -> str:
    """The text of a lock for a tree. `published` are the parameters that its versions read."""
    files = _published(tree.folders)
    versions = [f"  {name}: {digest(source.text.encode())}\n" for name, source in files]
    blocks = [
        f"  {key}/{parameter.name}:\n" + "".join(_line(*line) for line in _lines(parameter).items())
        for key in sorted(published)
        for parameter in sorted(published[key], key=lambda parameter: parameter.name)
    ]
    return HEADER + "lock: 1\n" + _block("versions", versions) + _block("parameters", blocks)


def _block(name: str, lines: list[str]) -> str:
    return f"{name}:\n" + "".join(lines) if lines else f"{name}: {{}}\n"


def _line(day: str, value: str) -> str:
    doubled = value.replace("'", "''")
    return f"    {day}: '{doubled}'\n"


def _lines(parameter: ParameterSyntax) -> dict[str, str]:
    """Day and canonical JSON of each dated value."""
    return {
        line.value.valid_from.isoformat(): msgspec.json.encode(line.value.value).decode()
        for line in parameter.lines
    }


def _published(folders: Iterable[Folder]) -> Iterator[tuple[str, Source]]:
    for folder in folders:
        for version in sorted(folder.versions.keys() - {DRAFT}, key=version_order):
            yield f"{folder.key}/{version}.yaml", folder.versions[version]


def _check_version(lock: Lock, name: str, source: Source) -> Iterator[Diagnostic]:
    held = lock.versions.get(name)
    if held is None:
        message = "the version is not in the lock"
        help = "publish it with `python -m policy.lang lock`, or keep it as `draft.yaml`"
        yield error("version-unlocked", message, source.path, help=help)
    elif held.text != digest(source.text.encode()):
        help = "bring the published text back, and make the change in `draft.yaml`"
        related = [lock.note("locked here", held)]
        message = "a published version was changed"
        yield error("version-changed", message, source.path, help=help, related=related)


def _check_parameter(
    lock: Lock, name: str, held: Mapping[str, Held], parameter: ParameterSyntax | None
) -> Iterator[Diagnostic]:
    """Every held value must be there unchanged, and new ones must follow behind."""
    if parameter is None:
        first = next(iter(held.values()), None)
        message = f"the parameter {quoted(name)} is gone, but published versions read it"
        yield error(
            "parameter-changed", message, lock.path, first.span if first else None, help=_RESTORE
        )
        return
    lines = _lines(parameter)
    spans = {line.value.valid_from.isoformat(): line.span for line in parameter.lines}
    for day, value in held.items():
        if lines.get(day) == value.text:
            continue
        now = f"it is now {quoted(lines[day])}" if day in lines else "it is gone"
        message = f"the value from {quoted(day)} was published as {quoted(value.text)}, {now}"
        span = spans.get(day, parameter.span)
        related = [lock.note("locked here", value)]
        path = parameter.path
        yield error("parameter-changed", message, path, span, help=_RESTORE, related=related)
    last = max(held, default="")
    for day in lines.keys() - held.keys():
        if day < last:
            message = f"a value from {quoted(day)} would change what held before {quoted(last)}"
            help = f"let it begin after {quoted(last)}"
            yield error("parameter-changed", message, parameter.path, spans[day], help=help)


_RESTORE = "bring it back; a new value is a new line with a later day"
