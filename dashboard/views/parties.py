"""The list of parties with its search, and one party."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.forms import FilterPageForm, PagedForm, SearchForm
from dashboard.pages import read, tidy
from policy.selectors.party_page import SUGGESTED, get_party_page, list_parties


@require_safe
def party_list(request: HttpRequest) -> HttpResponse:
    """Parties by the start of their name."""
    form = read(SearchForm, request)
    if tidier := tidy(form, request):
        return tidier
    text = form.cleaned_data["q"]
    context = {"found": list_parties(request.user, text), "text": text}
    return render(request, "dashboard/party_list.html", context)


@require_safe
def party_options(request: HttpRequest) -> HttpResponse:
    """Parties to choose from while somebody types a name in the filters."""
    name = read(FilterPageForm, request).cleaned_data["party_name"]
    found = list_parties(request.user, name, limit=SUGGESTED) if name else None
    return render(request, "dashboard/parts/party_options.html", {"parties": found})


@require_safe
def party_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One party with its tracks, decisions, duties and consents."""
    form, now = read(PagedForm, request), timezone.now()
    page = get_party_page(request.user, uuid, form.place(), now=now)
    if page is None:
        raise Http404
    return render(request, "dashboard/party_detail.html", {"page": page, "now": now})
