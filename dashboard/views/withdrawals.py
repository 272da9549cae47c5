"""Taking a grant back: first what that stops, then whether to do it."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from policy import tasks
from policy.models import Consent
from policy.selectors.consent_pages import consent_for, consent_record
from policy.selectors.visibility import assurance_of
from policy.services.saying import ConsentRefused
from policy.services.usage_checks import NotChecked
from policy.services.withdrawal_preview import withdrawal_preview
from policy.services.withdrawals import withdraw


@require_http_methods(["GET", "HEAD", "POST"])
def consent_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what the withdrawal of a grant would stop; by POST, withdraw it."""
    consent = consent_for(request.user, uuid)
    if consent is None:
        raise Http404
    if request.method != "POST":
        return _preview(request, consent)
    try:
        made = withdraw(
            consents=[consent], actor=cast(User, request.user), at=timezone.now(),
            assurance=assurance_of(request.user),
        )  # fmt: skip
    except ConsentRefused as wrong:
        return _page(request, consent, HTTPStatus.CONFLICT, wrong=wrong.mistakes)
    tasks.nudge_work()
    messages.success(request, "Withdrawn. Whoever must know or stop is being told.")
    return redirect("consent-detail", made[0].consent.uuid)


def _preview(request: HttpRequest, consent: Consent) -> HttpResponse:
    try:
        preview = withdrawal_preview(
            grants=[consent], at=timezone.now(), assurance=assurance_of(request.user)
        )
    except NotChecked as why:
        return _page(request, consent, HTTPStatus.CONFLICT, why=str(why))
    return _page(request, consent, preview=preview)


def _page(
    request: HttpRequest, consent: Consent, status: int = HTTPStatus.OK, **told: object
) -> HttpResponse:
    """The preview, or why there is none."""
    stands = consent.decision == "granted" and not hasattr(consent, "replaced_by")
    context = {"record": consent_record(consent), "stands": stands} | told
    return render(request, "dashboard/consent_withdraw.html", context, status=status)
