"""`/api/consents/{uuid}/withdraw/`: what a withdrawal would stop, and the withdrawal."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from policy import tasks
from policy.api.consents import ConsentRecordSerializer, refused
from policy.api.door import Door, asked, caller
from policy.api.problems import Problem, told
from policy.selectors.consent_pages import consent_for, consent_records
from policy.selectors.visibility import assurance_of
from policy.services.saying import ConsentRefused
from policy.services.usage_checks import NotChecked
from policy.services.withdrawal_preview import withdrawal_preview
from policy.services.withdrawals import withdraw


class WithdrawAsked(serializers.Serializer[Any]):
    """Whether to look only."""

    preview = serializers.BooleanField(
        required=False, default=False, help_text="Tell what it would stop, and write nothing."
    )


class PastUseSerializer(serializers.Serializer[Any]):
    """A use that took place by the grant: lawful, and stays on record."""

    usage = serializers.UUIDField(source="usage.uuid")
    kind = serializers.CharField(source="usage.kind")
    licensee = serializers.CharField(source="usage.licensee.name")
    took_place_at = serializers.DateTimeField()


class RunningUseSerializer(serializers.Serializer[Any]):
    """A use that is planned or goes on: of `tracks`, `stopped` would have to be left out."""

    kind = serializers.CharField(source="usage.kind")
    licensee = serializers.CharField(source="usage.licensee.name")
    model = serializers.CharField(source="usage.model")
    model_version = serializers.CharField(source="usage.model_version")
    tracks = serializers.IntegerField()
    stopped = serializers.IntegerField()
    due_at = serializers.DateTimeField(source="deadline.due_at", allow_null=True)
    rule = serializers.CharField(source="deadline.rule")


class ToldSerializer(serializers.Serializer[Any]):
    """Who would be told, as what, and by when it must act."""

    name = serializers.CharField()
    role = serializers.ChoiceField(["licensee", "deliverer", "owner"])
    due_at = serializers.DateTimeField(allow_null=True)


class WithdrawalPreviewSerializer(serializers.Serializer[Any]):
    """What the withdrawal would come to."""

    at = serializers.DateTimeField()
    tracks = serializers.IntegerField(help_text="Tracks that the grant covers.")
    redecided = serializers.IntegerField(help_text="Of these, decided anew.")
    running = RunningUseSerializer(many=True)
    past = PastUseSerializer(many=True)
    owners = serializers.IntegerField(help_text="Co-owners that are told.")
    told = ToldSerializer(many=True)


class Withdraw(Door):
    """The withdrawal of one grant."""

    @extend_schema(
        operation_id="consent_withdraw",
        parameters=[
            OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH), WithdrawAsked,
        ],
        request=None,
        responses={
            200: WithdrawalPreviewSerializer, 201: ConsentRecordSerializer,
            **told(400, 401, 404, 409, 422),
        },
    )  # fmt: skip
    def post(self, request: Request, uuid: UUID) -> Response:
        """Withdraw a grant from now on; with `?preview=1` only tell what that would stop.

        Planned and running uses are answered anew, and whoever must know is told, by the workers.
        """
        consent = consent_for(caller(request), uuid)
        if consent is None:
            raise Http404
        assurance = assurance_of(caller(request))
        if asked(WithdrawAsked, request)["preview"]:
            try:
                preview = withdrawal_preview(
                    grants=[consent], at=timezone.now(), assurance=assurance
                )
            except NotChecked as why:
                raise Problem(HTTPStatus.CONFLICT, f"{why}.", code="no-rules") from None
            return Response(WithdrawalPreviewSerializer(preview).data)
        try:
            made = withdraw(
                consents=[consent], actor=caller(request), at=timezone.now(), assurance=assurance
            )
        except ConsentRefused as wrong:
            raise refused(wrong) from None
        tasks.nudge_work()
        (record,) = consent_records([made[0].consent.pk])
        return Response(ConsentRecordSerializer(record).data, HTTPStatus.CREATED)
