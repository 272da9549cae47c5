"""The list of tracks with its search, and one track."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.forms import SearchForm
from dashboard.pages import read, tidy
from policy.selectors.track_list import TrackFilter, list_tracks
from policy.selectors.track_page import get_track_page

PAGE = 50
"""Tracks on a page."""


@require_safe
def track_list(request: HttpRequest) -> HttpResponse:
    """A page of tracks, newest first."""
    form = read(SearchForm, request)
    if tidier := tidy(form, request):
        return tidier
    asked = TrackFilter(text=form.cleaned_data["q"])
    found = list_tracks(request.user, asked, form.place(), size=PAGE)
    context = {"found": found, "text": asked.text, "now": timezone.now()}
    return render(request, "dashboard/track_list.html", context)


@require_safe
def track_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One track with everything that is known of it."""
    now = timezone.now()
    page = get_track_page(request.user, uuid, now=now)
    if page is None:
        raise Http404
    return render(request, "dashboard/track_detail.html", {"page": page, "now": now})
