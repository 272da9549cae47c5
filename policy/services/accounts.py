"""Accounts of those who deliver."""

from __future__ import annotations

from datetime import datetime

from django.utils.text import slugify

from policy.ingest.delivery import PartyRef
from policy.ingest.identifiers import identify
from policy.models import Account
from policy.services.parties import SENDER, parties_store, sender_party

_KEY_LENGTH = 80


def account_of_sender(*, sender: PartyRef, at: datetime) -> Account:
    """The account of whoever sent a message: by DDEX party id, else by name; made when new.

    For messages that a trusted person hands in. A caller who signs in has an account of its own,
    whatever its messages call their sender. Must run in a transaction; two that make the same
    account at once make one of them fail with IntegrityError, to be tried again.
    """
    dpid = identify("dpid", sender.dpid).key if sender.dpid else ""
    name = sender.name or sender.dpid
    known = Account.objects.filter(dpid=dpid) if dpid else Account.objects.filter(key=_key(name))
    return known.order_by("pk").first() or _open(name, dpid, sender, at)


def _open(name: str, dpid: str, sender: PartyRef, at: datetime) -> Account:
    key = _key(name)
    if Account.objects.filter(key=key).exists():
        key = _key(f"{name[: _KEY_LENGTH - len(dpid) - 1]} {dpid}")
    account = Account.objects.create(key=key, name=name, dpid=dpid, created_at=at)
    stored = parties_store(delivered=[sender_party(sender)], account=account, at=at)
    account.party = stored.rows[SENDER]
    account.save(update_fields=["party"])
    return account


def _key(name: str) -> str:
    """A slug of a name; names of other scripts keep their letters."""
    return (
        slugify(name)[:_KEY_LENGTH] or slugify(name, allow_unicode=True)[:_KEY_LENGTH] or "sender"
    )
