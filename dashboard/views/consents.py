"""The registry of consents: a party's records as of any day, and one record."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.consent_forms import ConsentForm
from dashboard.forms import ConsentListForm
from dashboard.pages import read, tidy
from policy import tasks
from policy.lang.words import LAYERS, USES
from policy.models import Condition, Consent, Party
from policy.selectors.consent_pages import (
    get_consent_page,
    get_consent_registry,
    grantor_for,
)
from policy.selectors.consent_subjects import licensees
from policy.services.registry import consent_say
from policy.services.saying import ConsentRefused

PAGE = 50
"""Records on a page."""


@require_safe
def consent_list(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A party's consents: in force on a day as known on a day, or all that were recorded."""
    form = read(ConsentListForm, request)
    if tidier := tidy(form, request):
        return tidier
    now = timezone.now()
    asked = form.asked(now)
    found = get_consent_registry(request.user, uuid, asked, form.place(), size=PAGE)
    if found is None:
        raise Http404
    context = {"found": found, "asked": asked, "form": form, "uses": USES, "now": now}
    return render(request, "dashboard/consent_list.html", context)


@require_safe
def consent_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One record: what it says, its evidence, and who relied on it."""
    page = get_consent_page(request.user, uuid, now=timezone.now())
    if page is None:
        raise Http404
    return render(request, "dashboard/consent_detail.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def consent_new(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say something of uses by AI in a party's name."""
    grantor = grantor_for(request.user, uuid)
    if grantor is None:
        raise Http404
    if request.method == "POST":
        return _say(request, grantor)
    return _form(request, grantor, ConsentForm())


def _say(request: HttpRequest, grantor: Party) -> HttpResponse:
    """Record what was filled in and show it, or say everything that is wrong."""
    form = ConsentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, grantor, form, HTTPStatus.BAD_REQUEST)
    try:
        rows = consent_say(
            saying=form.saying(request.user, grantor),
            at=timezone.now(),
            actor=cast(User, request.user),
            evidence=form.evidence_said(),
        )
    except ConsentRefused as wrong:
        form.refuse(wrong)
        return _form(request, grantor, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    tasks.nudge()
    tasks.nudge_work()
    messages.success(request, "Recorded. The tracks that it concerns are decided anew.")
    if len(rows) == 1:
        return redirect("consent-detail", rows[0].uuid)
    return redirect("party-consents", grantor.uuid)


def _form(
    request: HttpRequest, grantor: Party, form: ConsentForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    context: dict[str, Any] = {
        "grantor": grantor,
        "form": form,
        "uses": USES,
        "layers": LAYERS,
        "scopes": Consent.Scope.choices,
        "conditions": Condition.choices,
        "licensees": licensees(),
        "chosen": form["uses"].value() or (),
    }
    return render(request, "dashboard/consent_new.html", context, status=status)
