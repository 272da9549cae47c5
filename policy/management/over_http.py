"""Delivering through the REST API, as a distributor does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from policy.management import demo
from policy.services.accounts import account_of_sender
from policy.services.ingest import delivery_read
from policy.services.logins import Login, logins_make
from policy.services.tokens import token_create

LONGEST = 60
"""Seconds to wait for an answer."""


def door(url: str) -> Callable[[demo.Message], int]:
    """A function that delivers a message to the API at `url` and returns how many tracks it has.

    It signs in with a fresh token of a login of staff, and opens the account of each sender
    beforehand. Raises CommandError when the address is none, or does not take a message.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise CommandError(f"`{url}` is no address: write http://127.0.0.1:8000")
    now = timezone.now()
    [user] = logins_make(logins=[Login("analyst", staff=True)], password=demo.password(), at=now)
    token = token_create(user=user, at=now).secret
    address = f"{url.rstrip('/')}/api/deliveries/"

    def deliver(message: demo.Message) -> int:
        sender = delivery_read(raw=message.raw, file_name=message.name).sender
        with transaction.atomic():
            account = account_of_sender(sender=sender, at=timezone.now())
        kind = "json" if message.name.endswith(".json") else "xml"
        request = Request(
            f"{address}?account={quote(account.key)}",
            data=message.raw,
            headers={"Authorization": f"Token {token}", "Content-Type": f"application/{kind}"},
        )
        return _tracks(request)

    return deliver


def _tracks(request: Request) -> int:
    """Send a message, again when the API asks to wait, and count its tracks in the answer."""
    while True:
        try:
            with urlopen(request, timeout=LONGEST) as answer:
                return len(json.load(answer)["tracks"])
        except HTTPError as error:
            if error.code == HTTPStatus.TOO_MANY_REQUESTS:
                time.sleep(min(LONGEST, int(error.headers.get("Retry-After", 1))))
                continue
            text = error.read(2_000).decode(errors="replace")
            raise CommandError(f"{request.full_url} answered {error.code}: {text}") from None
        except URLError as error:
            raise CommandError(f"{request.full_url} does not answer: {error.reason}") from None
