"""Parties: found by name, and one as a page with its tracks, decisions, duties and consents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from policy.detect.names import name_key
from policy.models import Consent, Involvement, Obligation, Party, PartyIdentifier, Track
from policy.selectors.consents import ALONG, ConsentTable, consent_table
from policy.selectors.decision_list import Counts, count_decisions
from policy.selectors.decision_search import DecisionFilter, Place
from policy.selectors.masking import Reader
from policy.selectors.track_list import TrackList, track_row, with_decision
from policy.selectors.visibility import User, sight_of, tracks_visible_to

FOUND = 50
"""Parties that a search lists."""

SUGGESTED = 8
"""Parties that are offered while somebody types."""

TRACKS = 25
"""Tracks on a page of a party's."""

DUTIES = 50
"""Open obligations that a party's page lists, the most urgent ones."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A standard number of a party; `valid` says whether its check digit is right."""

    kind: str
    namespace: str
    value: str
    valid: bool


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party in a list."""

    uuid: UUID
    name: str
    identifiers: tuple[Identifier, ...]
    known_to: str


@dataclass(frozen=True, slots=True)
class PartyList:
    """Parties whose name starts so; `more` tells that there are others."""

    rows: tuple[PartyRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """An obligation of a party that is not done: what, because of which track and rule, by when."""

    do: str
    track: UUID
    title: str
    decision: UUID
    rule: str
    due_at: datetime | None
    state: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class PartyPage:
    """Everything on a party. `private` tells that this reader may see its duties and consents."""

    uuid: UUID
    name: str
    identifiers: tuple[Identifier, ...]
    known_to: str
    roles: tuple[str, ...]
    tracks: TrackList
    counts: Counts
    private: bool
    duties: tuple[OpenDuty, ...]
    consents: ConsentTable


def list_parties(user: User, text: str, *, limit: int = FOUND) -> PartyList:
    """Parties by the start of their name, in its order; two queries beside the login's own.

    Others than staff find the parties of the tracks that they may see.
    """
    key = name_key(text) if text.strip() else ""
    # The second condition alone would do, but SQLite answers it from the index only with the first.
    found = _visible(user).filter(name_key__gte=key, name_key__startswith=key)
    rows = list(_with_identifiers(found).order_by("name_key", "pk")[: limit + 1])
    return PartyList(tuple(_row(party) for party in rows[:limit]), more=len(rows) > limit)


def get_party_page(user: User, uuid: UUID, place: Place, *, now: datetime) -> PartyPage | None:
    """The page of a party with its tracks at `place`, None when the login sees none such.

    At most 8 queries.
    """
    party = _with_identifiers(_visible(user)).filter(uuid=uuid).first()
    if party is None:
        return None
    sight = sight_of(user)
    private = sight.everything or party.pk in sight.parties
    row = _row(party)
    return PartyPage(
        uuid=party.uuid,
        name=party.name,
        identifiers=row.identifiers,
        known_to=row.known_to,
        roles=_roles(party),
        tracks=_tracks(user, party, place),
        counts=count_decisions(user, DecisionFilter(party=party.uuid)),
        private=private,
        duties=_duties(party, now) if private else (),
        consents=_consents(party, private=private, now=now),
    )


def _visible(user: User) -> QuerySet[Party]:
    """Own parties, and those that have to do with a track which the login may see."""
    sight = sight_of(user)
    if sight.everything:
        return Party.objects.all()
    on_track = Involvement.objects.filter(
        Exists(tracks_visible_to(user).filter(pk=OuterRef("track_id"))), party=OuterRef("pk")
    )
    return Party.objects.filter(Exists(on_track)) | Party.objects.filter(pk__in=sight.parties)


def _with_identifiers(parties: QuerySet[Party]) -> QuerySet[Party]:
    identifiers = PartyIdentifier.objects.order_by("kind", "value")
    return parties.select_related("scope").prefetch_related(
        Prefetch("identifiers", queryset=identifiers)
    )


def _row(party: Party) -> PartyRow:
    return PartyRow(
        uuid=party.uuid,
        name=party.name,
        identifiers=tuple(
            Identifier(each.get_kind_display(), each.namespace, each.value, each.valid)
            for each in party.identifiers.all()
        ),
        known_to=party.scope.name if party.scope else "",
    )


def _roles(party: Party) -> tuple[str, ...]:
    """What the party is to its tracks: holder, contributor, ..."""
    kinds = [
        Exists(Involvement.objects.filter(party=party.pk, kind=kind))
        for kind in Involvement.Kind.values
    ]
    named = dict(zip(Involvement.Kind.labels, kinds, strict=True))
    found = Party.objects.filter(pk=party.pk).values_list(*named.values())
    return tuple(label for label, there in zip(named, found.get(), strict=True) if there)


def _tracks(user: User, party: Party, place: Place) -> TrackList:
    """The party's tracks at a place: a walk along its involvements, newest track first."""
    upwards = place.side in ("newer", "last")
    rows = Involvement.objects.filter(party=party)
    if not sight_of(user).everything:
        rows = rows.filter(Exists(tracks_visible_to(user).filter(pk=OuterRef("track_id"))))
    if place.uuid is not None:
        beside = Subquery(Track.objects.filter(uuid=place.uuid).values("pk"))
        older = place.side == "older"
        rows = rows.filter(track__lt=beside) if older else rows.filter(track__gt=beside)
    ids = rows.order_by("track_id" if upwards else "-track_id").values("track_id").distinct()
    found = with_decision(Track.objects.filter(pk__in=ids[: TRACKS + 1]))
    tracks = [track_row(track) for track in found.order_by("pk" if upwards else "-pk")]
    more, tracks = len(tracks) > TRACKS, tracks[:TRACKS]
    return TrackList(
        rows=tuple(reversed(tracks) if upwards else tracks),
        newer=more if upwards else place.side == "older",
        older=place.side == "newer" if upwards else more,
    )


def _duties(party: Party, now: datetime) -> tuple[OpenDuty, ...]:
    done = (Obligation.State.DONE, Obligation.State.WAIVED)
    rows = Obligation.objects.filter(party=party).exclude(state__in=done)
    found = rows.select_related("decision__track", "finding").order_by("due_at", "pk")
    return tuple(
        OpenDuty(
            do=each.do,
            track=each.decision.track.uuid,
            title=each.decision.track.title,
            decision=each.decision.uuid,
            rule=each.finding.rule_key,
            due_at=each.due_at,
            state=each.state,
            overdue=each.due_at is not None and each.due_at < now,
        )
        for each in found[:DUTIES]
    )


def _consents(party: Party, *, private: bool, now: datetime) -> ConsentTable:
    rows = Consent.objects.filter(grantor=party) if private else Consent.objects.none()
    found = rows.select_related(*ALONG).order_by("-recorded_at", "-pk")
    own = Reader(everything=True)  # all statements are the party's own
    return consent_table(list(found[:200]), own, now=now)
