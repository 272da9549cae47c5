"""What decides: the rulesets, the activations, and each published version with its text.

Published rules are what decisions quote, so every login may read them.
"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from dashboard.forms import PagedForm
from dashboard.pages import read, tidy
from policy.selectors.ruleset_pages import (
    find_version,
    get_version_page,
    get_version_source,
    list_rulesets,
)


@require_safe
def ruleset_list(request: HttpRequest) -> HttpResponse:
    """All rulesets, what is live, and the history of activations."""
    form, now = read(PagedForm, request), timezone.now()
    if tidier := tidy(form, request):
        return tidier
    context = {"found": list_rulesets(request.user, form.place(), now=now), "now": now}
    return render(request, "dashboard/ruleset_list.html", context)


@require_safe
def version_by_uuid(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """From the uuid that evidence names to the version's page."""
    found = find_version(uuid)
    if found is None:
        raise Http404
    return redirect("ruleset-version", found.ruleset, found.version)


@require_safe
def version_detail(request: HttpRequest, key: str, version: str) -> HttpResponse:
    """One version: its rules and its whole text."""
    now = timezone.now()
    page = get_version_page(request.user, key, version, now=now)
    if page is None:
        raise Http404
    return render(request, "dashboard/ruleset_version.html", {"page": page, "now": now})


@require_safe
def version_source(request: HttpRequest, key: str, version: str) -> HttpResponse:
    """The text of a version as a file: its SHA-256 is the digest that decisions name."""
    text = get_version_source(key, version)
    if text is None:
        raise Http404
    response = HttpResponse(text.encode(), content_type="application/yaml; charset=utf-8")
    name = content_disposition_header(as_attachment=True, filename=f"{key}-{version}.yaml")
    response.headers["Content-Disposition"] = name
    return response
