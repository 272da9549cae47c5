"""Parties, accounts and parts of catalogues that commands are told of by name."""

from __future__ import annotations

from argparse import ArgumentTypeError
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from policy.models import Account, Party
from policy.services.consent_targets import Target, WrongTarget, target
from policy.services.parties import key_of


def party_named(name: str) -> Party | None:
    """The one party of a UUID or name; None for no name. Refuses a name of nobody, or of several."""
    if not name:
        return None
    try:
        found = list(Party.objects.filter(uuid=UUID(name)))
    except ValueError:
        found = list(Party.objects.filter(name_key=key_of(name)).order_by("pk")[:10])
    if not found:
        raise CommandError(f"there is no party `{name}`")
    if len(found) > 1:
        uuids = ", ".join(str(party.uuid) for party in found)
        raise CommandError(f"several parties are called `{name}`; give one of {uuids}")
    return found[0]


def account_named(key: str) -> Account | None:
    """The account of a key; None for no key. Refuses a key that nobody has."""
    if not key:
        return None
    found = Account.objects.filter(key=key).first()
    if found is None:
        known = ", ".join(Account.objects.order_by("key").values_list("key", flat=True)[:10])
        told = f"there is no account `{key}`"
        raise CommandError(f"{told}; there are {known}" if known else told)
    return found


def target_argument(parser: CommandParser) -> None:
    """Add what stands under the paths of a site; may be given several times."""
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=_target,
        metavar="PATH=SCOPE:SUBJECT",
        help="what stands under a path: `/odd/=label:Odd Harbour`, `/=catalogue`, `/drafts/=skip`",
    )


def _target(text: str) -> Target:
    try:
        return target(text)
    except WrongTarget as wrong:
        raise ArgumentTypeError(str(wrong)) from None
