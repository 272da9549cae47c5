"""`/api/tracks/`: the tracks that the caller may see."""

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
from policy.selectors import track_list


class TracksAsked(PageSerializer):
    """Which tracks."""

    q = serializers.CharField(
        required=False, max_length=200, help_text="Words of title and artist, or an ISRC."
    )
    isrc = serializers.CharField(required=False, max_length=20, help_text="Exactly this ISRC.")
    delivery = serializers.UUIDField(required=False, help_text="Tracks of this delivery.")


class TrackSerializer(serializers.Serializer[track_list.TrackRow]):
    """A track with its latest decision."""

    uuid = serializers.UUIDField()
    title = serializers.CharField()
    version_title = serializers.CharField()
    artist = serializers.CharField()
    isrc = serializers.CharField()
    release = serializers.CharField()
    deliverer = serializers.CharField()
    contains_ai = serializers.ChoiceField(["all", "partly", "none", "undeclared"])
    first_delivered_at = serializers.DateTimeField()
    last_delivered_at = serializers.DateTimeField()
    removed_at = serializers.DateTimeField(allow_null=True)
    decision = serializers.UUIDField(allow_null=True)
    effect = serializers.CharField(allow_null=True)


class TrackPageSerializer(serializers.Serializer[Any]):
    """A page of tracks, newest first."""

    results = TrackSerializer(many=True)
    links = LinksSerializer()


class Tracks(Door):
    """Tracks, newest first."""

    @extend_schema(
        operation_id="track_list",
        parameters=[TracksAsked],
        responses={200: TrackPageSerializer, **told(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """The tracks that the caller delivered or has to do with; all of them for staff."""
        read = asked(TracksAsked, request)
        wanted = track_list.TrackFilter(
            text=read.get("q", ""), isrc=read.get("isrc", ""), delivery=read.get("delivery")
        )
        page = track_list.list_tracks(caller(request), wanted, place_of(read), size=read["limit"])
        return listed(TrackPageSerializer, request, page)


class Track(Door):
    """One track."""

    @extend_schema(
        operation_id="track_read",
        parameters=[OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={200: TrackSerializer, **told(401, 404)},
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """A track and its latest decision."""
        row = track_list.get_track(caller(request), uuid)
        if row is None:
            raise Http404
        return Response(TrackSerializer(row).data)
