"""`/api/decisions/`: what was decided on the tracks that the caller may see, and why."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from policy.api.door import Door, asked, caller
from policy.api.pages import LinksSerializer, PageSerializer, links, place_of
from policy.api.problems import told
from policy.models import Effect
from policy.selectors import decision_list
from policy.selectors.decision_search import DecisionFilter


class DecisionsAsked(PageSerializer):
    """Which decisions."""

    effect = serializers.ChoiceField(Effect.values, required=False)
    ruleset = serializers.CharField(required=False, max_length=80, help_text="Key of a ruleset.")
    rule = serializers.CharField(required=False, max_length=120, help_text="Id of a rule.")
    party = serializers.UUIDField(required=False, help_text="Tracks of this party.")
    deliverer = serializers.CharField(required=False, max_length=80, help_text="Account's key.")
    isrc = serializers.CharField(required=False, max_length=20, help_text="Tracks of this ISRC.")
    q = serializers.CharField(
        required=False, max_length=200, help_text="Words of title and artist, or an ISRC."
    )
    current = serializers.BooleanField(
        required=False, default=False, help_text="Leave out what a later decision has overtaken."
    )


class DecisionSerializer(serializers.Serializer[decision_list.DecisionRow]):
    """A decision in a list, with its first determining rule."""

    uuid = serializers.UUIDField()
    track = serializers.UUIDField()
    title = serializers.CharField()
    version_title = serializers.CharField()
    artist = serializers.CharField()
    isrc = serializers.CharField()
    deliverer = serializers.CharField()
    effect = serializers.ChoiceField(Effect.choices)
    worldwide = serializers.ChoiceField(Effect.choices)
    territories = serializers.ListField(child=serializers.CharField())
    ruleset = serializers.CharField()
    rule = serializers.CharField()
    reason = serializers.CharField()
    rules = serializers.IntegerField(help_text="Determining rules.")
    decided_at = serializers.DateTimeField()
    by_person = serializers.BooleanField()
    overtaken = serializers.BooleanField(help_text="Whether a later decision exists.")


class CountsSerializer(serializers.Serializer[decision_list.Counts]):
    """Matches per effect; `bounded` tells that only the newest were counted."""

    effects = serializers.SerializerMethodField()
    total = serializers.IntegerField()
    bounded = serializers.BooleanField()

    def get_effects(self, counts: decision_list.Counts) -> dict[str, int]:
        """Each effect with its number."""
        return {found.effect: found.count for found in counts.effects}


class DecisionPageSerializer(serializers.Serializer[Any]):
    """A page of decisions, newest first."""

    results = DecisionSerializer(many=True)
    counts = CountsSerializer()
    links = LinksSerializer()


class Decisions(Door):
    """Decisions, newest first."""

    @extend_schema(
        operation_id="decision_list",
        parameters=[DecisionsAsked],
        responses={200: DecisionPageSerializer, **told(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """Decisions on the tracks that the caller may see; all of them for staff."""
        read = asked(DecisionsAsked, request)
        page = decision_list.list_decisions(
            caller(request), _filter(read), place_of(read), size=read["limit"]
        )
        around = links(request, page)
        body = {"results": page.rows, "counts": page.counts, "links": around}
        return Response(DecisionPageSerializer(body).data)


def _filter(read: dict[str, Any]) -> DecisionFilter:
    names = ("effect", "ruleset", "rule", "party", "deliverer", "current")
    found = {name: read[name] for name in names if name in read}
    return DecisionFilter(text=" ".join(filter(None, (read.get("isrc"), read.get("q")))), **found)
