"""Pieces of SQL that make many rows, on both databases."""

from __future__ import annotations

from django.db import connection


def is_postgresql() -> bool:
    """Whether the rows go to PostgreSQL, or else to SQLite."""
    return connection.vendor == "postgresql"


def numbers(limit: int) -> str:
    """A table of n from 1 to a limit."""
    if is_postgresql():
        return f"generate_series(1, {limit}::bigint) AS n"
    return (
        f"(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {limit}) "
        "SELECT n FROM up)"
    )


def uuid(kind: str, number: str = "n") -> str:
    """A UUID made of a hexadecimal digit and a number."""
    if is_postgresql():
        return f"('{kind}' || lpad(to_hex({number}), 31, '0'))::uuid"
    return f"printf('{kind}%031x', {number})"


def padded(number: str) -> str:
    """A number with leading zeros."""
    if is_postgresql():
        return f"lpad({number}::text, 7, '0')"
    return f"printf('%07d', {number})"


def boolean(value: bool) -> str:
    """A truth value."""
    return str(value).lower() if is_postgresql() else str(int(value))


def json() -> str:
    """What makes a text expression JSON."""
    return "::jsonb" if is_postgresql() else ""
