"""What a statement of consent is about, found by the words in which somebody names it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef

from policy.models import Consent, Party, Pool, Release, Track, Usage
from policy.selectors.people import Named
from policy.selectors.visibility import User, tracks_visible_to

LICENSEES = 200
"""Licensees that are offered to choose from."""


def subject_of(user: User, scope: str, text: str) -> Release | Track | str | None:
    """The release or track of a uuid that the login may see, else the text; None for no text.

    A uuid of nothing that the login sees is None too, so that nobody learns what there is.
    """
    if scope not in (Consent.Scope.RELEASE, Consent.Scope.TRACK):
        return text.strip() or None
    uuid = _uuid(text)
    if uuid is None:
        return None
    tracks = tracks_visible_to(user)
    if scope == Consent.Scope.TRACK:
        return tracks.filter(uuid=uuid).first()
    seen = Exists(tracks.filter(release=OuterRef("pk")))
    return Release.objects.filter(seen, uuid=uuid).first()


def licensees() -> tuple[Named, ...]:
    """Parties that registered a use or owe a pool, by name; who uses music is no secret."""
    used = Usage.objects.filter(licensee=OuterRef("pk"))
    owed = Pool.objects.filter(licensee=OuterRef("pk"))
    rows = Party.objects.filter(Exists(used)) | Party.objects.filter(Exists(owed))
    return tuple(Named(row.uuid, row.name) for row in rows.order_by("name", "pk")[:LICENSEES])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
