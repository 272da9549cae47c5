"""`decision_explain` and `decision_replay`."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from policy.models import Decision
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.cast import Cast, make_cast
from tests.factories import NOW
from tests.plugins.goldens import CheckGolden

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(tmp_path: Path) -> Cast:
    """The cast, decided; the song is short and its ISRC malformed."""
    root = trees.small_tree(tmp_path)
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    made = make_cast()
    type(made.song).objects.update(duration_seconds=10, isrc_well_formed=False)
    factories.request(track=made.rival)
    evaluate_pending(now=NOW)
    return made


def _run(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def _settled(text: str) -> str:
    """Without what is another each time: digests and folders."""
    return re.sub(r"\S*/length/", "rulesets/length/", re.sub(r"[0-9a-f]{64}", "<digest>", text))


@pytest.mark.parametrize("reader", ["", "label"])
def test_a_decision_is_explained_with_lines_and_values(
    reader: str, cast: Cast, golden: CheckGolden
) -> None:
    uuid = cast.song.decisions.get().uuid
    text = _run("decision_explain", uuid, *(["--as", reader] if reader else []))
    golden(f"commands/decision_explain{'_as_' + reader if reader else ''}.txt", _settled(text))


def test_what_is_not_there_or_not_to_be_seen_is_said_alike(cast: Cast) -> None:
    with pytest.raises(CommandError, match="there is no decision"):
        _run("decision_explain", uuid4())
    with pytest.raises(CommandError, match="that stranger may see"):
        _run("decision_explain", cast.song.decisions.get().uuid, "--as", "stranger")
    with pytest.raises(CommandError, match="invalid UUID value"):
        _run("decision_explain", "the-last-one")


def test_decisions_are_made_again_all_some_or_the_newest(cast: Cast) -> None:
    assert _run("decision_replay") == "2 decisions as before, 0 otherwise\n"
    assert _run("decision_replay", "--newest", "1").startswith("1 decision as before")
    uuid = cast.song.decisions.get().uuid
    assert _run("decision_replay", uuid).startswith("1 decision as before")
    with pytest.raises(CommandError, match="there is no decision"):
        _run("decision_replay", uuid, uuid4())


def test_a_decision_that_comes_out_otherwise_is_named_and_ends_with_1(cast: Cast) -> None:
    uuid = cast.song.decisions.get().uuid
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE policy_decision SET effect = 'allow' WHERE id = %s",
            [Decision.objects.get(uuid=uuid).pk],
        )
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("decision_replay", stdout=out, stderr=StringIO())
    assert ended.value.code == 1
    assert f"{uuid} comes out otherwise: the outcome" in out.getvalue()
    assert out.getvalue().endswith("1 decision as before, 1 otherwise\n")
