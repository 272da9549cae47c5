"""A worker is killed in the middle of a withdrawal: nothing is done twice, nothing is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.services.withdrawals import CHUNK
from tests import trees
from tests.faults.installation import Installation, kill

TRACKS = 2 * CHUNK + 1
USES = 3

WITHDRAWN = """\
  - id: withdrawn
    title: An owner has withdrawn
    when: |
      has(track.use) && track.use.owners.exists(o, o.contract == "withdrawn")
    effect: block
    reason: '"{track.title}" may not be used.'
    obligations:
      - {do: stop_use, of: licensee, within: P7D}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "rulesets"
    trees.write_ruleset(root, "uses", {"1.0.0": trees.version_text("uses", WITHDRAWN)})
    return trees.lock(root)


def _count(installation: Installation, table: str, where: str) -> int:
    return installation.count(f"SELECT count(*) FROM policy_{table} WHERE {where}")


def _killed(installation: Installation, tree: Path) -> None:
    """The first worker is killed when some tracks are queued, the second in a check."""
    queued = ("evaluationrequest", "cause = 'consent'")
    done = ("job", "state = 'done'")
    installation.act("prepare", tree)
    try:
        victim = installation.worker()
        installation.act("withdraw", TRACKS, USES)
        installation.wait(lambda: _count(installation, *queued) > 0, "a first step")
        kill(victim)
        assert _count(installation, *done) == 0, "it was killed before it was done"
        installation.act("outlast")
        installation.beat()
        second = installation.worker()
        installation.wait(lambda: _count(installation, "usagecheck", "1 = 1") > 0, "a first check")
        kill(second)
        assert _count(installation, *done) == 0, "so was the second"
        installation.act("outlast")
        installation.worker()
        installation.wait(lambda: _count(installation, *done) == 1, "that the work is done")
    finally:
        installation.close()
    assert _count(installation, *queued) == TRACKS
    each = "SELECT count(DISTINCT track_id) FROM policy_evaluationrequest WHERE cause = 'consent'"
    assert installation.count(each) == TRACKS
    assert _count(installation, "usagecheck", "1 = 1") == USES
    assert _count(installation, "notice", "kind = 'use_must_stop'") == USES
    assert _count(installation, "notice", "kind = 'consent_withdrawn'") == 1 + 3


def test_a_killed_worker_withdraws_nothing_twice_and_leaves_nothing_out(
    tree: Path, on_sqlite: Installation
) -> None:
    _killed(on_sqlite, tree)


@pytest.mark.postgres
def test_nor_does_one_on_postgresql(tree: Path, on_postgresql: Installation) -> None:
    _killed(on_postgresql, tree)
