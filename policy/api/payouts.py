"""Payout statements as JSON, CSV and DSR-style TSV, and what a party earned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from policy.accounting.statements.writing import Format
from policy.api.door import Door, caller
from policy.api.problems import told
from policy.selectors import payout_pages


class _File(BaseRenderer):
    """Passes a file through as it is; a problem document is told as JSON."""

    charset = None
    file_format: Format

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The bytes of the response."""
        if isinstance(data, bytes):
            return data
        return json.dumps(data, cls=JSONEncoder).encode()


class JsonFile(_File):
    """The canonical document."""

    media_type = "application/json"
    format = "json"
    file_format = "json"


class CsvFile(_File):
    """One row a line."""

    media_type = "text/csv"
    format = "csv"
    file_format = "csv"


class TsvFile(_File):
    """After DDEX DSR: HEAD, SY, AS, SU and FOOT records."""

    media_type = "text/tab-separated-values"
    format = "tsv"
    file_format = "dsr"


class EarnedSerializer(serializers.Serializer[payout_pages.Earned]):
    """Net of one licensee, use and territory, in millionths of the minor unit; `hold` is why it
    waits, empty when payable."""

    licensee = serializers.CharField()
    kind = serializers.CharField()
    territory = serializers.CharField()
    currency = serializers.CharField()
    hold = serializers.CharField()
    lines = serializers.IntegerField()
    net = serializers.IntegerField()


class StatementSerializer(serializers.Serializer[payout_pages.StatementRow]):
    """A payout statement; amounts in minor units, closing = opening + earned - paid."""

    uuid = serializers.UUIDField()
    currency = serializers.CharField()
    period_from = serializers.DateField()
    period_until = serializers.DateField(help_text="Exclusive.")
    revision = serializers.IntegerField()
    opening = serializers.IntegerField()
    earned = serializers.IntegerField()
    held = serializers.IntegerField()
    paid = serializers.IntegerField()
    closing = serializers.IntegerField()
    corrected = serializers.BooleanField(help_text="Whether a later revision exists.")
    issued_at = serializers.DateTimeField()


class PartyUseSerializer(serializers.Serializer[Any]):
    """What one licensee did with the party's works; no territories are worldwide."""

    licensee = serializers.CharField(source="licensee.name")
    kind = serializers.CharField()
    model = serializers.CharField()
    model_version = serializers.CharField()
    usages = serializers.IntegerField()
    territories = serializers.ListField(child=serializers.CharField())
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class PayoutsSerializer(serializers.Serializer[payout_pages.PartyMoney]):
    """What was used of a party's works, what it earned, what is held and why; its newest payout
    statements."""

    paid_in = serializers.CharField(
        help_text="The currency that the party is paid in; empty: whatever it earns."
    )
    uses = PartyUseSerializer(many=True, source="uses.rows")
    earned = EarnedSerializer(many=True)
    held = EarnedSerializer(many=True)
    statements = StatementSerializer(many=True)


class PartyPayouts(Door):
    """The money of a party."""

    @extend_schema(
        operation_id="party_payouts",
        parameters=[OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={200: PayoutsSerializer, **told(401, 404)},
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """What a party of the caller's earned by uses of AI; of any party for staff."""
        money = payout_pages.get_party_money(caller(request), uuid)
        if money is None:
            raise Http404
        return Response(PayoutsSerializer(money).data)


class PayoutStatement(Door):
    """One payout statement."""

    renderer_classes = [JsonFile, CsvFile, TsvFile]

    @extend_schema(
        operation_id="payout_statement_read",
        parameters=[
            OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH),
            OpenApiParameter("format", OpenApiTypes.STR, enum=["json", "csv", "tsv"]),
        ],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "text/tab-separated-values"): OpenApiTypes.STR,
            **told(401, 404, 406),
        },
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """A payout statement in the format that is accepted; the same bytes on any day."""
        renderer = request.accepted_renderer
        assert isinstance(renderer, _File)
        file = payout_pages.get_statement_file(caller(request), uuid, renderer.file_format)
        if file is None:
            raise Http404
        name = content_disposition_header(as_attachment=True, filename=file.name)
        headers = {"Content-Disposition": str(name)}
        return Response(file.content, headers=headers, content_type=file.media_type)
