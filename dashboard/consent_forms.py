"""What a party fills in to say something of uses by AI."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from policy.lang.words import LAYERS, USES
from policy.models import Condition, Consent, Party
from policy.selectors.consent_subjects import subject_of
from policy.selectors.people import party_by_uuid
from policy.selectors.visibility import User, sight_of
from policy.services.saying import ConsentRefused, Evidence, Saying

MOST_EVIDENCE = 20_000_000
"""Bytes of a document whose digest is kept."""

_FIELD_OF = {"use": "uses", "valid_until": "last_day"}
"""Where a field of the form has another name than the service's."""


class CodesField(forms.CharField):
    """Territory codes between spaces or commas."""

    def to_python(self, value: Any) -> Any:
        """The codes as typed, in capitals but for `Worldwide`."""
        text = super().to_python(value) or ""
        words = text.replace(",", " ").split()
        return tuple(word if word == "Worldwide" else word.upper() for word in words)


class ConsentForm(forms.Form):
    """A statement on uses by AI. Its service says what is wrong with what fits the fields."""

    decision = forms.ChoiceField(choices=[("denied", "Refuse"), ("granted", "Allow")])
    uses = forms.MultipleChoiceField(
        choices=[(use, use) for use in USES],
        error_messages={"required": "Choose at least one use."},
    )
    layer = forms.ChoiceField(choices=[(layer, layer) for layer in LAYERS])
    scope = forms.ChoiceField(choices=Consent.Scope.choices)
    subject = forms.CharField(required=False, max_length=500)
    licensee = forms.UUIDField(required=False)
    model = forms.CharField(required=False, max_length=200)
    model_version = forms.CharField(required=False, max_length=100)
    territories = CodesField(required=False, max_length=2000)
    excluded = CodesField(required=False, max_length=2000)
    valid_from = forms.DateField(required=False)
    last_day = forms.DateField(required=False)
    condition = forms.ChoiceField(required=False, choices=Condition.choices)
    terms = forms.CharField(required=False, max_length=500)
    evidence = forms.FileField(required=False)

    def saying(self, user: User, grantor: Party) -> Saying:
        """What a valid form says; in the party's own name unless staff fills it in."""
        found = self.cleaned_data
        own = not sight_of(user).everything
        said = Saying(
            grantor=grantor,
            layer=found["layer"],
            uses=tuple(found["uses"]),
            decision=found["decision"],
            scope=found["scope"],
            subject=subject_of(user, found["scope"], found["subject"]),
            licensee=party_by_uuid(found["licensee"]) if found["licensee"] else None,
            model=found["model"],
            model_version=found["model_version"],
            territories=found["territories"],
            excluded=found["excluded"],
            valid_from=_start(found["valid_from"]),
            valid_until=_start(_next(found["last_day"])),
            condition=found["condition"] or Condition.NONE.value,
            terms=found["terms"],
        )
        return replace(said, assurance=Consent.Assurance.VERIFIED_PARTY.value) if own else said

    def clean_evidence(self) -> Any:
        """Refuse a document that is too big to be looked at here."""
        file = self.cleaned_data["evidence"]
        if file and file.size > MOST_EVIDENCE:
            raise forms.ValidationError("A document may have 20 MB: keep a larger one yourself.")
        return file

    def evidence_said(self) -> Evidence | None:
        """The document that was sent along, by its name and digest."""
        file: UploadedFile[bytes] | None = self.cleaned_data["evidence"]
        return Evidence.of(file.name or "document", file.read()) if file else None

    def refuse(self, wrong: ConsentRefused) -> None:
        """Show what the service found wrong beside the fields."""
        for one in wrong.mistakes:
            field = _FIELD_OF.get(one.field, one.field)
            text = f"{one.message[:1].upper()}{one.message[1:]}."
            self.add_error(field if field in self.fields else None, text)


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, tzinfo=UTC) if day else None


def _next(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None
