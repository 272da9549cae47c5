"""Accounts, and parts of catalogues on the paths of a site, that commands are told of."""

from __future__ import annotations

from argparse import ArgumentTypeError

from django.core.management.base import CommandError, CommandParser

from policy.models import Account
from policy.services.consent_targets import Target, WrongTarget, target


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
