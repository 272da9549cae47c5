"""Parties that use music: they deliver nothing, so somebody makes them known."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from policy.ingest.identifiers import complaint, identify
from policy.models import Party, PartyIdentifier
from policy.services.audit import audit_record
from policy.services.parties import key_of


class LicenseeRefused(Exception):
    """A licensee cannot be made known as said; `str()` says why and what to do."""


def licensee_make(*, name: str, dpid: str, at: datetime, actor: User | None = None) -> Party:
    """The party with a DDEX party id, made when there is none.

    The number says who it is, never the name: one that is there keeps its name. Raises
    LicenseeRefused for an empty name and for what is no DDEX party id.
    """
    number = identify("dpid", dpid)
    fault = complaint(number)
    if fault is not None:
        raise LicenseeRefused(f"{fault[1]}: a licensee is known by its DDEX party id")
    if not name.strip() or len(name) > 300:
        raise LicenseeRefused("name the licensee, in up to 300 characters")
    with transaction.atomic():
        there = Party.objects.filter(
            identifiers__kind="dpid", identifiers__value=number.key, identifiers__valid=True
        ).first()
        if there is not None:
            return there
        made = Party.objects.create(name=name.strip(), name_key=key_of(name), created_at=at)
        PartyIdentifier.objects.create(party=made, kind="dpid", value=number.key, valid=True)
        audit_record(actor=actor, action="licensee_make", subject=made, at=at)
    return made
