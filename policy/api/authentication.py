"""Who calls: by token for programs, by session for pages."""

from __future__ import annotations

import hashlib
from typing import Any

from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class TokenLogin(TokenAuthentication):  # type: ignore[misc]  # knox carries no types
    """`Authorization: Token stave_...`."""

    def authenticate_credentials(self, token: bytes) -> Any:
        """The login and its token. Bytes that no token has are refused before the database sees
        them."""
        if not (token.isascii() and token.decode("ascii").isprintable()):
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(token)


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]  # registers itself
    """How TokenLogin is told in the OpenAPI document."""

    target_class = "policy.api.authentication.TokenLogin"
    name = "token"


class LoginThrottle(SimpleRateThrottle):
    """Ten tries a minute for one user name, from wherever they come: guessing stays hopeless."""

    scope = "login"
    rate = "10/minute"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """The bucket of the user name; hashed, because cache keys have an alphabet."""
        name = request.data.get("username", "") if isinstance(request.data, dict) else ""
        digest = hashlib.sha256(str(name).strip().casefold().encode(errors="replace")).hexdigest()
        return self.cache_format % {"scope": self.scope, "ident": digest}
