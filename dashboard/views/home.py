"""Where somebody lands: staff on the decisions, a rights holder on their own works."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from policy.selectors.people import own_parties


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Go on to the page that this login came for."""
    own = own_parties(request.user)
    if len(own) == 1:
        return redirect("party-detail", own[0].uuid)
    return redirect("track-list" if own else "decision-list")
