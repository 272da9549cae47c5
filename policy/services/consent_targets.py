"""Where the statements of a file belong: paths of a web site mapped to what the registry knows.

A file speaks about places, the registry about catalogues, labels, artists, releases and tracks. A
target says `what stands under this path is that`; what the file says there, by its own standard's
rule of the longest pattern, is said of it. No statement falls through: what no target reaches is a
mistake, with the target that would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from policy.ingest.consents.locations import path_of, speaking
from policy.ingest.consents.statements import SCOPES, FileStatement, Scope
from policy.ingest.refusals import Refusal
from policy.lang.diagnostics import did_you_mean, quoted

SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Target:
    """What stands under a path (empty: everything). A scope of None is left out on purpose."""

    path: str
    scope: Scope | None
    subject: str = ""


class WrongTarget(Exception):
    """A text that names no target."""


EVERYTHING = Target("", "catalogue")


def target(text: str) -> Target:
    """Read `PATH=SCOPE:SUBJECT`, `PATH=catalogue` or `PATH=skip`. Raises WrongTarget."""
    path, equals, about = text.partition("=")
    scope, _, subject = about.partition(":")
    words = (*SCOPES, SKIP)
    if not equals or scope not in words:
        help = did_you_mean(scope, words) if equals else "write `/path/=label:NAME`"
        raise WrongTarget(f"{quoted(text)} is no target: {help}")
    if bool(subject.strip()) == (scope in ("catalogue", SKIP)):
        more = "has no subject" if subject else f"needs a subject: write `{path}={scope}:NAME`"
        raise WrongTarget(f"{quoted(text)}: `{scope}` {more}")
    found = next((one for one in SCOPES if one == scope), None)
    return Target(path_of(path).rstrip("*"), found, subject.strip())


def placed(
    statements: Sequence[FileStatement],
    targets: Iterable[Target],
    *,
    path: str,
    refusals_hold: bool,
) -> tuple[list[FileStatement], list[Refusal]]:
    """The statements with the scope and subject that they belong to, and what belongs nowhere.

    Statements that name their scope themselves stay as they are. `path` is what problems print.
    """
    everything = [*targets]
    if not any(not one.path for one in everything):
        everything.append(EVERYTHING)
    located = any(one.location for one in statements)
    if not located and everything == [EVERYTHING]:
        return list(statements), []
    whole = speaking(statements, "", refusals_hold=refusals_hold)
    found: list[FileStatement] = []
    reached: set[FileStatement] = set()
    for one in everything:
        here = speaking(statements, one.path, refusals_hold=refusals_hold) if one.path else whole
        reached |= {*here, *speaking(statements, one.path)}
        found += _of(one, here, [] if one.path == "" else whole)
    left = [one for one in statements if one not in reached]
    return found, list(_unreached(left, path))


def _of(
    one: Target, here: Iterable[FileStatement], whole: Sequence[FileStatement]
) -> Iterator[FileStatement]:
    """What is said of a target beyond what is said of everything."""
    for said in here:
        if one.scope is not None and said not in whole:
            yield replace(said, scope=one.scope, subject=one.subject, location="")


def _unreached(left: Iterable[FileStatement], path: str) -> Iterator[Refusal]:
    """One mistake for each location that nothing is mapped to, at its first statement."""
    for said in {one.location: one for one in reversed([*left])}.values():
        message = f"the file speaks about {quoted(said.location)}, and no target says what that is"
        at = said.location.rstrip("*")
        help = f"add `--map {at}=label:NAME`, another scope, or `--map {at}=skip` to leave it out"
        yield Refusal("no-target", message, path, said.line, said.column, help=help)
