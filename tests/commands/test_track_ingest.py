"""`track_ingest`: files in, decisions out, refusals told and nothing held up by them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from policy.models import Account, AuditEntry, Decision, Delivery, EvaluationRequest, Party, Track
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.factories import NOW
from tests.messages import message, purge, release, track
from tests.plugins.goldens import CheckGolden
from tests.shared import shared_or_skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules(tmp_path: Path) -> None:
    """Rules that review tracks of less than 30 seconds."""
    root = trees.small_tree(tmp_path / "rulesets")
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str | Path, **options: Any) -> tuple[str, str, int]:
    """Output, errors and exit code of the command."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command(
            "track_ingest", *map(str, arguments), stdout=out, stderr=err, no_color=True, **options
        )
    except SystemExit as exit:
        code = int(exit.code or 0)
    return out.getvalue(), err.getvalue(), code


@pytest.mark.usefixtures("rules")
def test_files_are_delivered_and_decided(folder: Path, golden: CheckGolden) -> None:
    files = {
        "long.json": message(id="m1", tracks=[track("A1"), track("A2")]),
        "odd.json": message(
            id="m2",
            tracks=[track(isrc="ZZ-1", duration_seconds=12)],
            releases=[release(icpn="4012345678902", title="Odd Doors")],
        ),
        "broken.json": b'{"format": "catalogue/1"',
        "wrong.json": message(id="m3", tracks=[track(contains_ai="some", lenght=1)]),
        "again.json": message(id="m1", tracks=[track("A1"), track("A2")]),
        "other.json": message(id="m1", tracks=[track("A1", title="Something else")]),
        "purge.json": purge(id="m4"),
        "late.json": message(id="m5", created_at=NOW.replace(year=2025)),
    }
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    out, err, code = run(*files, "missing.json")
    today = Delivery.objects.get(message_id="m1").received_at
    err = err.replace(f"{today:%Y-%m-%d at %H:%M}", "TODAY")
    golden("commands/track_ingest.txt", f"{out}---\n{err}---\nexit {code}\n")
    assert not EvaluationRequest.objects.exclude(state="done").exists()


@pytest.mark.usefixtures("folder")
def test_without_rules_tracks_wait_and_it_is_said() -> None:
    Path("m.json").write_bytes(message())
    out, err, code = run("m.json")
    assert out.splitlines()[-1] == "1 message, 1 track, 0 decisions, 0 refused"
    assert "no bundle is active, so nothing is decided yet" in err
    assert (code, EvaluationRequest.objects.get().state) == (0, "queued")


@pytest.mark.usefixtures("folder", "rules")
def test_deciding_may_be_left_to_the_workers() -> None:
    Path("m.json").write_bytes(message())
    out, _, _ = run("m.json", evaluate=False)
    assert "0 decisions" in out
    assert EvaluationRequest.objects.get().state == "queued"


@pytest.mark.usefixtures("folder", "rules")
def test_output_for_programs() -> None:
    Path("m.json").write_bytes(message(id="m1", tracks=[track(isrc="ZZ-1")]))
    Path("x.json").write_bytes(b"[]")
    out, err, code = run("m.json", "x.json", json=True)
    taken, refused, summary = map(json.loads, out.splitlines())
    assert taken["delivery"] == str(Delivery.objects.get().uuid)
    assert taken["tracks"] == [str(Track.objects.get().uuid)]
    assert (taken["message_id"], taken["repeated"], taken["requests"]) == ("m1", False, 1)
    assert taken["warnings"][0]["code"] == "isrc-syntax"
    assert refused["file"] == "x.json"
    assert {"code", "message", "line", "column", "element", "help"} <= refused["refused"][0].keys()
    assert summary == {
        "messages": 1,
        "tracks": 1,
        "decisions": 1,
        "refused": 1,
        "effects": {"limit": 1},
    }
    assert (err, code) == ("", 1)


@pytest.mark.usefixtures("folder")
def test_an_account_is_made_for_a_sender_once() -> None:
    sender = {"dpid": "padpida2013020802i", "name": "North Post"}
    for number, name in enumerate(("North Post", "North Post Ltd")):
        raw = message(id=f"m{number}", sender=sender | {"name": name})
        Path(f"{number}.json").write_bytes(raw)
    run("0.json", "1.json")
    account = Account.objects.get()
    assert (account.key, account.name, account.dpid) == (
        "north-post",
        "North Post",
        "PADPIDA2013020802I",
    )
    assert account.party is not None
    assert account.party.identifiers.get().value == "PADPIDA2013020802I"
    assert Party.objects.filter(name="North Post").count() == 1


@pytest.mark.usefixtures("folder")
def test_senders_of_one_name_with_other_numbers_are_two() -> None:
    for number, dpid in enumerate(("PADPIDA2013020802I", "PADPIDA2013042401U")):
        raw = message(id=f"m{number}", sender={"dpid": dpid, "name": "North Post"})
        Path(f"{number}.json").write_bytes(raw)
    run("0.json", "1.json")
    keys = set(Account.objects.values_list("key", flat=True))
    assert keys == {"north-post", "north-post-padpida2013042401u"}


@pytest.mark.usefixtures("folder")
def test_a_refused_file_makes_no_account() -> None:
    twins = [release(reference="R1"), release(reference="R2")]
    Path("x.json").write_bytes(message(releases=twins))
    _, err, code = run("x.json")
    assert code == 1
    assert "error[release-twice]" in err
    assert not Account.objects.exists()


@pytest.mark.usefixtures("folder")
def test_account_and_person_may_be_named() -> None:
    factories.account(key="south")
    factories.user(name="ada")
    Path("m.json").write_bytes(message())
    run("m.json", account="south", by="ada")
    assert Delivery.objects.get().account.key == "south"
    assert AuditEntry.objects.get().actor_name == "ada"
    with pytest.raises(CommandError, match=r"there is no account `sout`; there are south"):
        run("m.json", account="sout")
    with pytest.raises(CommandError, match="there is no login `bob`"):
        run("m.json", by="bob")


@pytest.mark.usefixtures("folder", "rules")
def test_ern_and_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = (Path(__file__).parents[1] / "fixtures" / "ern" / "ern-432-shares.xml").read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    out, err, code = run("-")
    assert code == 0, err
    assert out.startswith("-: ")
    assert Decision.objects.exists()


@pytest.mark.usefixtures("rules")
def test_all_shared_samples() -> None:
    files = sorted(shared_or_skip("samples").glob("ern-*/*.xml"))
    out, err, code = run(*files)
    assert "15 messages, 75 tracks, 75 decisions, 1 refused" in out
    assert "12-invalid-value.xml:38:156: error[value-not-allowed]: `Some` is not a value" in err
    assert "use `All`, `Partly` or `None`" in err
    assert code == 1
