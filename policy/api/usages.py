"""`/api/usages/`: register and report uses of tracks by AI, and read what was answered."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from policy import tasks
from policy.api.door import Door, asked, caller
from policy.api.pages import LinksSerializer, PageSerializer, links, listed, place_of
from policy.api.problems import Problem, told
from policy.api.usage_requests import UsageSerializer, usage_said
from policy.lang.words import USES
from policy.models import Effect, Job, Usage
from policy.selectors import usage_pages
from policy.selectors.decision_search import Place
from policy.services.usage_checks import NotChecked, usage_ask
from policy.services.usages import Registered, UsageRefused, usage_register, usage_report


class UsagesAsked(PageSerializer):
    """Which uses."""

    kind = serializers.ChoiceField(USES, required=False)
    stage = serializers.ChoiceField(Usage.Stage.values, required=False)
    licensee = serializers.UUIDField(required=False)


class NamedSerializer(serializers.Serializer[Any]):
    """A party."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()


class UsageRowSerializer(serializers.Serializer[usage_pages.UsageRow]):
    """A use. Who sees it only for a track of its own (`whole` false) is told no numbers."""

    uuid = serializers.UUIDField()
    licensee = NamedSerializer()
    reference = serializers.CharField()
    kind = serializers.ChoiceField(USES)
    stage = serializers.ChoiceField(Usage.Stage.choices)
    model = serializers.CharField()
    model_version = serializers.CharField()
    territories = serializers.ListField(child=serializers.CharField())
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    tracks = serializers.IntegerField()
    units = serializers.IntegerField()
    output = serializers.CharField()
    registered_at = serializers.DateTimeField()
    whole = serializers.BooleanField()


class UsagePageSerializer(serializers.Serializer[Any]):
    """A page of uses, newest first."""

    results = UsageRowSerializer(many=True)
    links = LinksSerializer()


class BlockingSerializer(serializers.Serializer[Any]):
    """A right that stands against the use, by which rule; owners are not named."""

    layer = serializers.CharField()
    territory = serializers.CharField()
    rule = serializers.CharField()


class ReasonSerializer(serializers.Serializer[Any]):
    """What a determining rule says."""

    ruleset = serializers.CharField()
    rule = serializers.CharField()
    effect = serializers.ChoiceField(Effect.choices)
    text = serializers.CharField()


class AnswerSerializer(serializers.Serializer[Any]):
    """What was answered."""

    decision = serializers.UUIDField()
    effect = serializers.ChoiceField(Effect.choices)
    blocking = BlockingSerializer(many=True)
    reasons = ReasonSerializer(many=True)


class TrackAnswerSerializer(serializers.Serializer[Any]):
    """A track of a use: weight and confidence in millionths, and its answer."""

    uuid = serializers.UUIDField()
    title = serializers.CharField()
    artist = serializers.CharField()
    isrc = serializers.CharField()
    record_label = serializers.CharField()
    weight = serializers.IntegerField(allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)
    answer = AnswerSerializer(source="answer.answer", allow_null=True, default=None)
    relied = serializers.IntegerField(
        source="answer.relied", default=0, help_text="Consent records that the answer relied on."
    )


class GroupSerializer(serializers.Serializer[Any]):
    """An answer, and how many tracks share it."""

    answer = AnswerSerializer()
    tracks = serializers.IntegerField()


class CheckSerializer(serializers.Serializer[usage_pages.CheckHead]):
    """The answer to "may I?" for all tracks; the digest is over the answers of each."""

    uuid = serializers.UUIDField()
    as_of = serializers.DateTimeField()
    known_at = serializers.DateTimeField()
    checked_at = serializers.DateTimeField()
    tracks = serializers.IntegerField()
    counts = serializers.SerializerMethodField()
    bundle = serializers.CharField()
    digest = serializers.CharField()

    def get_counts(self, check: usage_pages.CheckHead) -> dict[str, int]:
        """Tracks by answer."""
        return {found.effect: found.count for found in check.counts}


class UsageDetailSerializer(serializers.Serializer[Any]):
    """A use with its answer and a page of its tracks."""

    usage = UsageRowSerializer()
    state = serializers.ChoiceField(["answered", "waiting"])
    check_made = CheckSerializer(allow_null=True)
    answers = GroupSerializer(many=True)
    tracks = TrackAnswerSerializer(many=True)
    links = LinksSerializer()


class Usages(Door):
    """Uses of tracks by AI."""

    @extend_schema(
        operation_id="usage_list",
        parameters=[UsagesAsked],
        responses={200: UsagePageSerializer, **told(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """The caller's own uses, and those that drew on tracks which it sees; all for staff."""
        read = asked(UsagesAsked, request)
        wanted = usage_pages.UsageAsked(
            read.get("kind", ""), read.get("stage", ""), read.get("licensee")
        )
        user = caller(request)
        page = usage_pages.list_usages(user, wanted, place_of(read), size=read["limit"])
        return listed(UsagePageSerializer, request, page)

    @extend_schema(
        operation_id="usage_create",
        request=UsageSerializer,
        responses={
            200: UsageDetailSerializer, 201: UsageDetailSerializer, **told(400, 401, 403, 422),
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Register a planned use, or report one that took place; the answer is "may I?".

        The same use again, by the licensee's reference, is the same row. A small use is answered at
        once. A large one waits for the workers: follow its address.
        """
        body = UsageSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        said, now = usage_said(caller(request), body.validated_data), timezone.now()
        do = usage_report if body.validated_data["stage"] == "reported" else usage_register
        try:
            registered: Registered = do(said=said, actor=caller(request), at=now)
        except UsageRefused as refused:
            raise _refused(refused) from None
        _answer(registered.usage, at=now)
        status = HTTPStatus.CREATED if registered.new else HTTPStatus.OK
        uuid = registered.usage.uuid
        headers = {"Location": reverse("api-usage", args=[uuid])}
        return Response(_detail(request, uuid, Place(), 50), status, headers=headers)


class OneUsage(Door):
    """One use."""

    @extend_schema(
        operation_id="usage_read",
        parameters=[
            OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH), PageSerializer,
        ],
        responses={200: UsageDetailSerializer, **told(400, 401, 404)},
    )  # fmt: skip
    def get(self, request: Request, uuid: UUID) -> Response:
        """A use with its answer, and a page of its tracks with theirs."""
        read = asked(PageSerializer, request)
        return Response(_detail(request, uuid, place_of(read), read["limit"]))


class TrackUsages(Door):
    """Uses of one track."""

    @extend_schema(
        operation_id="track_usage_list",
        parameters=[
            OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH), PageSerializer,
        ],
        responses={200: UsagePageSerializer, **told(400, 401, 404)},
    )  # fmt: skip
    def get(self, request: Request, uuid: UUID) -> Response:
        """Every use and output that drew on a track which the caller sees, newest first."""
        read = asked(PageSerializer, request)
        user = caller(request)
        page = usage_pages.list_usages_of(user, uuid, place_of(read), size=read["limit"])
        if page is None:
            raise Http404
        return listed(UsagePageSerializer, request, page)


def _answer(usage: Usage, *, at: Any) -> None:
    """Have a use answered, now or by the workers. Raises Problem when it cannot be."""
    try:
        found = usage_ask(usage=usage, at=at)
    except NotChecked as refused:
        detail = f"The use is on record, but cannot be answered: {refused}."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, code="usage-not-answered") from None
    if isinstance(found, Job):
        tasks.nudge_work()


def _detail(request: Request, uuid: UUID, place: Place, size: int) -> Any:
    page = usage_pages.get_usage_page(caller(request), uuid, place, size=size)
    if page is None:
        raise Http404
    around = links(request, page.tracks)
    answered = page.check is not None or not page.row.whole
    shown = {
        "usage": page.row,
        "state": "answered" if answered else "waiting",
        "check_made": page.check,
        "answers": page.groups,
        "tracks": page.tracks.rows,
        "links": around,
    }
    return UsageDetailSerializer(shown).data


def _refused(refused: UsageRefused) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The use was not recorded.",
        code="usage-refused",
        problems=[{"message": message} for message in refused.mistakes],
    )
