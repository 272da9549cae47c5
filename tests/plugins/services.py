"""Tests that need a service, and what is said about them at the end of a run.

A test marked `redis`, `rabbitmq`, `browser` or `postgres` runs where that service answers.
Where it does not, the test is skipped with the reason, or fails when `STAVE_DEMAND_SERVICES=1` says
that this machine must have everything.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import psycopg
import pytest
from kombu import Connection
from redis import Redis

DEMANDED = os.environ.get("STAVE_DEMAND_SERVICES") == "1"


@dataclass(frozen=True, slots=True)
class Service:
    """A server or program outside Python: how it is called and where it may be."""

    title: str
    variable: str
    candidates: tuple[str, ...]
    probe: Callable[[str], None]  # raises where nothing usable answers


def _probe_postgres(url: str) -> None:
    psycopg.connect(url, connect_timeout=3).close()


def _probe_redis(url: str) -> None:
    with Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
        client.ping()


def _probe_rabbitmq(url: str) -> None:
    with Connection(url, connect_timeout=3) as connection:
        connection.connect()


def _probe_program(path: str) -> None:
    if shutil.which(path) is None:
        raise FileNotFoundError("no such program")


SERVICES: dict[str, Service] = {
    "postgres": Service(
        "PostgreSQL",
        "TEST_POSTGRES_URL",
        ("postgres://root@127.0.0.1:5432/test", "postgres://postgres@127.0.0.1:5432/postgres"),
        _probe_postgres,
    ),
    "redis": Service("Redis", "TEST_REDIS_URL", ("redis://127.0.0.1:6379/15",), _probe_redis),
    "rabbitmq": Service(
        "RabbitMQ",
        "TEST_RABBITMQ_URL",
        ("amqp://guest:guest@127.0.0.1:5672//",),
        _probe_rabbitmq,
    ),
    "browser": Service(
        "Chromium",
        "TEST_CHROMIUM",
        ("chromium", "chromium-browser", "google-chrome"),
        _probe_program,
    ),
}


@cache
def find(name: str) -> tuple[str | None, str]:
    """Return where a service answers (or None) and, when nowhere, one sentence that says so."""
    service = SERVICES[name]
    given = os.environ.get(service.variable)
    reasons = []
    for candidate in (given,) if given else service.candidates:
        try:
            service.probe(candidate)
        except Exception as error:  # drivers raise types of their own; every one means "absent"
            reasons.append(f"{candidate}: {str(error).strip().splitlines()[0][:120]}")
        else:
            return candidate, ""
    return None, f"{service.title} is absent ({'; '.join(reasons)}); set {service.variable}"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail where services are demanded, a test whose service does not answer."""
    for name in SERVICES:
        if item.get_closest_marker(name) is None:
            continue
        address, reason = find(name)
        if address is None and DEMANDED:
            pytest.fail(f"{reason} (STAVE_DEMAND_SERVICES=1)", pytrace=False)
        if address is None:
            pytest.skip(reason)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Address of a Redis or Valkey database that tests may fill; use with `@pytest.mark.redis`."""
    return _address("redis")


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """Address of a RabbitMQ virtual host; use with `@pytest.mark.rabbitmq`."""
    return _address("rabbitmq")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium's executable; use with `@pytest.mark.browser`."""
    path = shutil.which(_address("browser"))
    assert path is not None
    return path


def _address(name: str) -> str:
    address, reason = find(name)
    if address is None:
        pytest.skip(reason)
    return address


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which service-backed tests ran and which need a service that is absent."""
    config = terminalreporter.config
    outcomes = _outcomes_by_service(terminalreporter)
    lines = [_sentence(name, counts) for name, counts in outcomes.items() if counts]
    if config.getoption("--all-databases") and not find("postgres")[0]:
        lines.append(f"The database tests ran on SQLite only: {find('postgres')[1]}")
    if lines and not config.getoption("--relay-reports"):
        terminalreporter.section("services")
        for line in lines:
            terminalreporter.line(line)


def _outcomes_by_service(terminalreporter: pytest.TerminalReporter) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {name: {} for name in SERVICES}
    for category in ("passed", "failed", "error", "skipped", "xfailed", "xpassed"):
        for report in _tests(terminalreporter.stats.get(category, [])):
            for name in found:
                if name in report.keywords:
                    found[name][category] = found[name].get(category, 0) + 1
    return found


def _tests(reports: Iterable[object]) -> Iterable[pytest.TestReport]:
    return (report for report in reports if isinstance(report, pytest.TestReport))


def _sentence(name: str, counts: dict[str, int]) -> str:
    address, reason = find(name)
    title = f"{SERVICES[name].title + ':':12}"
    if address is None:
        return f"{title} {sum(counts.values())} not run: {reason}"
    told = ", ".join(f"{number} {category}" for category, number in counts.items())
    return f"{title} {told} ({address})"


def main() -> int:
    """Say where each service is; return 1 if one is absent. For scripts, before the long steps."""
    absent = 0
    for name, service in SERVICES.items():
        address, reason = find(name)
        sys.stdout.write(f"{service.title}: {address or reason}\n")
        absent += address is None
    return min(absent, 1)


if __name__ == "__main__":
    sys.exit(main())
