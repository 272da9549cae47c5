"""The demonstration: which messages it is made of, and whose logins it has."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count

from policy import samples
from policy.models import Account, Involvement, Party
from policy.samples import names
from policy.samples.generator import generate
from policy.services.ingest import delivery_read
from policy.services.logins import Login

MESSAGES = Path(samples.__file__).with_name("messages")

INVALID = "12-invalid-value.xml"
"""Wrong on purpose, for trying out what a refusal looks like; not part of the catalogue."""

Kind = Involvement.Kind

_PASSWORD = "demo-password"


@dataclass(frozen=True, slots=True)
class Message:
    """A file of the demonstration, and when it came in."""

    name: str
    raw: bytes
    received_at: datetime


def messages(*, seed: int, deliveries: int) -> list[Message]:
    """The messages in the order in which they came in; the same for the same numbers."""
    made = generate(seed=seed, deliveries=deliveries).files
    generated = [Message(file.name, file.raw, file.received_at) for file in made]
    return sorted([*generated, *_own()], key=lambda message: message.received_at)


def _own() -> list[Message]:
    """The messages written by hand, each a few minutes after it was made."""
    found = []
    for minutes, path in enumerate(sorted(MESSAGES.glob("*.xml")), start=1):
        if path.name != INVALID:
            raw = path.read_bytes()
            made = delivery_read(raw=raw, file_name=path.name).created_at
            found.append(Message(path.name, raw, made + timedelta(minutes=minutes)))
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """A login, and who it is for."""

    login: Login
    who: str


def cast(licensee: Party | None = None) -> list[Told]:
    """The logins, once the catalogue is there."""
    told = [
        Told(Login("analyst", staff=True), "trust and safety: works on decisions"),
        Told(Login("lead", staff=True), "trust and safety: answers for the rules"),
    ]
    for name, kind in (("label", Kind.RECORD_LABEL), ("artist", Kind.CONTRIBUTOR)):
        parties = _busiest_parties(kind)
        if parties:
            who = f"rights holder: {parties[0].name}"
            told.append(Told(Login(name, parties=parties), who))
    distributor = _busiest_distributor()
    if distributor:
        who = f"distributor: {distributor.name}"
        told.append(Told(Login("distributor", account=distributor), who))
    if licensee:
        told.append(Told(Login("licensee", parties=(licensee,)), f"licensee: {licensee.name}"))
    return told


def label() -> tuple[Party, ...]:
    """The parties of the label whose login the demonstration has."""
    return _busiest_parties(Kind.RECORD_LABEL)


def _busiest_parties(kind: Kind) -> tuple[Party, ...]:
    """Whoever of the sample has most tracks: a label is a party of each distributor that names
    it, so everybody of the name."""
    names_of_kind = [name for name, _ in names.LABELS] if kind == Kind.RECORD_LABEL else None
    found = Party.objects.filter(involvements__kind=kind).values("name_key")
    if names_of_kind:
        found = found.filter(name__in=names_of_kind)
    first = found.annotate(size=Count("pk")).order_by("-size", "name_key").first()
    return tuple(Party.objects.filter(name_key=first["name_key"]).order_by("pk")) if first else ()


def _busiest_distributor() -> Account | None:
    sizes = Account.objects.filter(name__in=names.DISTRIBUTORS).annotate(size=Count("tracks"))
    return sizes.order_by("-size", "pk").first()


def password() -> str:
    """The password of the demonstration's logins: `STAVE_DEMO_PASSWORD`, else one of its own.

    Made at the first call and kept in the state folder, readable by nobody else.
    """
    given = os.environ.get("STAVE_DEMO_PASSWORD")
    if given:
        return given
    path = Path(settings.STATE) / _PASSWORD
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    made = "-".join(secrets.token_hex(2) for _ in range(4))
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made + "\n")
    return made
