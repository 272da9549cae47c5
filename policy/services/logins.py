"""Logins: made with what they act for, and never changed by being asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from policy.models import Account, Membership, Party
from policy.services.audit import audit_record


@dataclass(frozen=True, slots=True)
class Login:
    """A login to make: staff of the service, or acting for an account or for parties."""

    name: str
    staff: bool = False
    account: Account | None = None
    parties: tuple[Party, ...] = ()


def logins_make(*, logins: Sequence[Login], password: str, at: datetime) -> list[User]:
    """Make the logins that are not there, and let all of them act for what they are told to.

    A login that is there keeps its password, its rights and what else it acts for.
    """
    with transaction.atomic():
        return [_make(login, password, at) for login in logins]


def _make(login: Login, password: str, at: datetime) -> User:
    user, new = User.objects.get_or_create(
        username=login.name, defaults={"is_staff": login.staff, "date_joined": at}
    )
    if new:
        user.set_password(password)
        user.save(update_fields=["password"])
        audit_record(actor=None, action="login_make", subject=user, at=at)
    if login.account:
        Membership.objects.get_or_create(user=user, account=login.account)
    for party in login.parties:
        Membership.objects.get_or_create(user=user, party=party)
    return user
