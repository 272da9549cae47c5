"""`/api/tokens/`: sign in with name and password, sign out."""

from __future__ import annotations

from http import HTTPStatus
from typing import IO, Any

import msgspec
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from policy.api.authentication import LoginThrottle
from policy.api.door import Door
from policy.api.problems import Problem, told
from policy.services import tokens

LONGEST = 16 * 1024
"""Bytes that a name and a password take at most."""


class CredentialsSerializer(serializers.Serializer[Any]):
    """Name and password of a login."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)


class CredentialsParser(JSONParser):
    """JSON, but not more of it than a name and a password can be."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        """The body as an object. Raises ParseError for what is none."""
        raw = stream.read(LONGEST + 1)
        if len(raw) > LONGEST:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "No password is that long.")
        try:
            return msgspec.json.decode(raw)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise ParseError(f"The body is no JSON: {error}") from None


class TokenSerializer(serializers.Serializer[tokens.Token]):
    """A token, told once; send it as `Authorization: Token <token>`."""

    token = serializers.CharField(source="secret")
    expires_at = serializers.DateTimeField()


class Tokens(Door):
    """Tokens of the caller."""

    parser_classes = [CredentialsParser]

    def get_permissions(self) -> list[BasePermission]:
        """Anybody may try to sign in."""
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated()]

    def get_throttles(self) -> list[BaseThrottle]:
        """Signing in is limited by name as well."""
        extra: list[BaseThrottle] = [LoginThrottle()] if self.request.method == "POST" else []
        return [*super().get_throttles(), *extra]

    @extend_schema(
        operation_id="token_create",
        request=CredentialsSerializer,
        responses={201: TokenSerializer, **told(400, 401, 413, 415, 429)},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Sign in and get a token."""
        read = CredentialsSerializer(data=request.data)
        read.is_valid(raise_exception=True)
        user = authenticate(request._request, **read.validated_data)
        if not isinstance(user, User):
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "Name and password do not belong together.",
                code="wrong-credentials",
            )
        token = tokens.token_create(user=user, at=timezone.now())
        return Response(TokenSerializer(token).data, HTTPStatus.CREATED)

    @extend_schema(
        operation_id="token_end",
        request=None,
        responses={204: None, **told(400, 401)},
    )
    def delete(self, request: Request) -> Response:
        """Sign out: end the token that this request was made with."""
        if not isinstance(request.auth, AuthToken):
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                "This request was made with a session, not with a token.",
                code="no-token",
            )
        tokens.token_end(token=request.auth, at=timezone.now())
        return Response(status=HTTPStatus.NO_CONTENT)
