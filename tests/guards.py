"""Takes the triggers that guard history away, to empty tables or to tamper with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def unguarded() -> Iterator[None]:
    """Within, rows of history can be changed and deleted by SQL."""
    if connection.vendor == "postgresql":
        tables = _column(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        _run(
            ["SET CONSTRAINTS ALL IMMEDIATE"],
            [f"ALTER TABLE {t} DISABLE TRIGGER USER" for t in tables],
        )
        yield
        _run(
            ["SET CONSTRAINTS ALL IMMEDIATE"],
            [f"ALTER TABLE {t} ENABLE TRIGGER USER" for t in tables],
        )
        return
    names = _column("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    texts = _column("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
    _run([f"DROP TRIGGER {name}" for name in names])
    yield
    _run(texts)


def _column(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def _run(*statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for several in statements:
            for one in several:
                cursor.execute(one)
