"""The JSON delivery format: what ERN says, and what it has no place for.

A text is one object. Fields marked with `!` must be there; a missing or null field says nothing.
Names are those of the dataclasses in `delivery`, values its closed sets; unknown fields are
refused.

```
{"format": "catalogue/1"!, "message_id"!, "thread_id", "created_at"! (2026-12-04T09:00:00Z),
 "sender"! {"dpid", "name"}, "recipient" {...}, "test" (bool), "language",
 "parties":  [{"reference"!, "name"!, "isni", "ipi", "dpid", "ipn", "ids": [ID]}],
 "tracks":   [{"reference"!, "title"!, "display_artist", "isrc", "ids": [ID], "iswcs": [text],
               "version_title", "duration_seconds", "genre", "language", "pline_year",
               "is_instrumental", "is_cover", "is_explicit" (bools), "contains_ai" (AI),
               "audio_hash" (sha-256:5a5a...),
               "artists":      [{"party" | "special", "role"}],
               "contributors": [{"party" | "special", "role", "ai" (AI), "instrument"}],
               "shares":       [{"party"!, "layer"!, "percentage" (a number; missing = unknown),
                                 "territories", "excluded_territories", "valid_from",
                                 "valid_until", "role"}],
               "relations":    [{"kind"!, "isrc", "ids": [ID], "title", "artist"}],
               "consents":     [CONSENT],
               "detections":   [{"kind"!, "detector"!, "version", "score"! (0 to 1), "party",
                                 "detected_at"}]}],
 "releases": [{"reference"!, "title"!, "artist", "type", "icpn", "grid", "catalog_number",
               "ids": [ID], "record_label" (a party), "genre", "release_date", "contains_ai" (AI),
               "tracks"! [references], "consents": [CONSENT]}],
 "consents": [CONSENT],
 "purges":   [{"icpn", "grid", "ids": [ID], "title", "artist"}]}

ID       {"scheme"!, "value"!, "namespace"}
CONSENT  {"use"!, "layer"!, "decision"!, "source" (declaration), "grantor" (a party; missing = the
          sender), "territories", "excluded_territories", "valid_from", "valid_until"}
AI       "all", "partly", "none" or "undeclared"
```

Dates are days (2026-12-04), which begin in UTC, or instants; `valid_until` is exclusive. A
contributor with two roles is given twice. A text with `purges` has nothing else to deliver.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from policy.ingest import limits
from policy.ingest.catalogue_parts import (
    Known,
    read_consents,
    read_identifier,
    read_party,
    read_purge,
    read_release,
    read_track,
)
from policy.ingest.delivery import Delivery, PartyRef
from policy.ingest.json_reading import Fields, JsonReading
from policy.ingest.values import INSTANT
from policy.lang.diagnostics import quoted

FORMAT = "catalogue/1"
"""Format and version, as the text must name them."""

_MAX_WARNINGS = 200


def read_catalogue(raw: bytes, *, path: str) -> Delivery:
    """Read one JSON delivery. `path` is what problems print: a file name. Raises MessageRefused."""
    reading = JsonReading(raw, path)
    fields = reading.root()
    _check_format(fields)
    known = Known()
    for reference, item in _each(fields, "parties"):
        known.parties[reference] = read_party(item, reference, known)
    for reference, item in _each(fields, "tracks"):
        known.tracks[reference] = read_track(item, reference, known)
    releases = tuple(
        read_release(item, reference, known) for reference, item in _each(fields, "releases")
    )
    purges = tuple(read_purge(item, known) for item in fields.objects("purges"))
    delivery = Delivery(
        message_id=fields.required("message_id", limits.MESSAGE_ID),
        thread_id=fields.text("thread_id", limits.MESSAGE_ID) or "",
        sender=_sender(fields, known),
        recipient=_envelope_party(fields, "recipient", known) or PartyRef("", ""),
        created_at=_created_at(fields),
        is_test=fields.flag("test") or False,
        format=FORMAT,
        kind="purge" if purges else "new_release",
        language=fields.text("language", limits.CODE) or "",
        releases=releases,
        tracks=tuple(known.tracks.values()),
        parties=tuple(known.parties.values()),
        consents=read_consents(fields, known),
        purges=purges,
        warnings=tuple(known.warnings[:_MAX_WARNINGS]),
    )
    fields.done()
    _check_whole(reading, delivery)
    reading.finish()
    return delivery


def _check_format(fields: Fields) -> None:
    """Another format would only raise a storm of unknown fields: stop at once."""
    found = fields.required("format", limits.WORD)
    if found and found != FORMAT:
        message = f"the format {quoted(found)} is not read"
        fields.reading.refuse(("format",), "unknown-format", message, f"send `{FORMAT}`")
    fields.reading.finish()


def _check_whole(reading: JsonReading, delivery: Delivery) -> None:
    """What no single part can know."""
    content = (delivery.releases, delivery.tracks, delivery.consents)
    if delivery.purges and any(content):
        message = "a text with `purges` delivers nothing else"
        reading.refuse(("purges",), "mixed", message, "send the purges by themselves")
    if not delivery.purges and not any(content):
        help = "add `tracks` and `releases`, `consents` or `purges`"
        reading.refuse((), "empty", "the text delivers nothing", help)
    placed = {reference for release in delivery.releases for reference in release.tracks}
    for place, track in enumerate(delivery.tracks):
        if track.reference not in placed:
            message = f"the track {quoted(track.reference)} is on no release"
            help = "name it in the `tracks` of a release"
            reading.refuse(("tracks", place), "not-on-release", message, help)


def _each(fields: Fields, name: str) -> Iterator[tuple[str, Fields]]:
    """The objects of a list with their references, which must differ."""
    seen: set[str] = set()
    for item in fields.objects(name):
        reference = item.required("reference", limits.REFERENCE)
        if " " in reference:
            message = f"{quoted(reference)} is not a reference: it has spaces"
            help = "use letters, digits, `-` and `_`"
            fields.reading.refuse((*item.at, "reference"), "wrong-value", message, help)
        if reference and reference in seen:
            message = f"the reference {quoted(reference)} is given twice"
            help = "keep one of them"
            at = (*item.at, "reference")
            fields.reading.refuse(at, "duplicate-reference", message, help)
        seen.add(reference)
        yield reference, item


def _created_at(fields: Fields) -> datetime:
    found = fields.typed("created_at", INSTANT)
    if not fields.has("created_at"):
        fields.required("created_at")
    return found or datetime(1970, 1, 1, tzinfo=UTC)


def _sender(fields: Fields, known: Known) -> PartyRef:
    found = _envelope_party(fields, "sender", known)
    if found is None and not fields.has("sender"):
        fields.required("sender")
    return found or PartyRef("", "")


def _envelope_party(fields: Fields, name: str, known: Known) -> PartyRef | None:
    member = fields.member(name)
    if member is None:
        return None
    dpid = read_identifier(member, "dpid", "dpid", known)
    full = member.text("name", limits.NAME)
    if dpid is None and full is None:
        member.required("name")
    member.done()
    return PartyRef(dpid.value if dpid else "", full or "")
