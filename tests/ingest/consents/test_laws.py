"""What holds for every format: it reads back what it writes, and nothing breaks it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.ingest.consents.formats import FORMATS
from policy.ingest.consents.licences import read_licence_map, read_licences
from policy.ingest.consents.locations import matches, speaking
from policy.ingest.consents.statements import (
    CONDITIONS,
    DECISIONS,
    SCOPES,
    ConsentFile,
    FileStatement,
)
from policy.ingest.consents.vocabulary import uses_by_word
from policy.ingest.refusals import MessageRefused
from policy.lang.words import LAYERS, USES
from tests.ingest.consents.reading import FILES, FIXTURES

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LOCATIONS = st.lists(
    st.sampled_from(["", "/a/", "/a/b", "/open/*", "/x$", "/*.mp3"]), unique=True, max_size=3
)
TERMS = st.sampled_from(["", "https://odd-harbour.example/ai"])
CODES = st.lists(st.sampled_from(["DE", "FR", "SE"]), unique=True, max_size=2).map(
    lambda codes: tuple(sorted(codes))
)


def by_word(standard: Any, location: str, word: str, **fields: Any) -> list[FileStatement]:
    """What one word says at a place: the same of each of its uses."""
    uses = uses_by_word(standard)[word]
    return [FileStatement(location=location, **({"use": use} | fields)) for use in uses]


@st.composite
def sayable(draw: st.DrawFn, standard: Any) -> list[FileStatement]:
    """Statements that a standard has words for."""
    found: list[FileStatement] = []
    words = [word for word in uses_by_word(standard) if not word.endswith("all")]
    for location in draw(LOCATIONS if standard != "cawg" else st.just([""])):
        for word in draw(st.lists(st.sampled_from(words), unique=True, max_size=3)):
            found += by_word(standard, location, word, **draw(_said(standard)))
    return found


@st.composite
def _said(draw: st.DrawFn, standard: Any) -> dict[str, Any]:
    decision = draw(st.sampled_from(["granted", "denied"]))
    said: dict[str, Any] = {"decision": decision}
    if standard in ("tdmrep", "cawg"):
        said["terms"] = draw(TERMS)
    if standard == "cawg" and decision == "granted":
        said["condition"] = draw(st.sampled_from(["none", "constrained"]))
    if standard == "rsl" and decision == "granted":
        condition = draw(st.sampled_from(["none", "credit", "payment"]))
        price = draw(st.sampled_from(["use 0.002 EUR", "crawl", "purchase"]))
        link = draw(TERMS)
        paid = "; ".join(filter(None, (price, link))) if condition == "payment" else link
        said |= {"condition": condition, "terms": paid, "territories": draw(CODES)}
    return said


def told(statements: Iterable[FileStatement]) -> set[FileStatement]:
    """The statements without their places in a file."""
    return {replace(one, line=0, column=0) for one in statements}


@pytest.mark.parametrize("standard", ["aipref", "tdmrep", "cawg", "rsl"])
@quick
@given(data=st.data())
def test_what_a_standard_can_say_is_read_back_as_it_was(standard: str, data: st.DataObject) -> None:
    statements = data.draw(sayable(standard))
    written = FORMATS[standard].write(statements)
    assert written.warnings == ()
    again = FORMATS[standard].read(written.text.encode(), path="again")
    assert told(again.statements) == told(statements)
    assert again.warnings == ()


@st.composite
def anything(draw: st.DrawFn) -> FileStatement:
    """Any statement, sayable or not."""
    scope = draw(st.sampled_from(SCOPES))
    included, excluded = draw(st.tuples(CODES, st.just(())) | st.tuples(st.just(()), CODES))
    model = draw(st.sampled_from(["", "Tone"]))
    instants = st.datetimes(timezones=st.just(UTC))
    start, end = sorted([draw(instants), draw(instants)])
    decision = draw(st.sampled_from(DECISIONS))
    return FileStatement(
        use=draw(st.sampled_from(USES)),
        decision=decision,
        scope=scope,
        subject="" if scope == "catalogue" else draw(st.sampled_from(["A; B", 'the "one"', "Ö"])),
        grantor=draw(st.sampled_from(["", "Odd, Harbour"])),
        layer=draw(st.none() | st.sampled_from(LAYERS)),
        licensee=draw(st.sampled_from(["", "Toneworks"])),
        model=model,
        model_version="2" if model and draw(st.booleans()) else "",
        territories=included,
        excluded=excluded,
        condition=draw(st.sampled_from(CONDITIONS)) if decision == "granted" else "none",
        terms=draw(TERMS),
        valid_from=start if draw(st.booleans()) else None,
        valid_until=end if end > start and draw(st.booleans()) else None,
        source=draw(st.sampled_from(["", "contract", "file"])),
        evidence=draw(st.sampled_from(["", "a.pdf"])),
    )


@quick
@given(st.lists(anything(), max_size=5))
def test_our_table_says_everything(statements: list[FileStatement]) -> None:
    written = FORMATS["table"].write(statements)
    again = FORMATS["table"].read(written.text.encode(), path="again")
    assert [replace(one, line=0, column=0) for one in again.statements] == statements


@pytest.mark.parametrize("standard", ["aipref", "tdmrep", "cawg", "rsl"])
@quick
@given(statements=st.lists(anything(), max_size=6), at=st.sampled_from(["", "/a/"]))
def test_no_standard_grants_more_than_was_granted(
    standard: str, statements: list[FileStatement], at: str
) -> None:
    """What is read back as a grant is granted in every layer that is spoken of, there and to all,
    and nothing refuses it in some of these places."""
    placed = [replace(one, location=at if n % 2 else "") for n, one in enumerate(statements)]
    written = FORMATS[standard].write(placed)
    again = FORMATS[standard].read(written.text.encode(), path="again")
    public = [one for one in placed if not one.licensee and not one.model]
    for one in again.statements:
        about = [old for old in public if (old.use, old.location) == (one.use, one.location)]
        if one.decision == "granted":
            layers = {old.layer for old in about if _within(one, old)}
            assert layers == {old.layer for old in about}
            refusals = [old for old in about if old.decision != "granted"]
            assert not any(_places(old) & _places(one) for old in refusals)
    if len(public) < len(placed):
        assert written.warnings


def _within(one: FileStatement, old: FileStatement) -> bool:
    """Whether a grant is no more than an older one."""
    condition = old.condition == "none" or one.condition != "none"
    return old.decision == "granted" and condition and _places(one) <= _places(old)


def _places(one: FileStatement) -> set[str]:
    return {*(one.territories or ("DE", "FR", "SE", "elsewhere"))} - {*one.excluded}


@quick
@given(
    st.lists(st.sampled_from(["/", "a", "b", "*", "$"]), max_size=6).map("".join),
    st.lists(st.sampled_from(["/", "a", "b"]), max_size=6).map("".join),
)
def test_patterns_match_as_a_plain_walk_says(pattern: str, path: str) -> None:
    if pattern in ("", "/", "*", "/*") or path in ("", "/"):
        return
    ends = pattern.endswith("$")
    assert matches(pattern, path) == _walk(pattern.removesuffix("$"), path, ends)


def _walk(pattern: str, path: str, ends: bool) -> bool:
    if not pattern:
        return not (ends and path)
    if pattern[0] == "*":
        return any(_walk(pattern[1:], path[at:], ends) for at in range(len(path) + 1))
    return path[:1] == pattern[0] and _walk(pattern[1:], path[1:], ends)


@quick
@given(st.lists(anything(), max_size=6), st.randoms())
def test_what_speaks_does_not_depend_on_the_order(
    statements: list[FileStatement], random: Any
) -> None:
    placed = [replace(one, location=f"/{one.subject}") for one in statements]
    shuffled = random.sample(placed, len(placed))
    one, other = (set(speaking(some, "/Ö")) for some in (placed, shuffled))
    assert one == other


PIECES = [
    b"", b"<", b">", b"&", b"\x00", b"\xff", b"]]>", b"<!--", b"{", b"}", b"[", b"]", b'"', b"'",
    b",", b";", b"\t", b"\n", b"\r", b"(", b")", b"=", b"null", b"1e999", b"\\ud800", b"*", b"$",
    b"9" * 30, b"2026-02-30", b"User-Agent: *\n", b"Content-Usage:", b"train-ai=y", b"\xef\xbb\xbf",
    b'<permits type="usage">all</permits>', b"<content/>", b'"use":', b"granted", b"/a",
]  # fmt: skip
TEXTS = [(FIXTURES / name).read_bytes() for name in FILES.values()]
LICENCES = b"track,licence\n1,CC BY\n"
MAP = b"licence_text,cc_code,commercial_use,derivatives\nCC BY,BY,allowed,allowed\n"


def tried(raw: bytes) -> None:
    """Every reader takes a text or refuses it with reasons."""
    licences = read_licence_map(MAP, path="map")
    readers: list[Any] = [one.read for one in FORMATS.values()]
    readers.append(read_licence_map)
    readers.append(lambda raw, path: read_licences(raw, path=path, licences=licences))
    for reader in readers:
        found, why = outcome(reader, raw)
        assert isinstance(found, ConsentFile | dict) or (why and str(why).startswith("fuzz"))


def outcome(reader: Any, raw: bytes) -> tuple[Any, MessageRefused | None]:
    """What a reader makes of a text, or why it does not."""
    try:
        return reader(raw, path="fuzz"), None
    except MessageRefused as refused:
        return None, refused


@quick
@given(st.sampled_from([*TEXTS, LICENCES, MAP]), st.data())
def test_a_text_with_pieces_put_in_or_taken_out_is_refused_or_read(
    raw: bytes, data: st.DataObject
) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw)))
        gone = data.draw(st.integers(0, 40))
        raw = raw[:at] + data.draw(st.sampled_from(PIECES)) + raw[at + gone :]
    tried(raw)


@quick
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    for start in (b"", b"[", b"{", b"User-Agent: *\nContent-Usage: ", b"use,decision\n"):
        tried(start + raw)
