"""Errors of this door: RFC 9457 problem documents, one shape for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback

MEDIA_TYPE = "application/problem+json"


class DetailSerializer(serializers.Serializer[object]):
    """One of several things that are wrong: its place in what was sent, and the way out."""

    code = serializers.CharField(required=False, help_text="A kebab-case word.")
    field = serializers.CharField(required=False, help_text="Name of the field or parameter.")
    line = serializers.IntegerField(required=False, help_text="1-based line of the message.")
    column = serializers.IntegerField(required=False, help_text="1-based column in code points.")
    element = serializers.CharField(required=False, help_text="Path to the element or value.")
    message = serializers.CharField()
    help = serializers.CharField(required=False)


class ProblemSerializer(serializers.Serializer[object]):
    """What went wrong (RFC 9457)."""

    type = serializers.CharField(help_text="`about:blank`, or a word of Stave's own.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    problems = DetailSerializer(many=True, required=False)


def told(*statuses: int) -> dict[tuple[int, str], type[ProblemSerializer]]:
    """The problem documents of an operation, for the OpenAPI document."""
    return {(status, MEDIA_TYPE): ProblemSerializer for status in statuses}


class Problem(Exception):
    """Raised by a view to answer with a problem document.

    `code` is a kebab-case word, `problems` further details with the fields of DetailSerializer.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        code: str = "",
        problems: Iterable[dict[str, object]] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.problems = list(problems)
        self.headers = headers or {}


def answer(raised: Exception, context: dict[str, object]) -> Response | None:
    """The response for what a view raised; None for a mistake of ours, which becomes a 500."""
    problem = _problem(raised)
    if problem is None:
        return None
    set_rollback()
    body: dict[str, object] = {
        "type": f"urn:stave:problem:{problem.code}" if problem.code else "about:blank",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
    }
    if problem.problems:
        body["problems"] = problem.problems
    return Response(body, problem.status, headers=problem.headers, content_type=MEDIA_TYPE)


def _problem(raised: Exception) -> Problem | None:
    match raised:
        case Problem():
            return raised
        case Http404():
            return Problem(HTTPStatus.NOT_FOUND, "There is nothing here that you may see.")
        case PermissionDenied():
            return Problem(HTTPStatus.FORBIDDEN, "This login may not do that.")
        case RequestDataTooBig():
            return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too big.")
        case exceptions.ValidationError():
            return Problem(
                HTTPStatus.BAD_REQUEST,
                "The request says something that cannot be.",
                code="invalid-request",
                problems=_fields(raised.detail),
            )
        case exceptions.APIException():
            return Problem(
                HTTPStatus(raised.status_code), str(raised.detail), headers=_headers(raised)
            )
        case _:
            return None


def _fields(detail: object, field: str = "") -> list[dict[str, object]]:
    """The messages of a ValidationError, each with the path of its field."""
    if isinstance(detail, dict):
        pairs = ((f"{field}.{key}" if field else str(key), value) for key, value in detail.items())
        return [found for path, value in pairs for found in _fields(value, path)]
    if isinstance(detail, list):
        return [found for value in detail for found in _fields(value, field)]
    if not field or field.endswith("non_field_errors"):
        return [{"message": str(detail)}]
    return [{"field": field, "message": str(detail)}]


def _headers(raised: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if wait := getattr(raised, "wait", None):  # seconds, of Throttled
        headers["Retry-After"] = str(int(wait) + 1)
    if challenge := getattr(raised, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return headers
