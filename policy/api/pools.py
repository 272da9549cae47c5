"""`/api/pools/`: what licensees owe, and how it was shared out."""

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
from policy.api.pages import LinksSerializer, PageSerializer, listed, place_of
from policy.api.problems import told
from policy.selectors import pool_pages


class LicenseeSerializer(serializers.Serializer[Any]):
    """Who owes a pool."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()


class RunSerializer(serializers.Serializer[pool_pages.RunRow]):
    """One sharing out, in minor units: gross = deducted + paid + held + reserved."""

    uuid = serializers.UUIDField()
    number = serializers.IntegerField()
    gross = serializers.IntegerField()
    deducted = serializers.IntegerField()
    paid = serializers.IntegerField()
    held = serializers.IntegerField()
    reserved = serializers.IntegerField()
    lines = serializers.IntegerField()
    corrects = serializers.IntegerField(allow_null=True, help_text="Number of an earlier run.")
    current = serializers.BooleanField()
    bundle = serializers.CharField()
    input_digest = serializers.CharField()
    transaction = serializers.UUIDField(allow_null=True)
    ran_at = serializers.DateTimeField()


class PoolSerializer(serializers.Serializer[pool_pages.PoolRow]):
    """A pool with its current run; amounts in minor units of the currency."""

    uuid = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    licensee = LicenseeSerializer()
    scheme = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    currency = serializers.CharField()
    income = serializers.IntegerField()
    minimum = serializers.IntegerField()
    period_from = serializers.DateField()
    period_until = serializers.DateField(help_text="Exclusive.")
    run = RunSerializer(allow_null=True)


class PoolListSerializer(serializers.Serializer[Any]):
    """A page of pools, newest first."""

    results = PoolSerializer(many=True)
    links = LinksSerializer()


class NumberSerializer(serializers.Serializer[Any]):
    """A parameter as the run applied it."""

    name = serializers.CharField()
    value = serializers.CharField()


class DestinationSerializer(serializers.Serializer[Any]):
    """Accounts of one kind, with why where it is held, and what went into them."""

    kind = serializers.CharField()
    reason = serializers.CharField()
    accounts = serializers.IntegerField()
    amount = serializers.IntegerField()


class RuleSerializer(serializers.Serializer[Any]):
    """A rule behind the lines, and the duty that it set."""

    ruleset = serializers.CharField()
    rule = serializers.CharField()
    do = serializers.CharField()
    details = serializers.SerializerMethodField()

    def get_details(self, rule: pool_pages.AppliedRule) -> dict[str, str]:
        """The further words of the duty."""
        return dict(rule.details)


class PoolPageSerializer(serializers.Serializer[pool_pages.PoolPage]):
    """A pool with its runs, and what the current one was made of."""

    pool = PoolSerializer(source="row")
    model = serializers.CharField()
    model_version = serializers.CharField()
    runs = RunSerializer(many=True)
    numbers = NumberSerializer(many=True)
    destinations = DestinationSerializer(many=True)
    rules = RuleSerializer(many=True)


class Pools(Door):
    """Pools of money."""

    @extend_schema(
        operation_id="pool_list",
        parameters=[PageSerializer],
        responses={200: PoolListSerializer, **told(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """The pools that the caller owes, newest first; all of them for staff."""
        read = asked(PageSerializer, request)
        page = pool_pages.list_pools(caller(request), place_of(read), size=read["limit"])
        return listed(PoolListSerializer, request, page)


class Pool(Door):
    """One pool."""

    @extend_schema(
        operation_id="pool_read",
        parameters=[OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={200: PoolPageSerializer, **told(401, 404)},
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """A pool: its runs, where the money went, by which rules and numbers."""
        page = pool_pages.get_pool_page(caller(request), uuid)
        if page is None:
            raise Http404
        return Response(PoolPageSerializer(page).data)
