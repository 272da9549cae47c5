"""Pages of a list: keyset, so that the last page costs as much as the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from policy.selectors.decision_search import Place

MOST = 200
"""Rows on a page at most."""

_SIDES = ("older", "newer")
_ENDS = ("first", "last")


class Row(Protocol):
    """What a page consists of."""

    @property
    def uuid(self) -> UUID:
        """Its identity outside."""


class Paged(Protocol):
    """A page of a list, and whether there are rows on either side of it."""

    @property
    def rows(self) -> Sequence[Row]:
        """What it shows."""

    @property
    def newer(self) -> bool:
        """Whether rows precede it."""

    @property
    def older(self) -> bool:
        """Whether rows follow it."""


class PageSerializer(serializers.Serializer[Any]):
    """Which page: at most one of `older` (beyond that row), `newer` (before it) and `end`."""

    older = serializers.UUIDField(required=False, help_text="The rows that follow this one.")
    newer = serializers.UUIDField(required=False, help_text="The rows that precede this one.")
    end = serializers.ChoiceField(_ENDS, required=False, help_text="The first or the last page.")
    limit = serializers.IntegerField(
        required=False, default=50, min_value=1, max_value=MOST, help_text="Rows on a page."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse two places at once."""
        if len({"older", "newer", "end"} & attrs.keys()) > 1:
            raise serializers.ValidationError("Say one of `older`, `newer` and `end`.")
        return attrs


class LinksSerializer(serializers.Serializer[Any]):
    """Addresses of other pages of the same list; null where there is none."""

    first = serializers.CharField()
    previous = serializers.CharField(allow_null=True)
    next = serializers.CharField(allow_null=True)
    last = serializers.CharField()


def place_of(read: dict[str, Any]) -> Place:
    """The page that checked parameters mean."""
    for side in _SIDES:
        if side in read:
            return Place(side, read[side])  # type: ignore[arg-type]  # one of its literals
    return Place(read.get("end", "first"))


def listed(
    serializer: type[serializers.Serializer[Any]], request: Request, page: Paged
) -> Response:
    """A page of a list with the addresses of the pages around it."""
    return Response(serializer({"results": page.rows, "links": links(request, page)}).data)


def links(request: Request, page: Paged) -> dict[str, str | None]:
    """The addresses of the pages around one."""
    rows = page.rows

    def to(**place: object) -> str:
        known = {*_SIDES, "end"}
        kept = [(name, value) for name, value in request.query_params.items() if name not in known]
        return f"{request.path}?{urlencode([*kept, *place.items()])}"

    return {
        "first": to(end="first"),
        "previous": to(newer=rows[0].uuid) if page.newer and rows else None,
        "next": to(older=rows[-1].uuid) if page.older and rows else None,
        "last": to(end="last"),
    }
