"""Many rows in one statement, and more in a stream."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from policy.models import Job, Party
from policy.services.bulk import batched, copy_rows
from tests import factories
from tests.factories import NOW

COLUMNS = ("uuid", "kind", "subject_id", "cursor", "state", "attempts", "error", "created_at")


def _jobs(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        yield (
            UUID(int=number),
            "pool_run",
            number,
            {"tab\t": 'a "\\" in it\n'},
            "done",
            0,
            "\\N",
            NOW,
        )


@pytest.mark.django_db
def test_copied_rows_are_what_was_given_whatever_is_in_them() -> None:
    copy_rows(Job, COLUMNS, _jobs(3))
    rows = Job.objects.order_by("subject_id").values_list(*COLUMNS)
    assert list(rows) == list(_jobs(3))


@pytest.mark.django_db
def test_rows_that_a_constraint_refuses_raise_what_an_insert_raises() -> None:
    known = factories.party()
    twice = (known.uuid, "Party again", "party again", NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(Party, ("uuid", "name", "name_key", "created_at"), [twice])
    assert Party.objects.count() == 1


def test_things_come_in_lists_and_none_is_left_out() -> None:
    assert list(batched("abcde", 2)) == [["a", "b"], ["c", "d"], ["e"]]
