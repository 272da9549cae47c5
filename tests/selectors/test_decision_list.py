"""The list of decisions answers as a plain search through all of them would."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policy.models import Account, Decision, DecisionTally, Effect, Party, Rule
from policy.selectors import decision_list, decision_search, visibility
from policy.selectors.decision_list import DecisionList, list_decisions
from policy.selectors.decision_search import DecisionFilter, Place
from tests import factories

pytestmark = pytest.mark.django_db

TITLES = ("lantern song", "lantern light", "night song", "blue hour", "other")
RULES = (("identity", "isrc-malformed"), ("identity", "isrc-missing"), ("length", "too-short"))


@dataclass(frozen=True)
class Fact:
    """What a decision is, said without the database."""

    pk: int
    track: int
    effect: str
    deliverer: str
    words: frozenset[str]
    party: UUID
    rules: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class World:
    """Sixty decisions on twenty tracks, and who may look."""

    facts: tuple[Fact, ...]
    parties: tuple[Party, ...]
    logins: dict[str, User]
    accounts: tuple[Account, ...]

    def seen_by(self, name: str) -> list[Fact]:
        if name == "staff":
            return list(self.facts)
        if name == "holder":
            return [fact for fact in self.facts if fact.party == self.parties[0].uuid]
        if name == "deliverer":
            return [fact for fact in self.facts if fact.deliverer == "north"]
        return []


@pytest.fixture
def world() -> World:
    random = Random(4)
    accounts = tuple(factories.account(key=key) for key in ("north", "south"))
    parties = tuple(factories.party() for _ in range(3))
    releases = [factories.release(account=account) for account in accounts]
    rules = [
        factories.rule(version=factories.ruleset_version(ruleset=ruleset), key=key)
        for ruleset, key in zip(_rulesets(), (key for _, key in RULES), strict=True)
    ]
    tracks = []
    for number in range(20):
        track = factories.track(release=releases[number % 2])
        words = frozenset(random.choice(TITLES).split())
        for word in words:
            factories.track_term(track=track, term=word)
        party = random.choice(parties)
        factories.involvement(track=track, party=party)
        factories.involvement(track=track, party=party, kind="record_label")
        tracks.append((track, words, party))
    facts = tuple(_decide(random, rules, *random.choice(tracks)) for _ in range(60))
    return World(facts, parties, _logins(accounts[0], parties[0]), accounts)


def _rulesets() -> Iterator[Any]:
    known: dict[str, Any] = {}
    for key, _ in RULES:
        known[key] = known.get(key) or factories.ruleset(key=key)
        yield known[key]


def _decide(
    random: Random, rules: list[Rule], track: Any, words: frozenset[str], party: Party
) -> Fact:
    effect = random.choice(Effect.values)
    decision = factories.decision(track=track, effect=effect)
    matched = [rule for rule in rules if random.random() < 0.4]
    for rule in matched:
        factories.finding(decision=decision, rule=rule)
    for account in (None, track.account):
        tally, _ = DecisionTally.objects.get_or_create(account=account, effect=effect)
        tally.count += 1
        tally.save()
    keys = frozenset((rule.version.ruleset.key, rule.key) for rule in matched)
    return Fact(
        decision.pk, track.pk, effect, track.account.key, words, party.uuid, keys
    )  # fmt: skip


def _logins(account: Account, party: Party) -> dict[str, User]:
    logins = {
        "staff": factories.user(staff=True),
        "holder": factories.user(),
        "deliverer": factories.user(),
        "stranger": factories.user(),
    }
    factories.membership(user=logins["holder"], party=party)
    factories.membership(user=logins["deliverer"], account=account)
    return logins


def _wanted(fact: Fact, asked: DecisionFilter, later: set[int]) -> bool:
    words = asked.text.split()
    return (
        asked.effect in ("", fact.effect)
        and asked.deliverer in ("", fact.deliverer)
        and all(any(each.startswith(word) for each in fact.words) for word in words)
        and asked.party in (None, fact.party)
        and (not asked.rule or asked.rule in {rule for _, rule in fact.rules})
        and (not asked.ruleset or asked.ruleset in {ruleset for ruleset, _ in fact.rules})
        and not (asked.current and fact.pk in later)
    )


def _expected(world: World, login: str, asked: DecisionFilter) -> list[int]:
    newest: dict[int, int] = {fact.track: fact.pk for fact in world.facts}
    overtaken = {fact.pk for fact in world.facts if newest[fact.track] != fact.pk}
    rows = (fact for fact in world.seen_by(login) if _wanted(fact, asked, overtaken))
    return sorted((fact.pk for fact in rows), reverse=True)


def _walk(login: User, asked: DecisionFilter, size: int = 7) -> Iterator[DecisionList]:
    """Every page from the first to the last, by `older`."""
    place = Place()
    while True:
        page = list_decisions(login, asked, place, size=size)
        yield page
        if not page.older:
            return
        place = Place("older", page.rows[-1].uuid)


def _pks(rows: Any) -> list[int]:
    known = dict(Decision.objects.values_list("uuid", "pk"))
    return [known[row.uuid] for row in rows]


def _filters(world: World, seed: str, number: int = 48) -> list[DecisionFilter]:
    """Some of all combinations of a value or none in each field, the same for one seed."""
    choices: dict[str, tuple[Any, ...]] = {
        "effect": ("", "review"),
        "ruleset": ("", "identity"),
        "rule": ("", "isrc-missing"),
        "party": (None, world.parties[0].uuid),
        "deliverer": ("", "north"),
        "text": ("", "lan", "song ni"),
        "current": (False, True),
    }
    combinations = list(itertools.product(*choices.values()))
    return [
        DecisionFilter(**dict(zip(choices, values, strict=True)))
        for values in Random(seed).sample(combinations, number)
    ]


@pytest.mark.parametrize("narrowing", ["few", "many"])
@pytest.mark.parametrize("login", ["staff", "holder", "deliverer", "stranger"])
def test_combined_filters_find_what_they_mean(
    world: World, login: str, narrowing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if narrowing == "many":  # take the ways that are meant for large catalogues
        monkeypatch.setattr(decision_search, "FEW", 0)
        monkeypatch.setattr(visibility, "WIDE", 0)
    for asked in _filters(world, login + narrowing):
        pages = list(_walk(world.logins[login], asked, size=100))
        expected = _expected(world, login, asked)
        assert [pk for page in pages for pk in _pks(page.rows)] == expected, asked
        every = DecisionFilter(**{**_fields(asked), "effect": ""})
        effects = {fact.pk: fact.effect for fact in world.facts}
        found = [effects[pk] for pk in _expected(world, login, every)]
        counts = {count.effect: count.count for count in pages[0].counts.effects}
        assert counts == {effect: found.count(effect) for effect in Effect.values}, asked


def _fields(asked: DecisionFilter) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in DecisionFilter.__dataclass_fields__}


FEW_FILTERS = (
    DecisionFilter(),
    DecisionFilter(effect="review"),
    DecisionFilter(rule="isrc-missing"),
    DecisionFilter(ruleset="identity"),
    DecisionFilter(text="lan"),
    DecisionFilter(current=True),
)


@pytest.mark.parametrize("asked", FEW_FILTERS, ids=str)
def test_pages_follow_each_other_both_ways_without_a_gap(
    world: World, asked: DecisionFilter
) -> None:
    staff, expected = world.logins["staff"], _expected(world, "staff", asked)
    pages = list(_walk(staff, asked))
    assert [pk for page in pages for pk in _pks(page.rows)] == expected
    assert not pages[0].newer
    assert all(page.newer for page in pages[1:])
    back: list[int] = _pks(pages[-1].rows)
    page = pages[-1]
    while page.newer:
        page = list_decisions(staff, asked, Place("newer", page.rows[0].uuid), size=7)
        assert page.older
        back = _pks(page.rows) + back
    assert back == expected


@pytest.mark.parametrize("asked", FEW_FILTERS, ids=str)
def test_the_last_page_is_the_oldest(world: World, asked: DecisionFilter) -> None:
    page = list_decisions(world.logins["staff"], asked, Place("last"), size=7)
    expected = _expected(world, "staff", asked)
    assert _pks(page.rows) == expected[-7:]
    assert not page.older
    assert page.newer == (len(expected) > 7)


def test_a_place_that_is_nowhere_is_an_empty_page(world: World) -> None:
    page = list_decisions(world.logins["staff"], DecisionFilter(), Place("older", uuid4()))
    assert page.rows == ()


def test_a_rules_id_as_text_means_that_rule(world: World) -> None:
    staff = world.logins["staff"]
    by_text = list_decisions(staff, DecisionFilter(text="too-short"), size=100)
    by_rule = list_decisions(staff, DecisionFilter(rule="too-short"), size=100)
    assert by_text.rows == by_rule.rows
    assert by_text.asked == DecisionFilter(rule="too-short")


def test_rules_that_contain_the_text_are_offered_to_staff_only(world: World) -> None:
    asked = DecisionFilter(text="isrc")
    assert list_decisions(world.logins["staff"], asked).rules == ("isrc-malformed", "isrc-missing")
    assert list_decisions(world.logins["holder"], asked).rules == ()


def test_a_row_says_what_it_is_about() -> None:
    album = factories.release(account=factories.account(key="north", name="North"))
    track = factories.track(release=album, title="Lantern Song", version_title="Live")
    older = factories.decision(track=track)
    decision = factories.decision(
        track=track, effect="block", worldwide="allow", territories=[["DE", "block"]]
    )
    version = factories.ruleset_version(ruleset=factories.ruleset(key="identity"))
    keys = {"mild": "limit", "strict": "block", "quiet": "block"}
    rules = [
        factories.rule(version=version, key=key, effect=effect) for key, effect in keys.items()
    ]
    for rule in rules:
        factories.finding(
            decision=decision, rule=rule, determining=rule.key != "quiet", reason=f"{rule.key}!"
        )
    row, before = list_decisions(factories.user(staff=True), DecisionFilter()).rows
    assert (row.uuid, row.effect, row.worldwide) == (decision.uuid, "block", "allow")
    assert (row.title, row.version_title, row.isrc) == ("Lantern Song", "Live", track.isrc)
    assert (row.track, row.deliverer, row.territories) == (track.uuid, "North", ("DE",))
    assert (row.ruleset, row.rule, row.reason, row.rules) == ("identity", "strict", "strict!", 2)
    assert not row.overtaken
    assert not row.by_person
    assert before.uuid == older.uuid
    assert before.overtaken
    assert (before.rule, before.rules) == ("", 0)


def test_a_filtered_list_counts_no_further_than_it_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_list, "COUNTED", 5)
    page = list_decisions(world.logins["staff"], DecisionFilter(ruleset="identity"))
    assert page.counts.bounded
    assert page.counts.total == 6, "one more than is counted tells that there are more"
    every = list_decisions(world.logins["staff"], DecisionFilter())
    assert not every.counts.bounded, "the tally knows them all"
    assert every.counts.total == 60


@pytest.mark.parametrize("login", ["staff", "holder", "deliverer"])
def test_no_filter_takes_more_than_four_queries(world: World, login: str) -> None:
    worst = 0
    for asked in _filters(world, login, 24):
        user = User.objects.get(pk=world.logins[login].pk)
        for side in ("first", "last"):
            with CaptureQueriesContext(connection) as queries:
                list_decisions(user, asked, Place(side))
            worst = max(worst, len(queries))
    assert worst == 4
