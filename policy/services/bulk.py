"""Many rows in one statement, with ids known beforehand.

`bulk_create` splits at SQLite's parameter limit, so its number of queries grows with the rows, and
it makes a model instance for each. Here a batch is one `executemany`, whatever its size, on both
databases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
)

T = TypeVar("T")

_PLAIN = (AutoField, BooleanField, CharField, ForeignKey, IntegerField, TextField)
"""Fields whose values both databases take as they are: asking each time took half of a batch."""


def reserve_ids(model: type[Model], count: int) -> Sequence[int]:
    """Ids for rows that the running transaction will insert; one query, none for no rows.

    On SQLite the transaction holds the only write lock, so the numbers after the last are free.
    """
    if not count:
        return ()
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    last = row[0] if row else 0
    return range(last + 1, last + count + 1)


def insert_rows(
    model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]], *, new: bool
) -> None:
    """Insert rows of `columns` (attribute names); one statement, none for no rows.

    Rows that a unique constraint refuses are left out when `new` is false, and an IntegrityError
    when it is true.
    """
    names, values = _prepared(model, columns, rows)
    holes = ", ".join(["%s"] * len(names))
    tail = "" if new else " ON CONFLICT DO NOTHING"
    table = f'"{model._meta.db_table}" ({", ".join(names)})'
    run_many(f"INSERT INTO {table} VALUES ({holes}){tail}", values)


def copy_rows(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Insert new rows of `columns` as they come, keeping none: for tens of thousands and more.

    One COPY on PostgreSQL, several times as quick as `insert_rows` there. Raises IntegrityError for
    what a constraint refuses.
    """
    names, prepared = _preparing(model, columns)
    table = f'"{model._meta.db_table}" ({", ".join(names)})'
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            holes = ", ".join(["%s"] * len(names))
            for some in batched(map(prepared, rows), 10_000):
                cursor.executemany(f"INSERT INTO {table} VALUES ({holes})", some)
            return
        with connection.wrap_database_errors, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(prepared(row))


def insert_models(rows: Sequence[Model]) -> None:
    """Insert new rows of one model that are there as objects, and give them their ids.

    Two statements, none for no rows. No signals are sent and `save` is not called.
    """
    if not rows:
        return
    model = type(rows[0])
    for row, id in zip(rows, reserve_ids(model, len(rows)), strict=True):
        row.pk = id
        row._state.adding, row._state.db = False, connection.alias
    columns = [field.attname for field in model._meta.concrete_fields]
    values = ([getattr(row, column) for column in columns] for row in rows)
    insert_rows(model, columns, values, new=True)


def update_rows(
    model: type[Model],
    changed: Sequence[str],
    where: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Set the columns `changed` where the columns `where` are as told; each row gives both in turn.

    One statement, none for no rows.
    """
    names, values = _prepared(model, [*changed, *where], rows)
    sets = ", ".join(f"{name} = %s" for name in names[: len(changed)])
    conditions = " AND ".join(f"{name} = %s" for name in names[len(changed) :])
    run_many(f'UPDATE "{model._meta.db_table}" SET {sets} WHERE {conditions}', values)


def _prepared(
    model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> tuple[list[str], list[list[Any]]]:
    """Quoted column names, and the rows as the database takes them."""
    names, prepared = _preparing(model, columns)
    return names, [prepared(row) for row in rows]


def _preparing(
    model: type[Model], columns: Sequence[str]
) -> tuple[list[str], Callable[[Sequence[object]], list[Any]]]:
    """Quoted column names, and what makes a row as the database takes it."""
    fields = [cast("Field[Any, Any]", model._meta.get_field(column)) for column in columns]
    special = [(at, field) for at, field in enumerate(fields) if not isinstance(field, _PLAIN)]

    def prepared(row: Sequence[object]) -> list[Any]:
        values = list(row)
        for at, field in special:
            values[at] = field.get_db_prep_save(values[at], connection)
        return values

    return [f'"{field.column}"' for field in fields], prepared


def batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """The things in lists of `size`, the last one shorter."""
    left = iter(things)
    while some := list(islice(left, size)):
        yield some


def run_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement for each row of values; nothing for no rows."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
