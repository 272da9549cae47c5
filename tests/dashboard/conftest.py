"""The cast with everything decided under rules of our own, and a browser for each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from django.core.cache import cache
from django.test import Client

from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.rulesets import ruleset_publish
from tests import factories
from tests.cast import Cast, make_cast
from tests.dashboard import rules
from tests.factories import NOW

As: TypeAlias = Callable[[str | None], Client]


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Forget who failed to sign in: the counters outlive a test."""
    cache.clear()


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    """The cast; the song is withheld, the rival is blocked in Germany and Austria."""
    root = rules.write(tmp_path)
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    made = make_cast()
    made.song.contains_ai = "none"
    made.song.save()
    made.song.contributors.update(ai="partly")
    for word in ("lantern", "song", made.song.isrc.lower()):
        factories.track_term(track=made.song, term=word)
    made.rival.duration_seconds = 30
    made.rival.save()
    factories.request(track=made.rival)
    assert evaluate_pending(now=NOW).decided == 2
    return made


@pytest.fixture
def client_as(cast: Cast) -> As:
    """A browser that is signed in as one of the cast; None is nobody."""

    def client(name: str | None) -> Client:
        made = Client()
        if name is not None:
            made.force_login(cast[name])
        return made

    return client
