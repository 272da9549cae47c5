"""What commands on consent share: parties and works by name, and how refusals are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.core.management.base import CommandError
from django.db.models import Model, QuerySet

from policy.detect.names import name_key
from policy.models import Consent, Party, Release, Track
from policy.services.saying import ConsentRefused, Evidence, Scope, Subject

Row = TypeVar("Row", bound=Model)

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def party_named(text: str) -> Party:
    """The one party of this UUID or name. Refuses what none or several are."""
    if _UUID.fullmatch(text):
        return _by_uuid(Party.objects.all(), text, "party")
    rows = list(Party.objects.filter(name_key=name_key(text)).order_by("pk")[:6])
    if not rows:
        raise CommandError(f"there is no party `{text}`")
    if len(rows) > 1:
        known = ", ".join(str(row.uuid) for row in rows[:5])
        raise CommandError(f"several parties are called `{text}`: name one by its UUID ({known})")
    return rows[0]


def track_named(text: str) -> Track:
    """The one track of this UUID or ISRC that is there. Refuses what none or several are."""
    there = Track.objects.select_related("release")
    if _UUID.fullmatch(text):
        return _by_uuid(there, text, "track")
    rows = list(there.filter(isrc=text.replace("-", "").upper(), removed_at=None)[:2])
    if not rows:
        raise CommandError(f"there is no track `{text}`")
    if len(rows) > 1:
        raise CommandError(f"several tracks carry the ISRC `{text}`: name one by its UUID")
    return rows[0]


def consent_named(text: str) -> Consent:
    """The statement of this UUID. Refuses what is none."""
    if not _UUID.fullmatch(text):
        raise CommandError(
            f"`{text}` is no UUID: `manage.py consent_show` tells those of statements"
        )
    return _by_uuid(Consent.objects.select_related("grantor", "licensee"), text, "statement")


def subject_named(scope: str, text: str) -> Subject:
    """What a statement of a scope is about: a row, or the name or number as it is."""
    if scope == Scope.TRACK and text:
        return track_named(text)
    if scope == Scope.RELEASE and text:
        if not _UUID.fullmatch(text):
            raise CommandError(f"`{text}` is no UUID: name the release by its own")
        return _by_uuid(Release.objects.all(), text, "release")
    return text or None


def evidence_read(path: Path | None) -> Evidence | None:
    """The evidence that a file is. Refuses a file that cannot be read."""
    if path is None:
        return None
    try:
        return Evidence.of(path.name, path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}") from None


@contextmanager
def mistakes_told() -> Iterator[None]:
    """Turn what a service refuses into the one message that a command ends with."""
    try:
        yield
    except ConsentRefused as refused:
        told = "\n".join(f"  {one.field}: {one.message}" for one in refused.mistakes)
        raise CommandError(f"nothing was recorded:\n{told}") from None


def _by_uuid(rows: QuerySet[Row], text: str, noun: str) -> Row:
    found = rows.filter(uuid=text).first()
    if found is None:
        raise CommandError(f"there is no {noun} `{text}`")
    return found
