"""Probes for supervisors and load balancers: no login, no secrets, JSON."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse


@login_not_required
def live(request: HttpRequest) -> HttpResponse:
    """Say that this process answers. Touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Say whether what this process depends on answers."""
    return JsonResponse({})
