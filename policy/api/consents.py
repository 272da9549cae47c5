"""`/api/consents/`: what parties say of uses by AI, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from policy import tasks
from policy.api.door import Door, asked, caller
from policy.api.pages import LinksSerializer, PageSerializer, listed, place_of
from policy.api.problems import Problem, told
from policy.lang.words import LAYERS, USES
from policy.models import Condition, Consent, Party
from policy.selectors import consent_pages
from policy.selectors.consent_subjects import subject_of
from policy.selectors.people import party_by_uuid
from policy.selectors.visibility import User, parties_of, sight_of
from policy.services.registry import consent_say
from policy.services.saying import ConsentRefused, Evidence, Saying


class ConsentsAsked(PageSerializer):
    """Which records."""

    party = serializers.UUIDField(required=False, help_text="Of this party.")
    use = serializers.ChoiceField(USES, required=False)
    on = serializers.DateTimeField(required=False, help_text="In force then.")
    known = serializers.DateTimeField(required=False, help_text="As known then; now by default.")


class PartySerializer(serializers.Serializer[Any]):
    """A party."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()


class ConsentRecordSerializer(serializers.Serializer[consent_pages.ConsentRecord]):
    """A record of the registry; no licensee and no model are any."""

    uuid = serializers.UUIDField()
    grantor = PartySerializer(allow_null=True)
    scope = serializers.ChoiceField(Consent.Scope.choices)
    subject = serializers.CharField()
    track = serializers.UUIDField(allow_null=True)
    layer = serializers.ChoiceField(LAYERS)
    use = serializers.ChoiceField(USES)
    decision = serializers.ChoiceField(Consent.Decision.choices)
    licensee = PartySerializer(allow_null=True)
    model = serializers.CharField()
    model_version = serializers.CharField()
    territories = serializers.ListField(child=serializers.CharField())
    excluded_territories = serializers.ListField(child=serializers.CharField())
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True)
    condition = serializers.ChoiceField(Condition.choices)
    terms = serializers.CharField()
    source = serializers.ChoiceField(  # type: ignore[assignment]  # collected as a field
        Consent.Source.choices
    )
    assurance = serializers.ChoiceField(Consent.Assurance.choices)
    evidence_name = serializers.CharField()
    evidence_digest = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    replaced_at = serializers.DateTimeField(allow_null=True)


class ConsentPageSerializer(serializers.Serializer[Any]):
    """A page of records, newest first."""

    results = ConsentRecordSerializer(many=True)
    links = LinksSerializer()


class SaidSerializer(serializers.Serializer[Any]):
    """The records that a statement became, one for each use."""

    results = ConsentRecordSerializer(many=True)


class ConsentSerializer(serializers.Serializer[Any]):
    """A statement on uses by AI. Of a party's login it is said here, by the party itself."""

    grantor = serializers.UUIDField(
        required=False, help_text="Needed by a login that acts for several parties, and by staff."
    )
    scope = serializers.ChoiceField(Consent.Scope.values, default="catalogue")
    subject = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=500,
        help_text="A label's or artist's name, an ISRC or ISWC, the uuid of a release or track.",
    )  # fmt: skip
    layer = serializers.ChoiceField(LAYERS)
    uses = serializers.ListField(child=serializers.ChoiceField(USES), min_length=1)
    decision = serializers.ChoiceField(["granted", "denied"])
    licensee = serializers.UUIDField(required=False, default=None, allow_null=True)
    model = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)
    model_version = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=100
    )
    territories = serializers.ListField(
        child=serializers.CharField(max_length=12), required=False, default=list
    )
    excluded_territories = serializers.ListField(
        child=serializers.CharField(max_length=12), required=False, default=list
    )
    valid_from = serializers.DateTimeField(required=False, default=None, allow_null=True)
    valid_until = serializers.DateTimeField(required=False, default=None, allow_null=True)
    condition = serializers.ChoiceField(Condition.values, default="none")
    terms = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # collected as a field
        Consent.Source.values, default="portal", help_text="Only staff say another than `portal`."
    )
    evidence_name = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=300
    )
    evidence_digest = serializers.RegexField(
        "^[0-9a-f]{64}$", required=False, default="", allow_blank=True, help_text="SHA-256."
    )


class Consents(Door):
    """The registry of consents."""

    @extend_schema(
        operation_id="consent_list",
        parameters=[ConsentsAsked],
        responses={200: ConsentPageSerializer, **told(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """The records of the caller's parties, newest first; of all parties for staff."""
        read = asked(ConsentsAsked, request)
        wanted = consent_pages.ConsentAsked(
            known=read.get("known") or timezone.now(),
            on=read.get("on"),
            party=read.get("party"),
            use=read.get("use", ""),
        )
        page = consent_pages.list_consents(
            caller(request), wanted, place_of(read), size=read["limit"]
        )
        return listed(ConsentPageSerializer, request, page)

    @extend_schema(
        operation_id="consent_create",
        request=ConsentSerializer,
        responses={201: SaidSerializer, **told(400, 401, 403, 422)},
    )
    def post(self, request: Request) -> Response:
        """Say something of uses by AI. What it takes the place of is replaced; nothing is edited.

        The same again is the same records.
        """
        body = ConsentSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        saying = _saying(caller(request), body.validated_data)
        try:
            rows = consent_say(
                saying=saying,
                at=timezone.now(),
                actor=caller(request),
                evidence=_evidence(body.validated_data),
            )
        except ConsentRefused as wrong:
            raise refused(wrong) from None
        tasks.nudge()
        tasks.nudge_work()
        records = consent_pages.consent_records(row.pk for row in rows)
        return Response(SaidSerializer({"results": records}).data, HTTPStatus.CREATED)


def refused(wrong: ConsentRefused) -> Problem:
    """The problem document of a statement that cannot be recorded."""
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Nothing was recorded.",
        code="consent-refused",
        problems=[{"field": one.field, "message": one.message} for one in wrong.mistakes],
    )


def _saying(user: User, read: Mapping[str, Any]) -> Saying:
    own = not sight_of(user).everything
    assurance = Consent.Assurance
    return Saying(
        grantor=_grantor(user, read.get("grantor")),
        layer=read["layer"],
        uses=tuple(read["uses"]),
        decision=read["decision"],
        scope=read["scope"],
        subject=subject_of(user, read["scope"], read["subject"]),
        licensee=_licensee(read["licensee"]),
        model=read["model"],
        model_version=read["model_version"],
        territories=tuple(read["territories"]),
        excluded=tuple(read["excluded_territories"]),
        valid_from=read["valid_from"],
        valid_until=read["valid_until"],
        condition=read["condition"],
        terms=read["terms"],
        source=Consent.Source.PORTAL.value if own else read["source"],
        assurance=(assurance.VERIFIED_PARTY if own else assurance.SELF_DECLARED).value,
    )


def _grantor(user: User, uuid: UUID | None) -> Party:
    """The party that the caller speaks for. Raises Problem when there is none, or a choice."""
    rows = parties_of(user)
    found = list((rows.filter(uuid=uuid) if uuid else rows).order_by("pk")[:2])
    if len(found) == 1 and (uuid or not sight_of(user).everything):
        return found[0]
    if found:
        detail = "This login acts for several parties: say which, as `grantor`."
        raise Problem(HTTPStatus.BAD_REQUEST, detail, code="grantor-needed")
    raise Problem(HTTPStatus.FORBIDDEN, "This login speaks for no such party.", code="no-grantor")


def _licensee(uuid: UUID | None) -> Party | None:
    found = party_by_uuid(uuid) if uuid else None
    if uuid and found is None:
        raise serializers.ValidationError({"licensee": [f"There is no party {uuid}."]})
    return found


def _evidence(read: Mapping[str, Any]) -> Evidence | None:
    name, digest = read["evidence_name"], read["evidence_digest"]
    return Evidence(name, digest) if name or digest else None
