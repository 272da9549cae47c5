"""Payout statements as pages and files, and what a party earned by uses of AI."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from dashboard.forms import PartyPagedForm
from dashboard.pages import read, tidy
from policy.accounting.statements import FORMATS
from policy.selectors.payout_pages import (
    get_party_money,
    get_statement_file,
    get_statement_page,
    list_statements,
)

PAGE = 50
"""Payout statements on a page."""


@require_safe
def statement_list(request: HttpRequest) -> HttpResponse:
    """A page of payout statements, newest first."""
    form = read(PartyPagedForm, request)
    if tidier := tidy(form, request):
        return tidier
    party = form.cleaned_data["party"]
    context = {
        "found": list_statements(request.user, party, form.place(), size=PAGE),
        "now": timezone.now(),
    }
    return render(request, "dashboard/payout_list.html", context)


@require_safe
def statement_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One payout statement, line by line."""
    page = get_statement_page(request.user, uuid)
    if page is None:
        raise Http404
    return render(request, "dashboard/payout_detail.html", {"page": page, "formats": FORMATS})


@require_safe
def statement_file(request: HttpRequest, uuid: UUID, format: str) -> HttpResponse:
    """One payout statement as a file."""
    file = get_statement_file(request.user, uuid, format) if format in FORMATS else None
    if file is None:
        raise Http404
    response = HttpResponse(file.content, content_type=file.media_type)
    disposition = content_disposition_header(as_attachment=True, filename=file.name)
    response.headers["Content-Disposition"] = disposition
    return response


@require_safe
def party_money(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What of a party's works AI used, what it earned by that, what is held and why."""
    page = get_party_money(request.user, uuid)
    if page is None:
        raise Http404
    return render(request, "dashboard/party_money.html", {"page": page, "now": timezone.now()})
