"""The registry of consents: a party's records as of any day, and one record."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.forms import ConsentListForm
from dashboard.pages import read, tidy
from policy.lang.words import USES
from policy.selectors.consent_pages import get_consent_page, get_consent_registry

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
