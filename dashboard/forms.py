"""What addresses and forms of the pages may carry, checked before a selector sees it."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms

from policy.models import Effect
from policy.selectors.decision_search import DecisionFilter, Place

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
