"""`/api/ledger/`: accounts, what moved on them, transactions. Others than staff see their own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from policy.api.door import Door, asked, caller
from policy.api.pages import LinksSerializer, PageSerializer, links, listed, place_of
from policy.api.problems import told
from policy.models import LedgerAccount
from policy.selectors import ledger_pages


class AccountsAsked(PageSerializer):
    """Which accounts."""

    kind = serializers.ChoiceField(LedgerAccount.Kind.values, required=False)
    currency = serializers.RegexField("^[A-Z]{3}$", required=False)
    party = serializers.UUIDField(required=False)


class OwnerSerializer(serializers.Serializer[Any]):
    """Whose an account is."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()


class LedgerAccountSerializer(serializers.Serializer[ledger_pages.AccountRow]):
    """An account; the balance in minor units of its currency."""

    uuid = serializers.UUIDField()
    kind = serializers.ChoiceField(LedgerAccount.Kind.choices)
    purpose = serializers.CharField(source="key")
    currency = serializers.CharField()
    party = OwnerSerializer(allow_null=True)
    opened_at = serializers.DateTimeField()
    balance = serializers.IntegerField()


class AccountListSerializer(serializers.Serializer[Any]):
    """A page of accounts, the newest first."""

    results = LedgerAccountSerializer(many=True)
    links = LinksSerializer()


class MoveSerializer(serializers.Serializer[ledger_pages.Move]):
    """A posting on the account, and the balance after it."""

    transaction = serializers.UUIDField(source="uuid")
    kind = serializers.CharField()
    reason = serializers.CharField()
    value_date = serializers.DateField()
    posted_at = serializers.DateTimeField()
    amount = serializers.IntegerField()
    balance = serializers.IntegerField()


class AccountPageSerializer(serializers.Serializer[Any]):
    """An account with a page of what moved on it, newest first."""

    account = LedgerAccountSerializer()
    moves = MoveSerializer(many=True)
    links = LinksSerializer()


class PostingSerializer(serializers.Serializer[ledger_pages.PostingRow]):
    """A line of a transaction: minor units into an account, negative out of it."""

    account = serializers.UUIDField()
    kind = serializers.CharField()
    purpose = serializers.CharField(source="key")
    party = OwnerSerializer(allow_null=True)
    currency = serializers.CharField()
    amount = serializers.IntegerField()


class TransactionRowSerializer(serializers.Serializer[ledger_pages.TransactionRow]):
    """A set of postings that adds up to zero in each currency."""

    uuid = serializers.UUIDField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    value_date = serializers.DateField()
    posted_at = serializers.DateTimeField()
    digest = serializers.CharField()


class TransactionListSerializer(serializers.Serializer[Any]):
    """A page of transactions, newest first."""

    results = TransactionRowSerializer(many=True)
    links = LinksSerializer()


class TransactionSerializer(serializers.Serializer[ledger_pages.TransactionPage]):
    """A transaction with the postings that the caller may see."""

    transaction = TransactionRowSerializer(source="row")
    postings = PostingSerializer(many=True)
    hidden = serializers.IntegerField(help_text="Postings that are other parties'.")
    more = serializers.IntegerField(help_text="Postings that are not listed.")
    reverses = serializers.UUIDField(allow_null=True)
    reversed_by = serializers.UUIDField(allow_null=True)
    previous = serializers.CharField(help_text="Digest of the transaction before.")


class LedgerAccounts(Door):
    """Accounts of the ledger."""

    @extend_schema(
        operation_id="ledger_account_list",
        parameters=[AccountsAsked],
        responses={200: AccountListSerializer, **told(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """Accounts with their balances."""
        read = asked(AccountsAsked, request)
        wanted = ledger_pages.LedgerAsked(
            read.get("kind", ""), read.get("currency", ""), read.get("party")
        )
        user = caller(request)
        page = ledger_pages.list_accounts(user, wanted, place_of(read), size=read["limit"])
        return listed(AccountListSerializer, request, page)


class OneLedgerAccount(Door):
    """One account."""

    @extend_schema(
        operation_id="ledger_account_read",
        parameters=[
            OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH), PageSerializer,
        ],
        responses={200: AccountPageSerializer, **told(400, 401, 404)},
    )  # fmt: skip
    def get(self, request: Request, uuid: UUID) -> Response:
        """An account with what moved on it."""
        read = asked(PageSerializer, request)
        page = ledger_pages.get_account_page(
            caller(request), uuid, place_of(read), size=read["limit"]
        )
        if page is None:
            raise Http404
        moves = page.moves
        around = links(request, moves)
        shown = {"account": page.row, "moves": moves.rows, "links": around}
        return Response(AccountPageSerializer(shown).data)


class LedgerTransactions(Door):
    """Transactions of the ledger."""

    @extend_schema(
        operation_id="ledger_transaction_list",
        parameters=[PageSerializer],
        responses={200: TransactionListSerializer, **told(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """Transactions, newest first; those that touched an own account for others than staff."""
        read = asked(PageSerializer, request)
        page = ledger_pages.list_transactions(caller(request), place_of(read), size=read["limit"])
        return listed(TransactionListSerializer, request, page)


class LedgerTransaction(Door):
    """One transaction."""

    @extend_schema(
        operation_id="ledger_transaction_read",
        parameters=[OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={200: TransactionSerializer, **told(401, 404)},
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """A transaction with its postings."""
        page = ledger_pages.get_transaction_page(caller(request), uuid)
        if page is None:
            raise Http404
        return Response(TransactionSerializer(page).data)
