"""Uses of tracks by AI: the list of them, and one."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.forms import PagedForm, UsageListForm
from dashboard.pages import read, tidy
from policy.lang.words import USES
from policy.models import Usage
from policy.selectors.usage_pages import get_usage_page, list_usages

PAGE = 50
"""Uses on a page."""

TRACKS = 25
"""Tracks of a use on its page."""


@require_safe
def usage_list(request: HttpRequest) -> HttpResponse:
    """A page of uses, newest first."""
    form = read(UsageListForm, request)
    if tidier := tidy(form, request):
        return tidier
    context = {
        "found": list_usages(request.user, form.asked(), form.place(), size=PAGE),
        "asked": form.asked(),
        "kinds": USES,
        "stages": Usage.Stage.choices,
        "now": timezone.now(),
    }
    return render(request, "dashboard/usage_list.html", context)


@require_safe
def usage_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One use: what was answered, on what it relied, and what it drew on."""
    form = read(PagedForm, request)
    page = get_usage_page(request.user, uuid, form.place(), size=TRACKS)
    if page is None:
        raise Http404
    return render(request, "dashboard/usage_detail.html", {"page": page, "now": timezone.now()})
