"""`track_evaluate`: tracks are queued by name, or all of them."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from policy.models import AuditEntry, EvaluationRequest
from policy.services import reevaluation
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> str:
    """Output of the command."""
    out = io.StringIO()
    call_command("track_evaluate", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def queued() -> list[tuple[int, str]]:
    """Tracks and causes of the requests."""
    return list(EvaluationRequest.objects.order_by("pk").values_list("track", "cause"))


def test_tracks_by_uuid_and_isrc() -> None:
    one, two = factories.track(isrc="ZZTST2600001"), factories.track(isrc="ZZTST2600001")
    factories.track()
    factories.user(name="ada")
    assert run("--track", one.uuid, "--by", "ada") == "1 track queued\n"
    assert run("--isrc", "zz-tst-26-00001") == "2 tracks queued\n"
    assert queued() == [(row.pk, "requested") for row in (one, one, two)]
    assert AuditEntry.objects.get().object_uuid == one.uuid


def test_a_name_that_no_track_has() -> None:
    missing = uuid4()
    with pytest.raises(CommandError, match=f"there is no track `{missing}`"):
        run("--track", missing, "--track", factories.track().uuid)
    factories.track(isrc="ZZTST2600001", removed_at=NOW)
    with pytest.raises(CommandError, match="there is no track `ZZTST2600001`"):
        run("--isrc", "ZZTST2600001")
    assert queued() == []


def test_all_tracks_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reevaluation, "CHUNK", 3)
    rows = [factories.track() for _ in range(7)]
    factories.track(removed_at=NOW)
    assert run("--all") == "7 tracks queued\n"
    assert queued() == [(row.pk, "requested") for row in rows]


def test_one_way_of_naming_is_needed() -> None:
    with pytest.raises(CommandError, match="one of the arguments"):
        run()
