"""Who may see what: the one place that every door asks.

Staff see everything. A login that acts for an account sees the tracks which that account delivered;
one that acts for a party sees the tracks that the party has to do with (`Involvement`). Anybody
else sees nothing. A decision is seen by whoever sees its track.

A use of AI is seen by its licensee and, once it took place, by whoever sees a track that it drew
on. A pool is seen by its licensee, money and payout statements by the party whose they are.

What somebody may see *inside* a track that they see (other parties' shares, other accounts' works)
is narrower and is masked where it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from policy.models import (
    Account,
    Attribution,
    Consent,
    Decision,
    Involvement,
    LedgerAccount,
    Membership,
    Party,
    PayoutStatement,
    Pool,
    Track,
    Usage,
    UsageCheck,
)

User: TypeAlias = AbstractBaseUser | AnonymousUser

WIDE = 5_000
"""Tracks from which on a login counts as wide.

A wide login's newest rows are found by walking the newest rows of the table and probing each; a
narrow one's by fetching all that it has and sorting. Each way is slow for the other: probing
a million rows takes seconds, and so does sorting a million. At 5,000 of a million tracks a page of
50 is found within some 10,000 probes, and sorting 5,000 rows is nothing.
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a login acts for: row ids of accounts and parties, and whether they have many tracks."""

    everything: bool = False
    accounts: frozenset[int] = frozenset()
    parties: frozenset[int] = frozenset()
    wide: bool = False


def sight_of(user: User) -> Sight:
    """What the login acts for; one query, remembered on the user object for the request."""
    known = getattr(user, "_stave_sight", None)
    if isinstance(known, Sight):
        return known
    sight = _sight(user)
    user._stave_sight = sight  # type: ignore[union-attr]  # as Django caches permissions there
    return sight


def assurance_of(user: User) -> str:
    """How surely a party says what the login says in its name; empty where staff say it."""
    return "" if sight_of(user).everything else Consent.Assurance.VERIFIED_PARTY.value


def tracks_visible_to(user: User) -> QuerySet[Track]:
    """The tracks that the login may see."""
    sight = sight_of(user)
    return Track.objects.all() if sight.everything else Track.objects.filter(_own(sight, "pk"))


def decisions_visible_to(user: User) -> QuerySet[Decision]:
    """The decisions on tracks that the login may see."""
    sight = sight_of(user)
    if sight.everything:
        return Decision.objects.all()
    return Decision.objects.filter(_own(sight, "track_id"))


def accounts_of(user: User) -> QuerySet[Account]:
    """The accounts that the login may deliver for; all of them for staff."""
    sight = sight_of(user)
    return (
        Account.objects.all() if sight.everything else Account.objects.filter(pk__in=sight.accounts)
    )


def parties_of(user: User) -> QuerySet[Party]:
    """The parties whose private facts (shares, obligations) the login may see; all for staff."""
    sight = sight_of(user)
    return Party.objects.all() if sight.everything else Party.objects.filter(pk__in=sight.parties)


def usages_visible_to(user: User) -> QuerySet[Usage]:
    """The login's own uses, and those that took place and drew on a track that it may see."""
    sight = sight_of(user)
    if sight.everything:
        return Usage.objects.all()
    others = took_place() & _draws_on_visible(user, wide=sight.wide)
    return Usage.objects.filter(Q(licensee__in=sight.parties) | others)


def took_place(usage: str = "") -> Q:
    """That a use, by the way to it from a row, took place: reported, though it stopped since."""
    answered = UsageCheck.objects.filter(usage=OuterRef(f"{usage}pk"), reported=True)
    return Q(**{f"{usage}stage": Usage.Stage.REPORTED}) | Q(Exists(answered))


def pools_visible_to(user: User) -> QuerySet[Pool]:
    """The pools that the login's parties owe; all for staff."""
    sight = sight_of(user)
    return (
        Pool.objects.all() if sight.everything else Pool.objects.filter(licensee__in=sight.parties)
    )


def ledger_accounts_visible_to(user: User) -> QuerySet[LedgerAccount]:
    """The accounts of the ledger that are the login's own; all for staff."""
    sight = sight_of(user)
    accounts = LedgerAccount.objects.all()
    return accounts if sight.everything else accounts.filter(party__in=sight.parties)


def payout_statements_visible_to(user: User) -> QuerySet[PayoutStatement]:
    """The payout statements to the login's parties; all for staff."""
    sight = sight_of(user)
    found = PayoutStatement.objects.all()
    return found if sight.everything else found.filter(party__in=sight.parties)


def _sight(user: User) -> Sight:
    if not (user.is_authenticated and user.is_active):
        return Sight()
    if getattr(user, "is_staff", False):
        return Sight(everything=True)
    rows: list[tuple[int | None, ...]] = list(
        Membership.objects.filter(user_id=user.pk)
        .annotate(
            tracks=_beyond_wide(Track.objects.filter(account=OuterRef("account"))),
            works=_beyond_wide(Involvement.objects.filter(party=OuterRef("party"))),
            own_works=_beyond_wide(Involvement.objects.filter(party=OuterRef("account__party"))),
        )
        .values_list("account", "party", "account__party", "tracks", "works", "own_works")
    )
    return Sight(
        accounts=frozenset(row[0] for row in rows if row[0] is not None),
        # An account's login also acts for the party that the account is.
        parties=frozenset(party for row in rows for party in row[1:3] if party is not None),
        wide=any(row is not None for found in rows for row in found[3:]),
    )


def _beyond_wide(rows: QuerySet[Any]) -> Subquery:
    """The id of one row when there are more than WIDE of them, else null."""
    return Subquery(rows.values("pk")[WIDE : WIDE + 1])


def _draws_on_visible(user: User, *, wide: bool) -> Q:
    """The condition on a use that a track which the login may see is attributed to it.

    A wide login's newest are probed, a narrow one's are all fetched: see WIDE.
    """
    tracks = tracks_visible_to(user)
    if wide:
        drawn = Attribution.objects.filter(usage=OuterRef("pk"))
        return Q(Exists(drawn.filter(Exists(tracks.filter(pk=OuterRef("track_id"))))))
    drawn = Attribution.objects.filter(track__in=tracks.order_by().values("pk"))
    return Q(pk__in=drawn.values("usage"))


def _own(sight: Sight, track: str) -> Q:
    """The condition on a row whose track id is in the column `track`.

    The wide form cannot be answered from an index, which is meant: see WIDE.
    """
    own = Q(pk__in=[])
    if sight.accounts:
        own |= Q(account__in=sight.accounts)
    if sight.parties and sight.wide:
        own |= Q(Exists(Involvement.objects.filter(track=OuterRef(track), party__in=sight.parties)))
    elif sight.parties:
        held = Involvement.objects.filter(party__in=sight.parties).values("track")
        own |= Q(**{f"{track}__in": held})
    return own
