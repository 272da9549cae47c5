"""The fixed cast of every door's tests: who they are, and the few works that they have.

analyst      staff of the service, sees everything
label        acts for Halcyon Records, which owns most of `song`
other_label  acts for Brightwater, which owns `rival`, and delivers it itself
distributor  acts for the account Northwind, which delivered `song`
licensee     acts for Oriole AI, which uses songs; what it did with them is made by `tests.uses`
stranger     has a login and nothing else
None         is anonymous
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from policy.models import Account, Delivery, Party, Track
from tests import factories

PASSWORD = "correct horse battery staple"
"""Of every login of the cast."""

NAMES = ("analyst", "label", "other_label", "distributor", "licensee", "stranger")


@dataclass(frozen=True, slots=True)
class Cast:
    """The people, parties, accounts and works."""

    users: dict[str, User]
    halcyon: Party
    brightwater: Party
    writer: Party
    oriole: Party
    northwind: Account
    southgate: Account
    delivery: Delivery
    song: Track
    rival: Track

    def __getitem__(self, name: str) -> User:
        """The login of that name."""
        return self.users[name]


def make_cast() -> Cast:
    """Make the cast with its works; nothing is decided yet."""
    users = {
        name: factories.user(name=name, staff=name == "analyst", password=PASSWORD)
        for name in NAMES
    }
    halcyon = factories.party(name="Halcyon Records")
    brightwater = factories.party(name="Brightwater")
    writer = factories.party(name="Ines Okafor")
    northwind = factories.account(key="northwind", party=factories.party(name="Northwind"))
    southgate = factories.account(key="southgate", party=brightwater)
    factories.membership(user=users["label"], party=halcyon)
    factories.membership(user=users["other_label"], account=southgate)
    factories.membership(user=users["distributor"], account=northwind)
    oriole = factories.party(name="Oriole AI")
    factories.membership(user=users["licensee"], party=oriole)
    delivery = factories.delivery(account=northwind)
    song = _song(northwind, halcyon, writer)
    factories.request(track=song, delivery=delivery)
    return Cast(
        users, halcyon, brightwater, writer, oriole, northwind, southgate, delivery, song,
        rival=_rival(southgate, brightwater, song),
    )  # fmt: skip


def _song(account: Account, label: Party, writer: Party) -> Track:
    release = factories.release(account=account, title="Lanterns", display_artist="Nadir Field")
    song = factories.track(release=release, title="Lantern Song", isrc="ZZHAL2600001")
    for party, kind in ((label, "holder"), (writer, "holder"), (writer, "contributor")):
        factories.involvement(track=song, party=party, kind=kind)
    factories.share(track=song, party=label, basis_points=7_000)
    factories.share(track=song, party=writer, basis_points=3_000)
    factories.contributor(track=song, party=writer)
    return song


def _rival(account: Account, label: Party, song: Track) -> Track:
    release = factories.release(account=account, title="Other Lights", display_artist="Mirna")
    rival = factories.track(release=release, title="Lantern Cover", isrc=song.isrc)
    factories.involvement(track=rival, party=label, kind="holder")
    factories.share(track=rival, party=label)
    return rival
