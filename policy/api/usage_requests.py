"""What a request to register or report a use says, read into what the service takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from rest_framework import serializers

from policy.api.problems import Problem
from policy.lang.words import USES
from policy.models import Party
from policy.selectors.track_list import track_ids
from policy.selectors.visibility import User, parties_of, sight_of
from policy.services.attributions import Drawn, NoWeight, evened, millionths
from policy.services.usage_catalogue import MOST_ISRCS, CatalogueQuery
from policy.services.usages import UsageSaid

MOST_TRACKS = 10_000
"""Tracks that one request lists; more are chosen by a query, or reported as a file."""


class DrawnSerializer(serializers.Serializer[Any]):
    """A track of the use, and its weight in it where a method of attribution gave one."""

    track = serializers.UUIDField()
    weight = serializers.CharField(
        required=False, allow_null=True, help_text="From 0 to 1, six places at most: `0.25`."
    )
    confidence = serializers.CharField(
        required=False, allow_null=True, help_text="From 0 to 1: how sure the method is."
    )


class QuerySerializer(serializers.Serializer[Any]):
    """Tracks of the catalogue that meet all of this; an empty one is the whole catalogue."""

    record_label = serializers.CharField(required=False, default="", max_length=300)
    artist = serializers.CharField(required=False, default="", max_length=300)
    account = serializers.SlugField(required=False, default="", max_length=80)
    release = serializers.UUIDField(required=False, default=None, allow_null=True)
    isrcs = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, default=list,
        max_length=MOST_ISRCS,
    )  # fmt: skip


class UsageSerializer(serializers.Serializer[Any]):
    """A use by AI, planned or past."""

    licensee = serializers.UUIDField(
        required=False, help_text="Needed by a login that acts for several parties, and by staff."
    )
    reference = serializers.CharField(max_length=120, help_text="The licensee's own name for it.")
    kind = serializers.ChoiceField(USES)
    stage = serializers.ChoiceField(["planned", "reported"], default="planned")
    model = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    model_version = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=100
    )
    research = serializers.BooleanField(required=False, default=False)
    territories = serializers.ListField(
        child=serializers.CharField(max_length=12), required=False, default=list
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    tracks = serializers.ListField(
        child=DrawnSerializer(), required=False, default=list, max_length=MOST_TRACKS
    )
    query = QuerySerializer(required=False, default=None, allow_null=True)
    even_out = serializers.BooleanField(
        required=False, default=False, help_text="Make the weights add up to exactly 1."
    )
    units = serializers.IntegerField(required=False, default=0, min_value=0, max_value=2**62)
    artificial_units = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=2**62
    )
    attribution_method = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=100
    )
    output_track = serializers.UUIDField(required=False, default=None, allow_null=True)
    output_reference = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=200
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse tracks that are said twice over, and none at all."""
        if attrs["tracks"] and attrs["query"] is not None:
            raise serializers.ValidationError("List tracks or say a query, not both.")
        if not attrs["tracks"] and attrs["query"] is None:
            raise serializers.ValidationError("Say which tracks: a list, or a query.")
        return attrs


def usage_said(user: User, read: Mapping[str, Any]) -> UsageSaid:
    """What a checked request says. Raises Problem for whom it may not speak, and for tracks that
    are not there."""
    draws = _draws(read["tracks"])
    query = read["query"]
    return UsageSaid(
        licensee=_licensee(user, read.get("licensee")),
        reference=read["reference"],
        kind=read["kind"],
        starts_at=read["starts_at"],
        ends_at=read["ends_at"],
        model=read["model"],
        model_version=read["model_version"],
        research=read["research"],
        territories=tuple(read["territories"]),
        query=None if query is None else CatalogueQuery(**query | {"isrcs": tuple(query["isrcs"])}),
        draws=evened(draws) if read["even_out"] else draws,
        units=read["units"],
        artificial_units=read["artificial_units"],
        attribution_method=read["attribution_method"],
        output_track_id=_output(read["output_track"]),
        output_reference=read["output_reference"],
    )


def _licensee(user: User, uuid: UUID | None) -> Party:
    """The party that the caller registers for. Raises Problem when there is none, or a choice."""
    rows = parties_of(user)
    found = list((rows.filter(uuid=uuid) if uuid else rows).order_by("pk")[:2])
    if len(found) == 1 and (uuid or not sight_of(user).everything):
        return found[0]
    if found:
        detail = "This login acts for several parties: say which, as `licensee`."
        raise Problem(HTTPStatus.BAD_REQUEST, detail, code="licensee-needed")
    raise Problem(
        HTTPStatus.FORBIDDEN, "This login registers uses of no such party.", code="no-licensee"
    )


def _draws(rows: Sequence[Mapping[str, Any]]) -> tuple[Drawn, ...]:
    ids = track_ids(row["track"] for row in rows)
    wrong: dict[str, list[str]] = {}
    draws = []
    for at, row in enumerate(rows):
        if row["track"] not in ids:
            wrong[f"tracks.{at}.track"] = [f"There is no track {row['track']}."]
            continue
        try:
            weight, sure = (_part(row.get(name)) for name in ("weight", "confidence"))
        except NoWeight as refused:
            wrong[f"tracks.{at}"] = [f"{str(refused)[:1].upper()}{str(refused)[1:]}."]
        else:
            draws.append(Drawn(ids[row["track"]], weight, sure))
    if wrong:
        raise serializers.ValidationError(wrong)
    return tuple(draws)


def _part(text: str | None) -> int | None:
    return None if text is None else millionths(text)


def _output(uuid: UUID | None) -> int | None:
    if uuid is None:
        return None
    found = track_ids([uuid]).get(uuid)
    if found is None:
        raise serializers.ValidationError({"output_track": [f"There is no track {uuid}."]})
    return found
