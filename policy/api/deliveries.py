"""`/api/deliveries/`: hand in a message, follow what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from policy import tasks
from policy.api.door import Door, asked, caller
from policy.api.pages import LinksSerializer, PageSerializer, listed, place_of
from policy.api.problems import Problem, told
from policy.ingest import limits
from policy.ingest.refusals import MessageRefused, Refusal
from policy.models import Account
from policy.selectors import deliveries
from policy.selectors.visibility import accounts_of
from policy.services import ingest


@dataclass(frozen=True, slots=True)
class Body:
    """A message as it came. `format` None lets the text tell."""

    raw: bytes
    format: ingest.Format | None
    file_name: str


class XmlParser(BaseParser):
    """DDEX ERN, as bytes: the reader of messages finds out its encoding itself."""

    media_type = "application/xml"
    format: ingest.Format = "ern"
    file_name = "message.xml"

    def parse(  # type: ignore[override]  # what it gives is `request.data`: any object
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Body:
        """The whole body, unless it is too big."""
        return Body(bounded(stream), self.format, self.file_name)


class TextXmlParser(XmlParser):
    """DDEX ERN under XML's other name."""

    media_type = "text/xml"


class CatalogueParser(XmlParser):
    """The JSON catalogue format."""

    media_type = "application/json"
    format = "json"
    file_name = "catalogue.json"


def bounded(stream: IO[Any]) -> bytes:
    """Read a message, or refuse it as soon as it is longer than any message may be."""
    most = limits.MESSAGE_BYTES
    raw: bytes = stream.read(most + 1)
    if len(raw) > most:
        detail = f"A message may have {most // 1_048_576} MiB; send its releases one by one."
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, code="message-too-big")
    return raw


class AccountSerializer(serializers.Serializer[Any]):
    """For whom a message is delivered."""

    account = serializers.SlugField(
        required=False, help_text="Key of the account; needed by a login that has several."
    )


class WarningSerializer(serializers.Serializer[deliveries.WarningRow]):
    """Something that looked wrong but did not stop the delivery."""

    code = serializers.CharField()
    message = serializers.CharField()
    line = serializers.IntegerField()
    element = serializers.CharField()


class DeliveredSerializer(serializers.Serializer[deliveries.DeliveredRow]):
    """A track of the delivery and what was decided on it."""

    uuid = serializers.UUIDField()
    title = serializers.CharField()
    isrc = serializers.CharField()
    state = serializers.ChoiceField(["queued", "claimed", "done", "parked"])
    decision = serializers.UUIDField(allow_null=True)
    effect = serializers.CharField(allow_null=True)
    error = serializers.CharField()


class ProgressSerializer(serializers.Serializer[deliveries.Progress]):
    """Tracks that wait, are decided, or could not be evaluated; decisions per effect."""

    total = serializers.IntegerField()
    queued = serializers.IntegerField()
    decided = serializers.IntegerField()
    parked = serializers.IntegerField()
    finished = serializers.BooleanField()
    effects = serializers.DictField(child=serializers.IntegerField())


class DeliverySerializer(serializers.Serializer[deliveries.DeliveryRow]):
    """One accepted message."""

    uuid = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    message_id = serializers.CharField()
    kind = serializers.CharField()
    format = serializers.CharField()
    file_name = serializers.CharField()
    account = serializers.CharField()
    is_test = serializers.BooleanField()
    superseded = serializers.BooleanField()
    received_at = serializers.DateTimeField()

    def get_url(self, row: deliveries.DeliveryRow) -> str:
        """Where to follow it."""
        return status_url(row.uuid)


class StatusSerializer(serializers.Serializer[deliveries.DeliveryStatus]):
    """A message and what became of it."""

    delivery = DeliverySerializer()
    progress = ProgressSerializer()
    warnings = WarningSerializer(many=True)
    tracks = DeliveredSerializer(many=True)
    more = serializers.BooleanField(help_text="Whether it has further tracks than those listed.")


class DeliveryPageSerializer(serializers.Serializer[Any]):
    """A page of messages, newest first."""

    results = DeliverySerializer(many=True)
    links = LinksSerializer()


class Deliveries(Door):
    """Messages of the caller's accounts."""

    parser_classes = [XmlParser, TextXmlParser, CatalogueParser, MultiPartParser]

    @extend_schema(
        operation_id="delivery_list",
        parameters=[PageSerializer],
        responses={200: DeliveryPageSerializer, **told(400, 401)},
    )
    def get(self, request: Request) -> Response:
        """The messages of the caller's accounts, newest first; all of them for staff."""
        read = asked(PageSerializer, request)
        page = deliveries.list_deliveries(caller(request), place_of(read), size=read["limit"])
        return listed(DeliveryPageSerializer, request, page)

    @extend_schema(
        operation_id="delivery_create",
        parameters=[AccountSerializer],
        request={
            "application/xml": OpenApiTypes.STR,
            "text/xml": OpenApiTypes.STR,
            "application/json": OpenApiTypes.OBJECT,
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            },
        },
        responses={202: StatusSerializer, **told(400, 401, 403, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Deliver a DDEX ERN message or a JSON catalogue.

        The answer names the address at which to follow the decisions. The same message again is
        the same delivery.
        """
        account = _account(request)
        body = _body(request)
        try:
            recorded = ingest.delivery_record(
                raw=body.raw,
                account=account,
                file_name=body.file_name,
                received_at=timezone.now(),
                format=body.format,
                actor=caller(request),
            )
        except MessageRefused as refused:
            raise _refused(refused) from None
        except ingest.MessageConflict as conflict:
            raise Problem(HTTPStatus.CONFLICT, str(conflict), code="message-conflict") from None
        tasks.nudge()
        uuid = recorded.delivery.uuid
        status = deliveries.delivery_status(caller(request), uuid)
        return Response(
            StatusSerializer(status).data,
            HTTPStatus.ACCEPTED,
            headers={"Location": status_url(uuid)},
        )


class Delivery(Door):
    """One message of the caller's accounts."""

    @extend_schema(
        operation_id="delivery_read",
        parameters=[OpenApiParameter("uuid", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses={200: StatusSerializer, **told(401, 404)},
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        """How far a delivery is: its warnings, its tracks and their decisions."""
        status = deliveries.delivery_status(caller(request), uuid)
        if status is None:
            raise Http404
        return Response(StatusSerializer(status).data)


def status_url(uuid: UUID) -> str:
    """Where to follow a delivery."""
    return reverse("api-delivery", args=[uuid])


def _account(request: Request) -> Account:
    """The account that the caller delivers for. Raises Problem when there is none, or a choice."""
    key = asked(AccountSerializer, request).get("account", "")
    accounts = accounts_of(caller(request)).order_by("key")
    if key:
        accounts = accounts.filter(key=key)
    found = list(accounts[:2])
    if len(found) == 1:
        return found[0]
    if found:
        detail = "This login delivers for several accounts: say which, with `?account=KEY`."
        raise Problem(HTTPStatus.BAD_REQUEST, detail, code="account-needed")
    detail = "This login delivers for no such account." if key else "This login delivers nothing."
    raise Problem(HTTPStatus.FORBIDDEN, detail, code="no-account")


def _body(request: Request) -> Body:
    """The message of a request. Raises Problem when it has none, or a form without a file."""
    sent: Any = request.data  # whatever the parser gave
    if isinstance(sent, Body):
        return sent
    if not request.content_type.startswith(MultiPartParser.media_type):
        detail = "The request has no body: send the message as it is."
        raise Problem(HTTPStatus.BAD_REQUEST, detail, code="no-message")
    file = sent.get("file")
    if not isinstance(file, UploadedFile):
        detail = "A form must bring the message as a file in the field `file`."
        raise Problem(HTTPStatus.BAD_REQUEST, detail, code="file-needed")
    return Body(bounded(file), None, file.name or "message")


def _refused(refused: MessageRefused) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        refused.summary,
        code="message-refused",
        problems=[_detail(found) for found in refused.problems],
    )


def _detail(found: Refusal) -> dict[str, object]:
    told = {
        "code": found.code,
        "line": found.line,
        "column": found.column,
        "element": found.element,
        "message": found.message,
        "help": found.help,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}
