"""Tokens of the API: made for a login, ended by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from knox.models import AuthToken

from policy.services.audit import audit_record


@dataclass(frozen=True, slots=True)
class Token:
    """A fresh token. `secret` is told once and kept only as a hash."""

    secret: str
    expires_at: datetime


def token_create(*, user: User, at: datetime) -> Token:
    """Make a token for a login; expired ones of the same login are removed."""
    with transaction.atomic():
        AuthToken.objects.filter(user=user, expiry__lte=at).delete()
        row, secret = AuthToken.objects.create(user=user)
        audit_record(actor=user, action="token_create", subject=user, at=at)
    return Token(secret, row.expiry)


def token_end(*, token: AuthToken, at: datetime) -> None:
    """End a token at once."""
    with transaction.atomic():
        audit_record(actor=token.user, action="token_end", subject=token.user, at=at)
        token.delete()
