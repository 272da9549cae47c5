"""The cast with everything decided, and a client for each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.cast import Cast, make_cast
from tests.factories import NOW

As: TypeAlias = Callable[[str | None], APIClient]


@pytest.fixture(autouse=True)
def fresh_throttles() -> None:
    """Forget who called how often: the counters outlive a test."""
    cache.clear()


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    """The cast; both works are short and have been sent to review."""
    root = trees.small_tree(tmp_path)
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    made = make_cast()
    type(made.song).objects.update(duration_seconds=10)
    factories.request(track=made.rival)
    assert evaluate_pending(now=NOW).decided == 2
    return made


@pytest.fixture
def client_as(cast: Cast) -> As:
    """A client that is signed in as one of the cast; None is nobody."""

    def client(name: str | None) -> APIClient:
        made = APIClient()
        if name is not None:
            made.force_login(cast[name])
        return made

    return client
