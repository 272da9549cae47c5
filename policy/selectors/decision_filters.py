"""What the list of decisions can be filtered by: rulesets, their rules, deliverers."""

from __future__ import annotations

from dataclasses import dataclass

from policy.models import Rule
from policy.selectors.visibility import User, accounts_of

MOST_DELIVERERS = 300
"""Deliverers that are offered; a service with more finds them by a track."""


@dataclass(frozen=True, slots=True)
class RulesetOption:
    """A ruleset and the rules that any of its versions has."""

    key: str
    title: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DelivererOption:
    """An account that delivers."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """All that can be chosen."""

    rulesets: tuple[RulesetOption, ...]
    deliverers: tuple[DelivererOption, ...]


def filter_options(user: User) -> FilterOptions:
    """What this login may choose from; two queries beside its own."""
    titles: dict[str, str] = {}
    rules: dict[str, list[str]] = {}
    found = Rule.objects.order_by("version__ruleset__key", "key").values_list(
        "version__ruleset__key", "version__ruleset__title", "key"
    )
    for ruleset, title, key in found.distinct():
        titles[ruleset] = title
        rules.setdefault(ruleset, []).append(key)
    return FilterOptions(
        rulesets=tuple(RulesetOption(key, titles[key], tuple(rules[key])) for key in titles),
        deliverers=deliverers(user),
    )


def deliverers(user: User) -> tuple[DelivererOption, ...]:
    """The accounts that this login acts for, all for staff, by name; one query."""
    accounts = accounts_of(user).order_by("name").values_list("key", "name")
    return tuple(DelivererOption(*account) for account in accounts[:MOST_DELIVERERS])
