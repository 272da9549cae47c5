"""Messages: handing one in, the list of them, and what became of one."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from dashboard.forms import DeliveryForm, PagedForm
from dashboard.pages import read, tidy
from policy import tasks
from policy.ingest.limits import MESSAGE_BYTES
from policy.ingest.refusals import MessageRefused
from policy.models import Account
from policy.selectors.decision_filters import MOST_DELIVERERS, deliverers
from policy.selectors.deliveries import DeliveryStatus, delivery_status
from policy.selectors.delivery_pages import (
    effect_counts,
    explain_refusal,
    get_delivery_page,
    get_raw_message,
    list_deliveries,
)
from policy.selectors.visibility import accounts_of
from policy.services.ingest import MessageConflict, delivery_record

MOST_MEGABYTES = MESSAGE_BYTES // 1_048_576

SLOW = timedelta(minutes=1)
"""How long tracks wait until the page says that workers are busy or stopped."""


@require_http_methods(["GET", "HEAD", "POST"])
def delivery_list(request: HttpRequest) -> HttpResponse:
    """The deliveries of this login's accounts, with a form to hand one in."""
    form = read(PagedForm, request)
    if request.method == "POST":
        return _deliver(request)
    if tidier := tidy(form, request):
        return tidier
    return _page(request, {"form": DeliveryForm()})


@require_safe
def delivery_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One delivery: its warnings, its tracks and their decisions."""
    page = get_delivery_page(request.user, uuid)
    if page is None:
        raise Http404
    context = {"page": page} | _progress(page.status)
    return render(request, "dashboard/delivery_detail.html", context)


@require_safe
def delivery_progress(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The part of a delivery's page that changes until all is decided."""
    status = delivery_status(request.user, uuid)
    if status is None:
        raise Http404
    return render(request, "dashboard/parts/delivery_progress.html", _progress(status))


@require_GET
def delivery_raw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The message as it was sent, byte for byte, as a file."""
    found = get_raw_message(request.user, uuid)
    if found is None:
        raise Http404
    response = HttpResponse(found.raw, content_type=found.media_type)
    disposition = content_disposition_header(as_attachment=True, filename=found.file_name)
    response.headers["Content-Disposition"] = disposition
    return response


def _progress(status: DeliveryStatus) -> dict[str, Any]:
    """What the part shows that changes until all is decided."""
    now = timezone.now()
    return {
        "status": status,
        "effects": effect_counts(status.progress.effects),
        "slow": now - status.delivery.received_at > SLOW,
        "now": now,
    }


def _deliver(request: HttpRequest) -> HttpResponse:
    """Take a message in and go to its page, or say everything that is wrong with it."""
    form = DeliveryForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, {"form": form}, HTTPStatus.BAD_REQUEST)
    file: UploadedFile[bytes] = form.cleaned_data["file"]
    account = _account(request, form.cleaned_data["account"])
    if account is None:
        return _page(request, {"form": form, "no_account": True}, HTTPStatus.BAD_REQUEST)
    raw = file.read(MESSAGE_BYTES + 1)
    if len(raw) > MESSAGE_BYTES:
        too_big = {"form": form, "too_big": file.name}
        return _page(request, too_big, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        recorded = delivery_record(
            raw=raw,
            account=account,
            file_name=file.name or "message",
            received_at=timezone.now(),
            actor=cast(User, request.user),
        )
    except MessageRefused as refused:
        told = {"form": form, "refusal": explain_refusal(refused), "file_name": file.name}
        return _page(request, told, HTTPStatus.UNPROCESSABLE_ENTITY)
    except MessageConflict as conflict:
        told = {"form": form, "conflict": str(conflict), "earlier": conflict.delivery.uuid}
        return _page(request, told, HTTPStatus.CONFLICT)
    tasks.nudge()
    return redirect("delivery-detail", recorded.delivery.uuid)


def _page(request: HttpRequest, more: dict[str, Any], status: int = HTTPStatus.OK) -> HttpResponse:
    """The list with its form, and what was wrong with the last try."""
    accounts = deliverers(request.user)
    context = {
        "found": list_deliveries(request.user, read(PagedForm, request).place()),
        "accounts": accounts,
        "many_accounts": len(accounts) == MOST_DELIVERERS,
        "most_megabytes": MOST_MEGABYTES,
        "now": timezone.now(),
    }
    return render(request, "dashboard/delivery_list.html", context | more, status=status)


def _account(request: HttpRequest, key: str) -> Account | None:
    """The account that is delivered for: the named one, else the login's only one."""
    found = accounts_of(request.user).order_by("key")
    chosen = list(found.filter(key=key)[:1] if key else found[:2])
    return chosen[0] if len(chosen) == 1 else None
