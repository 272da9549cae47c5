"""How often somebody may fail to sign in: counters in the cache, in windows of fixed length.

A lost or divided cache (one per process without `CACHE_URL`) makes the limits wider, never wrong
for somebody who knows the password and waits.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 300
"""Seconds of a window."""

FAILURES_PER_NAME = 5
"""Failures with one user name from one address."""

FAILURES_PER_ADDRESS = 30
"""Failures from one address, whatever the names: offices share one."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at an address trying a user name at an instant (seconds since the epoch)."""

    address: str
    name: str
    at: float

    def wait(self) -> int:
        """Seconds to wait before another try, 0 when it may be made now."""
        used = cache.get_many([key for key, _ in self._limits()])
        if any(used.get(key, 0) >= limit for key, limit in self._limits()):
            return int(WINDOW - self.at % WINDOW) + 1
        return 0

    def failed(self) -> None:
        """Count a failure."""
        for key, _ in self._limits():
            if not cache.add(key, 1, timeout=WINDOW + 60):
                cache.incr(key)

    def _limits(self) -> tuple[tuple[str, int], tuple[str, int]]:
        window = int(self.at // WINDOW)
        by_address = f"sign-in:{window}:{self.address}"
        # Hashed, because a typed name may be anything, even a password by mistake.
        name = hashlib.sha256(self.name.casefold().encode()).hexdigest()
        return (f"{by_address}:{name}", FAILURES_PER_NAME), (by_address, FAILURES_PER_ADDRESS)


def address_of(request: HttpRequest) -> str:
    """The client's address; behind a trusted proxy, the one that the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and settings.SECURE_PROXY_SSL_HEADER is not None:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
