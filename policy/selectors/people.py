"""Who a login is: whose works it sees and for whom it delivers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from policy.models import Membership, Party
from policy.selectors.visibility import User, parties_of, sight_of


@dataclass(frozen=True, slots=True)
class Named:
    """A party or account by its uuid and name."""

    uuid: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Me:
    """A login. `everything` is staff of the service; the others see what they act for."""

    name: str
    everything: bool
    parties: tuple[Named, ...]
    accounts: tuple[Named, ...]


def get_me(user: User) -> Me:
    """The signed-in person; one query, none for staff."""
    if sight_of(user).everything:
        return Me(user.get_username(), True, (), ())
    rows = Membership.objects.filter(user_id=user.pk or 0).select_related("account", "party")
    found = list(rows.order_by("pk"))
    parties = (row.party for row in found if row.party)
    accounts = (row.account for row in found if row.account)
    return Me(
        name=user.get_username(),
        everything=False,
        parties=tuple(Named(party.uuid, party.name) for party in parties),
        accounts=tuple(Named(account.uuid, account.name) for account in accounts),
    )


def party_by_uuid(uuid: UUID) -> Party | None:
    """The party that somebody names by its uuid."""
    return Party.objects.filter(uuid=uuid).first()


def own_parties(user: User) -> tuple[Named, ...]:
    """The parties that a login acts for, by name; none for staff, who act for the service."""
    if sight_of(user).everything:
        return ()
    return tuple(Named(row.uuid, row.name) for row in parties_of(user).order_by("name", "pk"))
