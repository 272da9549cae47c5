"""Real workers, brokers and databases: nothing is lost and nothing decided twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue
from redis import Redis

from tests import trees
from tests.faults.installation import Installation, OwnBroker, kill

BATCHES = 4
TRACKS = BATCHES * 500


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return trees.small_tree(tmp_path / "rulesets")


def _nudged(installation: Installation, tree: Path) -> None:
    """A track that comes in is decided because of its nudge: there is no beat here."""
    installation.act("prepare", tree)
    try:
        installation.worker()
        installation.act("queue", 1)
        installation.wait(lambda: installation.requests("done") == 1, "a nudge that is followed")
    finally:
        installation.close()
    assert installation.count("SELECT count(*) FROM policy_decision WHERE effect = 'review'") == 1


@pytest.mark.redis
def test_a_nudge_over_redis_is_followed(tree: Path, state: Path, redis_url: str) -> None:
    installation = Installation(state, broker_url=redis_url)
    try:
        _nudged(installation, tree)
    finally:
        with Redis.from_url(redis_url) as redis:
            redis.delete(*redis.keys(f"*{installation.queue}*"))


@pytest.mark.rabbitmq
def test_a_nudge_over_rabbitmq_is_followed(tree: Path, state: Path, rabbitmq_url: str) -> None:
    installation = Installation(state, broker_url=rabbitmq_url)
    try:
        _nudged(installation, tree)
    finally:
        with Connection(rabbitmq_url) as connection:
            Queue(installation.queue)(connection.default_channel).delete()
            Exchange(installation.queue)(connection.default_channel).delete()


def _killed(installation: Installation, tree: Path, wipe: Callable[[], object]) -> None:
    """Of two workers one is killed in the middle of a batch, and the broker forgets everything.

    Then all leases run out, also that of the survivor, who is still at work on his.
    """
    installation.act("prepare", tree)
    try:
        installation.beat()
        victim, survivor = installation.worker(), installation.worker()
        installation.act("queue", TRACKS)
        installation.wait(lambda: installation.requests("done") > 0, "a first batch")
        installation.wait(lambda: installation.requests("claimed") > 0, "a batch that is begun")
        kill(victim)
        wipe()
        assert installation.requests("done") < TRACKS, "it was killed before it was done"
        installation.worker()
        installation.act("outlast")
        installation.wait(lambda: installation.requests("done") == TRACKS, "that all are done")
        assert survivor.poll() is None
    finally:
        installation.close()
    one_each = "SELECT count(DISTINCT track_id) FROM policy_decision"
    assert installation.count("SELECT count(*) FROM policy_decision") == TRACKS
    assert installation.count(one_each) == TRACKS
    assert installation.count("SELECT sum(count) FROM policy_decisiontally") == 2 * TRACKS
    assert installation.count("SELECT count(*) FROM policy_case") == TRACKS


def test_a_killed_worker_and_a_wiped_broker_lose_nothing(
    tree: Path, state: Path, broker: OwnBroker
) -> None:
    _killed(Installation(state, broker_url=broker.url), tree, broker.wipe)


@pytest.mark.postgres
def test_nor_do_they_on_postgresql(
    tree: Path, state: Path, broker: OwnBroker, postgresql: str
) -> None:
    installation = Installation(state, broker_url=broker.url, database_url=postgresql)
    _killed(installation, tree, broker.wipe)


@pytest.mark.postgres
@pytest.mark.rabbitmq
def test_nor_on_postgresql_with_rabbitmq(
    tree: Path, state: Path, rabbitmq_url: str, postgresql: str
) -> None:
    installation = Installation(state, broker_url=rabbitmq_url, database_url=postgresql)
    with Connection(rabbitmq_url) as connection:
        queue = Queue(installation.queue)(connection.default_channel)
        try:
            _killed(installation, tree, lambda: queue.purge())
        finally:
            queue.delete()
            Exchange(installation.queue)(connection.default_channel).delete()


def test_a_new_activation_is_followed_by_a_worker_that_is_running(
    tree: Path, state: Path, broker: OwnBroker
) -> None:
    installation = Installation(state, broker_url=broker.url)
    installation.act("prepare", tree)
    try:
        worker = installation.worker()
        installation.act("queue", 1)
        installation.wait(lambda: installation.requests("done") == 1, "the first decision")
        stricter = trees.SHORT.replace("effect: review", "effect: block")
        trees.write_ruleset(tree, "length", {"1.1.0": trees.version_text("length", stricter)})
        installation.act("activate", trees.lock(tree))
        installation.act("queue", 1)
        installation.wait(lambda: installation.requests("done") == 2, "the second decision")
        assert worker.poll() is None
    finally:
        installation.close()
    blocked = "SELECT count(*) FROM policy_decision WHERE effect = 'block'"
    assert installation.count(blocked) == 1


def test_without_a_broker_tracks_are_taken_in_and_decided_when_there_is_one_again(
    tree: Path, state: Path, broker: OwnBroker
) -> None:
    installation = Installation(state, broker_url=broker.url)
    installation.act("prepare", tree)
    kill(broker.process)
    installation.act("queue", 3)
    assert installation.requests("queued") == 3
    broker.wipe()
    try:
        installation.beat()
        installation.worker()
        installation.wait(lambda: installation.requests("done") == 3, "that the sweep finds them")
    finally:
        installation.close()
