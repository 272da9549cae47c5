"""The theme that a browser chose, kept in a cookie of its own so that it also holds signed out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

AUTO = "auto"
THEMES = (AUTO, "light", "dark")
COOKIE = "theme"
KEPT = 365 * 24 * 60 * 60
"""Seconds that a browser remembers its theme."""


def chosen(request: HttpRequest) -> str:
    """The theme of this browser; `auto` when it never chose, or sends nonsense."""
    theme = request.COOKIES.get(COOKIE, AUTO)
    return theme if theme in THEMES else AUTO


def remember(response: HttpResponse, theme: str, *, secure: bool) -> None:
    """Keep the theme in the browser."""
    response.set_cookie(COOKIE, theme, max_age=KEPT, samesite="Lax", httponly=True, secure=secure)
