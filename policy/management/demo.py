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
from policy.detect.names import name_key
from policy.models import Account, Party
from policy.samples import names
from policy.samples.generator import generate
from policy.services.ingest import delivery_read
from policy.services.logins import Login

MESSAGES = Path(samples.__file__).with_name("messages")

INVALID = "12-invalid-value.xml"
"""Wrong on purpose, for trying out what a refusal looks like; not part of the catalogue."""

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


def cast() -> list[Told]:
    """The logins, once the catalogue is there."""
    label, voice = names.LABELS[0][0], names.VOICES[0]
    distributor = _busiest()
    told = [
        Told(Login("analyst", staff=True), "trust and safety: works on decisions"),
        Told(Login("lead", staff=True), "trust and safety: answers for the rules"),
        Told(Login("label", parties=_named(label)), f"rights holder: {label}"),
        Told(Login("artist", parties=_named(voice)), f"rights holder: {voice}"),
    ]
    if distributor:
        who = f"distributor: {distributor.name}"
        told.append(Told(Login("distributor", account=distributor), who))
    return told


def _named(name: str) -> tuple[Party, ...]:
    """Everybody of that name: a label is a party of each distributor that names it."""
    return tuple(Party.objects.filter(name_key=name_key(name)).order_by("pk"))


def _busiest() -> Account | None:
    sizes = Account.objects.annotate(size=Count("tracks")).order_by("-size", "pk")
    return sizes.filter(name__in=names.DISTRIBUTORS).first()


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
