"""The cast with everything decided under rules of our own."""

from __future__ import annotations

from pathlib import Path

from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.rulesets import ruleset_publish
from tests import factories
from tests.cast import Cast, make_cast
from tests.dashboard import rules
from tests.factories import NOW


def decided_cast(folder: Path) -> Cast:
    """The cast; the song is withheld, the rival is blocked in Germany and Austria."""
    root = rules.write(folder)
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
