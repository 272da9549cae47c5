"""Workers are killed in the middle of a pool run: nothing is posted twice, nothing is missing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests import money
from tests.faults.installation import Installation, kill

TRACKS = 6_000
"""So many that a run takes some seconds."""

LINES = 2 * TRACKS


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return money.compensation_tree(tmp_path / "rulesets", {})


def _count(installation: Installation, table: str, where: str = "1 = 1") -> int:
    return installation.count(f"SELECT count(*) FROM policy_{table} WHERE {where}")


def _killed(installation: Installation, tree: Path) -> None:
    """One worker is killed as it begins, one later in the run; the third goes on."""
    claimed = ("job", "state = 'claimed'")
    installation.act("prepare", tree)
    try:
        victim = installation.worker()
        installation.act("share_out", TRACKS)
        installation.wait(lambda: _count(installation, *claimed) == 1, "a run that is begun")
        kill(victim)
        assert _count(installation, "poolrun") == 0, "it was killed before it was done"
        installation.act("outlast")
        installation.beat()
        second = installation.worker()
        installation.wait(lambda: _count(installation, *claimed) == 1, "a run that is begun anew")
        time.sleep(0.7)  # into the run: what has been written by then is undone
        kill(second)
        assert _count(installation, "poolrun") == 0, "so was the second"
        assert _count(installation, "payoutline") == _count(installation, "posting") == 0
        installation.act("outlast")
        installation.worker()
        installation.wait(lambda: _count(installation, "job", "state = 'done'") == 1, "the run")
    finally:
        installation.close()
    assert _count(installation, "poolrun") == _count(installation, "transaction") == 1
    assert _count(installation, "payoutline") == LINES
    assert installation.count("SELECT sum(gross) FROM policy_poolrun") == 100_000
    # The licensee's, the deduction's, and those of seven parties.
    assert _count(installation, "posting") == 9
    assert installation.count("SELECT sum(amount) FROM policy_posting") == 0
    installation.act("prove")


def test_a_killed_worker_posts_nothing_twice_and_leaves_nothing_out(
    tree: Path, on_sqlite: Installation
) -> None:
    _killed(on_sqlite, tree)


@pytest.mark.postgres
def test_nor_does_one_on_postgresql(tree: Path, on_postgresql: Installation) -> None:
    _killed(on_postgresql, tree)
