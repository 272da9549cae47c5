"""The cast with everything decided under rules of our own, and a browser for each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from django.core.cache import cache
from django.test import Client

from tests.cast import Cast
from tests.dashboard.world import decided_cast

As: TypeAlias = Callable[[str | None], Client]


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Forget who failed to sign in: the counters outlive a test."""
    cache.clear()


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    """The cast with its works decided."""
    return decided_cast(tmp_path)


@pytest.fixture
def client_as(cast: Cast) -> As:
    """A browser that is signed in as one of the cast; None is nobody."""

    def client(name: str | None) -> Client:
        made = Client()
        if name is not None:
            made.force_login(cast[name])
        return made

    return client
