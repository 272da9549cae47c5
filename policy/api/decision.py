"""`/api/decisions/{uuid}/`: one decision with everything behind it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from policy.api.door import Door, caller
from policy.api.problems import told
from policy.models import Effect, Finding, Obligation
from policy.selectors.decision_page import DecisionPage, RuleFinding, get_decision_page
from policy.selectors.facts_seen import FactsSeen
from policy.selectors.masking import WHY
from policy.selectors.rule_text import Line, RuleText


class RegionSerializer(serializers.Serializer[Any]):
    """Territories with one effect; no codes means everywhere that no other region names."""

    effect = serializers.ChoiceField(Effect.choices)
    codes = serializers.ListField(child=serializers.CharField())


class VerdictSerializer(serializers.Serializer[Any]):
    """The outcome in words."""

    effect = serializers.ChoiceField(Effect.choices)
    headline = serializers.CharField()
    meaning = serializers.CharField()
    regions = RegionSerializer(many=True)


class TrackHeadSerializer(serializers.Serializer[Any]):
    """Which track a decision is about."""

    uuid = serializers.UUIDField()
    title = serializers.CharField()
    version_title = serializers.CharField()
    artist = serializers.CharField()
    isrc = serializers.CharField()
    release = serializers.CharField()
    record_label = serializers.CharField()
    deliverer = serializers.CharField()
    removed = serializers.BooleanField()


class FindingSerializer(serializers.Serializer[RuleFinding]):
    """A rule that matched or could not be evaluated; territories null is everywhere."""

    ruleset = serializers.CharField()
    version = serializers.CharField()
    rule = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(Finding.Status.choices)
    effect = serializers.ChoiceField(Effect.choices)
    reason = serializers.CharField()
    territories = serializers.ListField(child=serializers.CharField(), allow_null=True)


class SeenSerializer(serializers.Serializer[Any]):
    """A value that a condition saw; hidden ones have no text."""

    expression = serializers.CharField(source="label")
    value = serializers.CharField()
    hidden = serializers.BooleanField()


class NoteSerializer(serializers.Serializer[Any]):
    """What one condition came to: `true`, `false`, `error` or `not_needed`."""

    truth = serializers.CharField()
    text = serializers.CharField()
    remark = serializers.CharField()
    depth = serializers.IntegerField()
    seen = SeenSerializer(many=True)


class LineSerializer(serializers.Serializer[Line]):
    """A line of the ruleset file with what the conditions that end on it came to."""

    number = serializers.IntegerField()
    text = serializers.SerializerMethodField()
    deciding = serializers.BooleanField()
    notes = NoteSerializer(many=True)

    def get_text(self, line: Line) -> str:
        """The line as its author wrote it."""
        return "".join(token.text for token in line.tokens)


class VariableSerializer(serializers.Serializer[Any]):
    """A named expression that the rule read."""

    title = serializers.CharField()
    lines = LineSerializer(many=True)


class RuleTextSerializer(serializers.Serializer[RuleText]):
    """The lines of a rule and of the variables that it read."""

    lines = serializers.SerializerMethodField()
    variables = VariableSerializer(many=True)

    @extend_schema_field(LineSerializer(many=True))
    def get_lines(self, text: RuleText) -> Any:
        """The rule from its first line to its last."""
        lines: Any = [*text.head.lines, *text.rest]
        return LineSerializer(lines, many=True).data


class ChangeSerializer(serializers.Serializer[Any]):
    """One thing that would have to be otherwise, and what it is now."""

    wanted = serializers.CharField()
    now = SeenSerializer(many=True)


class WaySerializer(serializers.Serializer[Any]):
    """Changes that together would end the rule."""

    changes = ChangeSerializer(many=True)


class ReferenceSerializer(serializers.Serializer[Any]):
    """Where a rule comes from."""

    title = serializers.CharField()
    url = serializers.CharField()


class DecidingSerializer(serializers.Serializer[Any]):
    """A rule that caused the outcome, with its text and what would have ended it."""

    finding = FindingSerializer()
    path = serializers.CharField()
    text = RuleTextSerializer(allow_null=True)
    ways = WaySerializer(many=True)
    references = ReferenceSerializer(many=True)


class DutySerializer(serializers.Serializer[Any]):
    """An obligation; its party is told to staff and to that party."""

    uuid = serializers.UUIDField()
    do = serializers.CharField()
    of = serializers.CharField()
    party = serializers.UUIDField(allow_null=True)
    party_name = serializers.CharField()
    rule = serializers.CharField()
    details = serializers.SerializerMethodField()
    due_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(Obligation.State.choices)

    def get_details(self, duty: Any) -> dict[str, str]:
        """The further words of the duty."""
        return dict(duty.details)


class FactSerializer(serializers.Serializer[Any]):
    """One fact: `known`, `absent`, `unknown` or `hidden`; `read` by a determining rule or not."""

    path = serializers.CharField()
    state = serializers.CharField(source="value.state")
    value = serializers.CharField(source="value.text")
    unit = serializers.CharField()
    origin = serializers.CharField(source="source.kind")
    origin_uuid = serializers.UUIDField(source="source.uuid", allow_null=True)
    read = serializers.BooleanField()


class FactListSerializer(serializers.Serializer[Any]):
    """A list of records: columns, and a value with its state for each of them in every row."""

    path = serializers.CharField()
    state = serializers.CharField()
    origin = serializers.CharField(source="source.kind")
    read = serializers.BooleanField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.SerializerMethodField()

    def get_rows(self, table: Any) -> list[list[dict[str, str]]]:
        """One row an item."""
        return [[{"state": cell.state, "value": cell.text} for cell in row] for row in table.rows]


class FactsSerializer(serializers.Serializer[FactsSeen]):
    """All that the rules could see."""

    values = serializers.SerializerMethodField()
    lists = serializers.SerializerMethodField()
    unknown = serializers.ListField(child=serializers.CharField())

    @extend_schema_field(FactSerializer(many=True))
    def get_values(self, seen: FactsSeen) -> Any:
        """Single facts, those that determining rules read first."""
        rows = [row for group in (*seen.read, *seen.others) for row in group.rows]
        return FactSerializer(rows, many=True).data

    @extend_schema_field(FactListSerializer(many=True))
    def get_lists(self, seen: FactsSeen) -> Any:
        """Lists of records, those that determining rules read first."""
        tables = [table for group in (*seen.read, *seen.others) for table in group.tables]
        return FactListSerializer(tables, many=True).data


class VersionSerializer(serializers.Serializer[Any]):
    """A ruleset version of the bundle; the digest is the SHA-256 of its text."""

    ruleset = serializers.CharField()
    version = serializers.CharField()
    digest = serializers.CharField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """What makes the decision verifiable: digests of bundle and snapshot."""

    bundle = serializers.CharField()
    snapshot = serializers.CharField()
    versions = VersionSerializer(many=True)


class PastSerializer(serializers.Serializer[Any]):
    """A decision on the same track, and what was new against the one before."""

    uuid = serializers.UUIDField()
    effect = serializers.ChoiceField(Effect.choices)
    decided_at = serializers.DateTimeField()
    by_person = serializers.BooleanField()
    differed = serializers.ListField(child=serializers.CharField())


class DecisionDetailSerializer(serializers.Serializer[DecisionPage]):
    """A decision with its explanation."""

    uuid = serializers.UUIDField()
    verdict = VerdictSerializer()
    track = TrackHeadSerializer()
    decided_at = serializers.DateTimeField()
    as_of = serializers.DateTimeField()
    by_person = serializers.BooleanField()
    later = serializers.UUIDField(allow_null=True)
    case_opened_at = serializers.DateTimeField(allow_null=True)
    deciding = DecidingSerializer(many=True)
    others = FindingSerializer(many=True)
    duties = DutySerializer(many=True)
    facts = FactsSerializer()
    evidence = EvidenceSerializer()
    history = PastSerializer(many=True, source="history.decisions")
    masked = serializers.BooleanField()
    masked_note = serializers.SerializerMethodField()

    def get_masked_note(self, page: DecisionPage) -> str:
        """What is hidden from this caller; empty when nothing is."""
        return WHY if page.masked else ""


class Decision(Door):
    """One decision."""

    @extend_schema(
        operation_id="decision_read",
        parameters=[OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={200: DecisionDetailSerializer, **told(401, 404)},
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """A decision with its reasons, the deciding lines and the values seen."""
        page = get_decision_page(caller(request), uuid)
        if page is None:
            raise Http404
        return Response(DecisionDetailSerializer(page).data)
