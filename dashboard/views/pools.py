"""Pools of money: the list of them, and one with its runs."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.forms import PagedForm
from dashboard.pages import read, tidy
from policy.selectors.pool_pages import get_pool_page, list_pools

PAGE = 50
"""Pools on a page."""


@require_safe
def pool_list(request: HttpRequest) -> HttpResponse:
    """A page of pools, newest first."""
    form = read(PagedForm, request)
    if tidier := tidy(form, request):
        return tidier
    found = list_pools(request.user, form.place(), size=PAGE)
    return render(request, "dashboard/pool_list.html", {"found": found})


@require_safe
def pool_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One pool: its runs, where the money went, by which rules and numbers."""
    page = get_pool_page(request.user, uuid)
    if page is None:
        raise Http404
    return render(request, "dashboard/pool_detail.html", {"page": page, "now": timezone.now()})
