"""The list of decisions, its filters, and one decision."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.forms import DecisionListForm, FilterPageForm, chips
from dashboard.pages import read, same_page, tidy
from policy.selectors.decision_filters import filter_options
from policy.selectors.decision_list import list_decisions
from policy.selectors.decision_page import DecisionPage, get_decision_page
from policy.selectors.evidence import get_evidence
from policy.selectors.party_page import SUGGESTED, list_parties


@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    """A page of decisions, newest first, with the chosen one beside it."""
    form = read(DecisionListForm, request)
    if tidier := tidy(form, request):
        return tidier
    found = list_decisions(request.user, form.asked(), form.place())
    if form.cleaned_data["newer"] and found.rows and not found.newer:
        # Fewer than a page are newer: the first page has them, and what follows.
        query = request.GET.copy()
        del query["newer"]
        return same_page(request, query)
    context = {
        "found": found,
        "chips": chips(found.asked, found.party_name),
        "open": form.cleaned_data["open"],
        "now": timezone.now(),
    }
    return render(request, "dashboard/decision_list.html", context)


@require_safe
def decision_filter(request: HttpRequest) -> HttpResponse:
    """The filters to choose from: a page, or what a dialog on the list shows."""
    form = read(FilterPageForm, request)
    name = form.cleaned_data["party_name"]
    context = {
        "asked": form.asked(),
        "options": filter_options(request.user),
        "party_name": name,
        "parties": list_parties(request.user, name, limit=SUGGESTED) if name else None,
    }
    part = "parts/decision_filter.html" if request.headers.get("HX-Request") else "filter.html"
    return render(request, f"dashboard/{part}", context)


@require_safe
def decision_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One decision with everything behind it."""
    return _decision(request, uuid, "dashboard/decision_detail.html")


@require_safe
def decision_pane(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One decision for the pane beside the list."""
    return _decision(request, uuid, "dashboard/decision_pane.html")


@require_safe
def decision_evidence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The raw evidence of a decision as a JSON file."""
    document = get_evidence(request.user, uuid)
    if document is None:
        raise Http404
    response = HttpResponse(document, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="decision-{uuid}.json"'
    return response


def _decision(request: HttpRequest, uuid: UUID, template: str) -> HttpResponse:
    page: DecisionPage | None = get_decision_page(request.user, uuid)
    if page is None:
        raise Http404
    return render(request, template, {"page": page, "now": timezone.now()})
