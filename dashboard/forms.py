"""What addresses and forms of the pages may carry, checked before a selector sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django import forms

from policy.lang.words import USES
from policy.models import Effect, LedgerAccount, Usage
from policy.selectors.consent_pages import ConsentAsked
from policy.selectors.decision_search import DecisionFilter, Place
from policy.selectors.ledger_pages import LedgerAsked
from policy.selectors.usage_pages import UsageAsked

LONGEST_SEARCH = 200
"""Characters of a search."""


class AddressForm(forms.Form):
    """The query of an address. A valid one has only known parameters with sound values."""

    def problems(self) -> tuple[str, ...]:
        """What is wrong with an invalid address, a sentence each."""
        return tuple(
            str(error) if name == "effect" else f"{self[name].label}: {error}"
            for name, errors in self.errors.items()
            for error in errors
        )


class PagedForm(AddressForm):
    """An address that names a page of a list: the last one, or the one beside a row."""

    page = forms.ChoiceField(required=False, choices=[("last", "Last")])
    older = forms.UUIDField(required=False)
    newer = forms.UUIDField(required=False)

    def place(self) -> Place:
        """The page of a valid form."""
        found = self.cleaned_data
        if found["page"] == "last":
            return Place("last")
        if found["older"]:
            return Place("older", found["older"])
        return Place("newer", found["newer"]) if found["newer"] else Place()


class SearchForm(PagedForm):
    """A page of a list that can be searched."""

    q = forms.CharField(required=False, max_length=LONGEST_SEARCH, label="Search")


class DecisionFilterForm(SearchForm):
    """Filters of the list of decisions."""

    effect = forms.ChoiceField(
        required=False,
        choices=Effect.choices,
        error_messages={
            "invalid_choice": "There is no outcome “%(value)s”: "
            "choose allow, limit, review, withhold or block."
        },
    )
    ruleset = forms.SlugField(required=False, max_length=80)
    rule = forms.SlugField(required=False, max_length=120)
    party = forms.UUIDField(required=False)
    deliverer = forms.SlugField(required=False, max_length=80)
    current = forms.BooleanField(required=False)

    def asked(self) -> DecisionFilter:
        """The filter of a valid form."""
        found = self.cleaned_data
        return DecisionFilter(
            effect=found["effect"],
            ruleset=found["ruleset"],
            rule=found["rule"],
            party=found["party"],
            deliverer=found["deliverer"],
            text=found["q"],
            current=found["current"],
        )


class DecisionListForm(DecisionFilterForm):
    """A page of the list of decisions, and the decision that is open beside it."""

    open = forms.UUIDField(required=False)


class FilterPageForm(DecisionFilterForm):
    """The page of filters, and the name by which a party is looked for there."""

    party_name = forms.CharField(required=False, max_length=LONGEST_SEARCH, label="Party")


class ConsentListForm(PagedForm):
    """A page of a party's consents: in force on a day, as known on a day, or all of them."""

    on = forms.DateField(required=False, label="On day")
    known = forms.DateField(required=False, label="As known on")
    use = forms.ChoiceField(required=False, choices=[(use, use) for use in USES])
    every = forms.BooleanField(required=False)

    def asked(self, now: datetime) -> ConsentAsked:
        """The question of a valid form. A day is asked as a whole: what its end leaves in force."""
        found = self.cleaned_data
        on = None if found["every"] else _end_of(found["on"], now)
        return ConsentAsked(known=_end_of(found["known"], now), on=on, use=found["use"])


class UsageListForm(PagedForm):
    """A page of the list of uses."""

    kind = forms.ChoiceField(required=False, choices=[(use, use) for use in USES])
    stage = forms.ChoiceField(required=False, choices=Usage.Stage.choices)
    licensee = forms.UUIDField(required=False)
    track = forms.UUIDField(required=False)

    def asked(self) -> UsageAsked:
        """The question of a valid form."""
        found = self.cleaned_data
        return UsageAsked(found["kind"], found["stage"], found["licensee"], found["track"])


class PartyPagedForm(PagedForm):
    """A page of a list that may be narrowed to one party."""

    party = forms.UUIDField(required=False)


class LedgerForm(PartyPagedForm):
    """A page of the accounts of the ledger."""

    kind = forms.ChoiceField(required=False, choices=LedgerAccount.Kind.choices)
    currency = forms.RegexField("^[A-Z]{3}$", required=False)

    def asked(self) -> LedgerAsked:
        """The question of a valid form."""
        found = self.cleaned_data
        return LedgerAsked(found["kind"], found["currency"], found["party"])


def _end_of(day: date | None, now: datetime) -> datetime:
    """The last instant of a day, in UTC; now when no day is named."""
    return now if day is None else datetime.combine(day, time.max, tzinfo=UTC)


class DeliveryForm(forms.Form):
    """A message to deliver: a file, and for whom when the login has several accounts."""

    file = forms.FileField(
        label="Message",
        error_messages={
            "required": "Choose a file: a DDEX ERN message (XML) or a Stave catalogue (JSON).",
            "empty": "This file is empty.",
        },
    )
    account = forms.SlugField(required=False, max_length=80)


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter: what it is, its value, and the parameter whose removal takes it away."""

    what: str
    value: str
    parameter: str


def chips(asked: DecisionFilter, party_name: str) -> tuple[Chip, ...]:
    """The active filters other than the outcome, which has its own switch."""
    party = party_name or ("unknown" if asked.party else "")
    found = (
        Chip("Ruleset", asked.ruleset, "ruleset"),
        Chip("Rule", asked.rule, "rule"),
        Chip("Party", party, "party"),
        Chip("Deliverer", asked.deliverer, "deliverer"),
        Chip("Search", asked.text, "q"),
    )
    return tuple(chip for chip in found if chip.value)
