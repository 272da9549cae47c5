"""Which decisions a filter means, found at the same price with a thousand rows or a million.

Newest first is by id, so a page is a walk along an index until it is full. What differs is which
index to walk, and a planner without statistics cannot know that, so it is chosen here:

- text and party leave few tracks: fetch those tracks' decisions and sort them;
- a rule or ruleset: walk its findings, and probe the other conditions;
- else: walk the decisions (of an outcome, of a deliverer), and probe the other conditions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from uuid import UUID

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from policy.models import Account, Decision, Finding, Party
from policy.selectors import search
from policy.selectors.visibility import User, decisions_visible_to, sight_of, tracks_visible_to

FEW = 10_000
"""Tracks up to which a search fetches all their decisions; beyond, probing finds a page sooner."""

NOWHERE = UUID(int=0)
"""The uuid of no row."""

Side: TypeAlias = Literal["first", "older", "newer", "last"]


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """What to look for; an empty field asks nothing.

    `deliverer` is an account's key, `text` words as people type them, `current` leaves out
    decisions that a later one on the same track has overtaken.
    """

    effect: str = ""
    ruleset: str = ""
    rule: str = ""
    party: UUID | None = None
    deliverer: str = ""
    text: str = ""
    current: bool = False

    @property
    def by_tally(self) -> bool:
        """Whether kept counts answer how many there are of each outcome."""
        return self == DecisionFilter(effect=self.effect, deliverer=self.deliverer)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the list: the first, the last, or the one beside the decision `uuid`."""

    side: Side = "first"
    uuid: UUID | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What text and party come to: `tracks` are their ids, None when they are not few.

    `party` and `party_name` are row id and name of the party that was asked for, when any of its
    tracks was found.
    """

    tracks: tuple[int, ...] | None = None
    party: int | None = None
    party_name: str = ""


@dataclass(frozen=True, slots=True)
class Matches:
    """The decisions that match: rows whose column `key` is a decision's id, each id once.

    `just_current` tells that they are the newest ones of all tracks, nothing else asked.
    """

    rows: QuerySet[Any]
    key: str
    just_current: bool = False

    def newest(self, limit: int) -> QuerySet[Any]:
        """Ids of the newest, at most `limit`."""
        return self._ids().order_by(f"-{self.key}")[:limit]

    def page(self, place: Place, limit: int) -> QuerySet[Any]:
        """Ids of a page, at most `limit`; from the far end when the page is `newer` or `last`."""
        if self.just_current and place.side == "last":
            return _oldest_current()[:limit]
        ids = self._ids()
        beside = Decision.objects.filter(uuid=place.uuid or NOWHERE).values("pk")
        if place.side == "older":
            ids = ids.filter(**{f"{self.key}__lt": Subquery(beside)})
        elif place.side == "newer":
            ids = ids.filter(**{f"{self.key}__gt": Subquery(beside)})
        upwards = place.side in ("newer", "last")
        return ids.order_by(self.key if upwards else f"-{self.key}")[:limit]

    def _ids(self) -> QuerySet[Any]:
        ids = self.rows.values_list(self.key, flat=True)
        return ids if self.rows.model is Decision else ids.distinct()


def narrow(user: User, asked: DecisionFilter) -> Narrowing:
    """Look up the tracks that text and party leave; one query, none when neither is asked."""
    text = search.words(asked.text)
    if not text and asked.party is None:
        return Narrowing()
    rows = search.track_ids(text=text, party=asked.party)
    if not sight_of(user).everything:
        rows = rows.filter(Exists(tracks_visible_to(user).filter(pk=OuterRef("track_id"))))
    party = Party.objects.filter(uuid=asked.party or NOWHERE)
    found = list(
        rows.annotate(
            party_found=Subquery(party.values("pk")), party_name=Subquery(party.values("name"))
        )
        .order_by()
        .values_list("found", "party_found", "party_name")
        .distinct()[: FEW + 1]
    )
    few = tuple(row[0] for row in found) if len(found) <= FEW else None
    return Narrowing(few, found[0][1], found[0][2] or "") if found else Narrowing(few)


def matches(user: User, asked: DecisionFilter, narrowing: Narrowing) -> Matches:
    """The decisions that the login may see and the filter means."""
    if (asked.text or asked.party) and narrowing.tracks is not None:
        # Ids of tracks that the login may see, so of decisions that it may see.
        own = Decision.objects.filter(track__in=narrowing.tracks)
        return Matches(_with_rule(_with_columns(own, asked, walked=False), asked), "pk")
    rows = _with_columns(decisions_visible_to(user), asked, walked=True)
    rows = _with_tracks(rows, asked, narrowing)
    sight = sight_of(user)
    if (asked.rule or asked.ruleset) and (sight.everything or sight.wide):
        plain = sight.everything and asked == DecisionFilter(rule=asked.rule, ruleset=asked.ruleset)
        findings = _findings(asked)
        if not plain:
            findings = findings.filter(Exists(rows.filter(pk=OuterRef("decision_id"))))
        return Matches(findings, "decision_id")
    just_current = sight.everything and asked == DecisionFilter(current=True)
    return Matches(_with_rule(rows, asked), "pk", just_current)


def _oldest_current() -> QuerySet[Any]:
    """Ids of every track's newest decision, the oldest first.

    Most of the oldest decisions have been overtaken, so a walk from that end would probe half the
    table; grouping reads one index from end to end.
    """
    newest = Decision.objects.order_by().values("track").annotate(newest=Max("pk"))
    return newest.order_by("newest").values_list("newest", flat=True)


def _with_columns(
    rows: QuerySet[Decision], asked: DecisionFilter, *, walked: bool
) -> QuerySet[Decision]:
    """Add what the decision's own row answers.

    Rows that are not walked are already few: their columns are hidden from the planner, which
    would rather walk all decisions of an outcome.
    """
    if asked.effect:
        rows = rows.alias(outcome=F("effect") if walked else Coalesce("effect", Value("")))
        rows = rows.filter(outcome=asked.effect)
    if asked.deliverer:
        account = Account.objects.filter(key=asked.deliverer).values("pk")
        rows = rows.alias(by=F("account_id") if walked else Coalesce("account_id", Value(0)))
        rows = rows.filter(by=Subquery(account))
    if asked.current:
        rows = rows.filter(~overtaken())
    return rows


def _with_tracks(
    rows: QuerySet[Decision], asked: DecisionFilter, narrowing: Narrowing
) -> QuerySet[Decision]:
    """Add text and party as probes, for when they mean many tracks.

    The party by its row id: PostgreSQL then knows how many tracks it has, and walks.
    """
    rows = rows.filter(*(search.has_word(word, "track_id") for word in search.words(asked.text)))
    if asked.party:
        rows = rows.filter(search.has_party(narrowing.party, "track_id"))
    return rows


def _with_rule(rows: QuerySet[Decision], asked: DecisionFilter) -> QuerySet[Decision]:
    if not (asked.rule or asked.ruleset):
        return rows
    return rows.filter(Exists(_findings(asked).filter(decision=OuterRef("pk"))))


def _findings(asked: DecisionFilter) -> QuerySet[Finding]:
    """Findings of the rule, else of the ruleset; the rarer of both is the one to walk."""
    if not asked.rule:
        return Finding.objects.filter(ruleset=asked.ruleset)
    of_ruleset = Finding.objects.alias(family=Coalesce("ruleset", Value("")))
    same = Q(family=asked.ruleset) if asked.ruleset else Q()
    return of_ruleset.filter(same, rule_key=asked.rule)


def overtaken() -> Exists:
    """The condition on a decision that a later one on the same track exists."""
    return Exists(Decision.objects.filter(track=OuterRef("track_id"), pk__gt=OuterRef("pk")))
