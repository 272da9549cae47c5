"""The list of decisions: one page of it, and how many there are of each outcome.

At most four queries beside the login's own, whatever the filter and however many the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from policy.models import Decision, DecisionTally, Effect, Finding, Rule
from policy.selectors.decision_search import (
    DecisionFilter,
    Matches,
    Narrowing,
    Place,
    matches,
    narrow,
    overtaken,
)
from policy.selectors.visibility import User, sight_of

PAGE = 50
"""Decisions on a page."""

COUNTED = 1_000
"""Matches that a filtered list counts; beyond, it says `1,000+` and how the newest of them fall."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision in a list. `rule` is the first determining one, empty when no rule objected.

    `rules` counts the determining rules, `territories` are the codes whose effect differs from
    `worldwide`, `reason` is the rule's sentence, to others than staff its title, and `overtaken`
    tells that a later decision on the track exists.
    """

    uuid: UUID
    effect: str
    worldwide: str
    territories: tuple[str, ...]
    title: str
    version_title: str
    artist: str
    isrc: str
    track: UUID
    deliverer: str
    ruleset: str
    rule: str
    reason: str
    rules: int
    decided_at: datetime
    by_person: bool
    overtaken: bool


@dataclass(frozen=True, slots=True)
class EffectCount:
    """How many decisions came to an effect."""

    effect: str
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Decisions per effect, strictest first. `bounded`: only the newest COUNTED were looked at."""

    effects: tuple[EffectCount, ...]
    bounded: bool

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(count.count for count in self.effects)

    def of(self, effect: str) -> int:
        """Those that came to one effect."""
        return next((count.count for count in self.effects if count.effect == effect), 0)


@dataclass(frozen=True, slots=True)
class DecisionList:
    """A page of decisions, newest first.

    `newer` and `older` tell whether a page lies on that side; `rules` are rule ids that contain the
    text, offered beside what the text found.
    """

    asked: DecisionFilter
    rows: tuple[DecisionRow, ...]
    counts: Counts
    newer: bool
    older: bool
    party_name: str = ""
    rules: tuple[str, ...] = ()


def list_decisions(
    user: User, asked: DecisionFilter, place: Place | None = None, *, size: int = PAGE
) -> DecisionList:
    """The page of decisions at `place` (the first by default) that the login may see."""
    place = place or Place()
    rules = _rules_like(user, asked.text)
    if asked.text in rules:
        asked = replace(asked, rule=asked.text, text="")
    narrowing = narrow(user, asked)
    found = matches(user, asked, narrowing)
    page = decision_rows(user, _rows(found, place, size))
    more, page = len(page) > size, page[:size]
    upwards = place.side in ("newer", "last")
    return DecisionList(
        asked=asked,
        rows=tuple(reversed(page) if upwards else page),
        counts=_counts(user, asked, narrowing),
        newer=more if upwards else place.side == "older",
        older=place.side == "newer" if upwards else more,
        party_name=narrowing.party_name,
        rules=rules,
    )


def _rules_like(user: User, text: str) -> tuple[str, ...]:
    """Ids of rules that contain the text, a handful; for staff, who know rules by their ids."""
    if len(text) < 3 or " " in text or not sight_of(user).everything:
        return ()
    keys = Rule.objects.filter(key__contains=text.lower()).order_by("key")
    found = keys.values_list("key", flat=True).distinct()[:6]
    return tuple(found)


def _rows(found: Matches, place: Place, size: int) -> QuerySet[Decision]:
    """The page's decisions with the columns a row shows, and one more when there is more."""
    upwards = place.side in ("newer", "last")
    return with_headline(
        Decision.objects.filter(pk__in=found.page(place, size + 1)).order_by(
            "pk" if upwards else "-pk"
        )
    )


def with_headline(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """The same decisions with what `decision_rows` reads: track, deliverer, determining rules."""
    determining = Finding.objects.filter(decision=OuterRef("pk"), determining=True)
    # Where territories differ, rules of milder effects are determining too: the strictest is told.
    first = (
        determining.filter(effect=OuterRef("effect"))
        .order_by("pk")
        .values(
            json=JSONObject(
                ruleset="ruleset", rule="rule_key", reason="reason", title="rule__title"
            )
        )[:1]
    )
    number = determining.order_by().values("decision").annotate(n=Count("pk")).values("n")
    return (
        decisions.annotate(
            headline=Subquery(first), rules=Subquery(number), is_overtaken=overtaken()
        )
        .select_related("track", "account")
        .only(
            "uuid", "effect", "worldwide", "territories", "decided_at", "made_by_id",
            "track__uuid", "track__title", "track__version_title", "track__display_artist",
            "track__isrc", "account__name",
        )
    )  # fmt: skip


def decision_rows(user: User, decisions: Iterable[Decision]) -> list[DecisionRow]:
    """What a list shows of decisions from `with_headline`.

    Staff read the reason. The others read the rule's title: a reason may name what they may not
    see, and which of it they may is looked up for the decision's own page only.
    """
    said = "reason" if sight_of(user).everything else "title"
    return [_row(decision, said) for decision in decisions]


def _row(decision: Decision, said: str) -> DecisionRow:
    headline = decision.headline or {}  # type: ignore[attr-defined]  # annotated by with_headline
    return DecisionRow(
        uuid=decision.uuid,
        effect=decision.effect,
        worldwide=decision.worldwide,
        territories=tuple(code for code, _ in decision.territories),
        title=decision.track.title,
        version_title=decision.track.version_title,
        artist=decision.track.display_artist,
        isrc=decision.track.isrc,
        track=decision.track.uuid,
        deliverer=decision.account.name,
        ruleset=headline.get("ruleset", ""),
        rule=headline.get("rule", ""),
        reason=headline.get(said, ""),
        rules=decision.rules or 0,  # type: ignore[attr-defined]  # annotated as above
        decided_at=decision.decided_at,
        by_person=decision.made_by_id is not None,
        overtaken=decision.is_overtaken,  # type: ignore[attr-defined]  # annotated as above
    )


def count_decisions(user: User, asked: DecisionFilter) -> Counts:
    """Decisions per effect that the login may see and the filter means; at most two queries."""
    return _counts(user, asked, narrow(user, asked))


def _counts(user: User, asked: DecisionFilter, narrowing: Narrowing) -> Counts:
    """Decisions per effect, whatever effect the filter asks for, so that one can switch."""
    if asked.by_tally and sight_of(user).everything:
        return _tallied(asked.deliverer)
    ids = matches(user, replace(asked, effect=""), narrowing).newest(COUNTED + 1)
    rows = Decision.objects.filter(pk__in=ids).order_by().values("effect")
    found = {row["effect"]: row["n"] for row in rows.annotate(n=Count("pk"))}
    return _strictest_first(found, bounded=sum(found.values()) > COUNTED)


def _tallied(deliverer: str) -> Counts:
    tallies = DecisionTally.objects.filter(
        **({"account__key": deliverer} if deliverer else {"account": None})
    )
    return _strictest_first(dict(tallies.values_list("effect", "count")), bounded=False)


def _strictest_first(found: dict[str, int], *, bounded: bool) -> Counts:
    effects = (effect.value for effect in reversed(Effect))
    return Counts(tuple(EffectCount(effect, found.get(effect, 0)) for effect in effects), bounded)
