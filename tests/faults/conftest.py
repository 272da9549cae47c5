"""What an installation of a test's own consists of: a folder, a broker, and either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.installation import Installation, OwnBroker, kill, own_postgresql
from tests.plugins import services


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    started = OwnBroker(tmp_path)
    yield started
    kill(started.process)


@pytest.fixture
def postgresql() -> Iterator[str]:
    address, reason = services.find("postgres")
    if address is None:
        pytest.skip(reason)
    with own_postgresql(address) as database:
        yield database


@pytest.fixture
def on_sqlite(state: Path, broker: OwnBroker) -> Installation:
    return Installation(state, broker_url=broker.url)


@pytest.fixture
def on_postgresql(state: Path, broker: OwnBroker, postgresql: str) -> Installation:
    return Installation(state, broker_url=broker.url, database_url=postgresql)
