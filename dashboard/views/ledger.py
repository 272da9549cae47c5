"""The ledger: its accounts, what moved on one, its transactions."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.forms import LedgerForm, PagedForm
from dashboard.pages import read, tidy
from policy.models import LedgerAccount
from policy.selectors.ledger_pages import (
    get_account_page,
    get_transaction_page,
    list_accounts,
    list_transactions,
)

PAGE = 50
"""Rows on a page."""


@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """A page of accounts with their balances."""
    form = read(LedgerForm, request)
    if tidier := tidy(form, request):
        return tidier
    context = {
        "found": list_accounts(request.user, form.asked(), form.place(), size=PAGE),
        "asked": form.asked(),
        "kinds": LedgerAccount.Kind.choices,
    }
    return render(request, "dashboard/ledger_list.html", context)


@require_safe
def account_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One account with what moved on it."""
    form = read(PagedForm, request)
    page = get_account_page(request.user, uuid, form.place(), size=PAGE)
    if page is None:
        raise Http404
    return render(request, "dashboard/ledger_account.html", {"page": page, "now": timezone.now()})


@require_safe
def transaction_list(request: HttpRequest) -> HttpResponse:
    """A page of transactions, newest first."""
    form = read(PagedForm, request)
    if tidier := tidy(form, request):
        return tidier
    found = list_transactions(request.user, form.place(), size=PAGE)
    context = {"found": found, "now": timezone.now()}
    return render(request, "dashboard/ledger_transactions.html", context)


@require_safe
def transaction_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One transaction with its postings."""
    page = get_transaction_page(request.user, uuid)
    if page is None:
        raise Http404
    return render(request, "dashboard/ledger_transaction.html", {"page": page})
