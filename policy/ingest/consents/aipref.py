"""IETF AI preferences: `Content-Usage` as an HTTP header and as a rule of robots.txt.

Before the first `User-Agent` a `Content-Usage` line is a header, about all that the file is about;
in a group it is a rule with an optional path. Only what is said to every crawler is read: a group
for one crawler speaks to that one. Rules with one path are read together, the most restrictive
counts. What may not be crawled has no preference, so a permission there is left out.

Drafts: draft-ietf-aipref-vocab-07 and draft-ietf-aipref-attach-05 (August 2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from policy.ingest.consents.lines import TextReading
from policy.ingest.consents.locations import matches, path_of
from policy.ingest.consents.sayable import Ability, Answer, sayable
from policy.ingest.consents.statements import (
    ConsentFile,
    Decision,
    FileStatement,
    Written,
    strictest,
)
from policy.ingest.consents.structured import Member, NotStructured, read_dictionary
from policy.ingest.consents.vocabulary import OUTSIDE, uses_by_word
from policy.lang.diagnostics import quoted

_LINE = re.compile(r"[ \t]*(?P<name>[A-Za-z-]+)[ \t]*:[ \t]*(?P<value>[^#\n]*?)[ \t]*(?:#.*)?")
_RULE = re.compile(r"(?:(?P<path>[/*]\S*)(?:[ \t]+|$))?(?P<usage>.*)")
_DECISIONS: dict[str | None, Decision] = {"y": "granted", "n": "denied"}
_USES = uses_by_word("aipref")


@dataclass(slots=True)
class _Group:
    """Rules for some crawlers: which, what they may crawl (longest pattern first) and prefer."""

    agents: list[str] = field(default_factory=list)
    crawling: list[tuple[str, bool]] = field(default_factory=list)
    said: list[FileStatement] = field(default_factory=list)
    begun: bool = False

    def may_crawl(self, path: str) -> bool:
        """Whether a path may be crawled: the longest pattern decides, the milder of equal ones."""
        found = [rule for rule in self.crawling if rule[0] and matches(rule[0], path)]
        return max(found, key=lambda rule: (len(path_of(rule[0])), rule[1]), default=("", True))[1]


def read_aipref(raw: bytes, *, path: str) -> ConsentFile:
    """Read header lines and a robots.txt. `path` is what problems print. Raises MessageRefused."""
    reading = TextReading(raw, path)
    groups = _groups(reading)
    said = [one for group in groups for one in _for_everybody(reading, group)]
    reading.finish()
    return ConsentFile("aipref", strictest(said), reading.doubts.all())


def write_aipref(statements: Iterable[FileStatement]) -> Written:
    """A robots.txt with what is granted and refused to every crawler."""
    by_location, warnings = sayable(statements, Ability("aipref", terms=False))
    lines = ["User-Agent: *", "Allow: /"]
    for location, answers in by_location.items():
        usage = ", ".join(f"{one.word}={_sign(one)}" for one in answers)
        lines.append(f"Content-Usage: {location + ' ' if location else ''}{usage}")
    return Written("\n".join(lines) + "\n", warnings)


def _sign(answer: Answer) -> str:
    return "y" if answer.decision == "granted" else "n"


def _groups(reading: TextReading) -> list[_Group]:
    """The header lines as a group of no agent, then the groups of robots.txt."""
    group = _Group(begun=True)
    found = [group]
    for number, line in enumerate(reading.text.split("\n"), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            if line.split("#")[0].strip():
                reading.doubts.add(
                    "unknown-line", f"{quoted(line.strip())} is no rule", (number, 1)
                )
            continue
        name, value = match["name"].lower(), match["value"]
        if name == "user-agent":
            if group.begun:
                group = _Group()
                found.append(group)
            group.agents.append(value)
        elif name in ("allow", "disallow"):
            group.begun = True
            group.crawling.append((value, name == "allow"))
        elif name == "content-usage":
            group.begun = True
            group.said += _usage(reading, value, number, match.start("value"), bool(group.agents))
    return found


def _usage(
    reading: TextReading, value: str, line: int, start: int, in_group: bool
) -> Iterator[FileStatement]:
    """What one `Content-Usage` says; `start` is the offset of its value in the line."""
    rule = _RULE.fullmatch(value)
    location, usage = (rule["path"] or "", rule["usage"]) if rule else ("", value)
    start += rule.start("usage") if rule else 0
    if location and not in_group:
        message = "a path before the first `User-Agent`: a header has none"
        help = "write `User-Agent: *` above it"
        reading.refuse(line, start - len(location), "path-in-header", message, help)
    try:
        members = read_dictionary(usage)
    except NotStructured as wrong:
        help = "write it as `train-ai=n, search=y`"
        reading.refuse(line, start + wrong.at + 1, "not-structured", str(wrong), help)
        return
    last = {member.key: member for member in members}  # RFC 9651: of one name the last one counts
    for member in last.values():
        yield from _member(reading, member, path_of(location), line, start + member.at + 1)


def _member(
    reading: TextReading, member: Member, location: str, line: int, column: int
) -> Iterator[FileStatement]:
    doubt = _doubt(member)
    if doubt is not None:
        reading.doubts.add(*doubt, (line, column))
        return
    if member.parameters:
        names = ", ".join(map(quoted, member.parameters))
        reading.doubts.add("unknown-parameter", f"{names} is left out", (line, column))
    decision = _DECISIONS[member.value]
    where = reading.clean(location, line, column)
    for use in _USES[member.key]:
        yield FileStatement(use, decision, where, line=line, column=column)


def _doubt(member: Member) -> tuple[str, str] | None:
    """Code and message of why a member says nothing here."""
    if member.key in OUTSIDE["aipref"]:
        return "outside", f"`{member.key}` is about no use of AI and is left out"
    if member.key not in _USES:
        return "unknown-word", f"{quoted(member.key)} is no category of aipref and is left out"
    if member.value not in _DECISIONS:
        shown = quoted(f"{member.key}={member.text}" if member.text else member.key)
        return "unknown-value", f"{shown} says neither `y` nor `n`, so nothing"
    return None


def _for_everybody(reading: TextReading, group: _Group) -> Iterator[FileStatement]:
    """The statements of a group that hold for every crawler."""
    if group.agents and "*" not in group.agents:
        for one in group.said:
            names = ", ".join(map(quoted, group.agents))
            message = f"what is said to {names} alone is left out"
            reading.doubts.add("one-crawler", message, (one.line, one.column))
        return
    for one in group.said:
        if one.decision == "granted" and not group.may_crawl(one.location):
            message = "a permission where nothing may be crawled says nothing"
            reading.doubts.add("not-crawled", message, (one.line, one.column))
        else:
            yield one
