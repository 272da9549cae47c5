"""What every view of this door shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from policy.api.authentication import TokenLogin
from policy.api.problems import answer

Read = TypeVar("Read", bound=serializers.Serializer[Any])


class Door(APIView):
    """A view for signed-in callers that answers mistakes with problem documents."""

    authentication_classes = [TokenLogin, SessionAuthentication]

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        """Answer with RFC 9457 problem documents."""
        return answer


def caller(request: Request) -> User:
    """The signed-in user of a view that lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def asked(serializer: type[Read], request: Request) -> dict[str, Any]:
    """The query parameters as the serializer reads them; a ValidationError names the wrong ones."""
    read = serializer(data=request.query_params)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


class Nothing(Door):
    """Every address of this door that leads nowhere."""

    authentication_classes = []
    permission_classes = []
    schema = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer 404 to any method."""
        self.http_method_not_allowed = self._nothing  # type: ignore[method-assign]  # any method
        return super().dispatch(request, *args, **kwargs)

    def _nothing(self, *args: Any, **kwargs: Any) -> Response:
        raise Http404
