"""The pages of deliveries: handing a message in, following it, and who may see what of it."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from policy import tasks
from policy.ingest.limits import MESSAGE_BYTES
from policy.ingest.refusals import MessageRefused, Refusal
from policy.lang.source import Source
from policy.models import Account, AuditEntry, Delivery, EvaluationRequest, Party, Track
from policy.selectors.delivery_pages import WIDEST, explain_refusal
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.evaluation import evaluate_pending
from policy.services.rulesets import ruleset_publish
from tests import factories, messages, trees
from tests.cast import NAMES, Cast, make_cast
from tests.factories import NOW

As: TypeAlias = Callable[[str | None], Client]

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "policy" / "samples" / "messages"
FIXTURES = ROOT / "tests" / "fixtures"
URL = "/deliveries/"
OF_ONE = ("delivery-detail", "delivery-progress", "delivery-raw")
DELIVERERS = ("analyst", "distributor")


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the workers are told."""
    told: list[str] = []
    monkeypatch.setattr(tasks, "nudge", lambda: told.append("look"))
    return told


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    """The cast, and rules that are live; Northwind's delivery of the song still waits."""
    root = trees.small_tree(tmp_path)
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    return make_cast()


@pytest.fixture
def client_as(cast: Cast) -> As:
    """A browser that is signed in as one of the cast; None is nobody."""

    def client(name: str | None) -> Client:
        made = Client()
        if name is not None:
            made.force_login(cast[name])
        return made

    return client


def _file(raw: bytes, name: str = "message.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw, content_type="application/octet-stream")


def _hand_in(client: Client, raw: bytes, name: str = "message.json", **fields: Any) -> Any:
    return client.post(URL, {"file": _file(raw, name), **fields})


def _text(response: Any) -> str:
    """What a page says, without its marks and with single spaces."""
    body = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(body))


def _nothing_was_kept() -> bool:
    return (
        Delivery.objects.count() == 1
        and not AuditEntry.objects.filter(action="delivery_record").exists()
    )


# --- Who may come in ------------------------------------------------------------------------------


@pytest.mark.parametrize("door", OF_ONE)
@pytest.mark.parametrize("name", NAMES)
def test_a_delivery_is_seen_by_its_deliverer_and_staff_only(
    door: str, name: str, cast: Cast, client_as: As
) -> None:
    client = client_as(name)
    response = client.get(reverse(door, args=[cast.delivery.uuid]))
    assert response.status_code == (200 if name in DELIVERERS else 404)
    assert client.get(reverse(door, args=[uuid4()])).status_code == 404
    assert client.get(reverse(door, args=[uuid4()]).replace("-", "x")).status_code == 404


@pytest.mark.parametrize("door", [*OF_ONE, "delivery-list"])
def test_nobody_is_sent_to_sign_in(door: str, cast: Cast, client_as: As) -> None:
    url = reverse(door, args=[cast.delivery.uuid] if door in OF_ONE else [])
    response = client_as(None).get(url)
    assert response.status_code == 302
    assert response["Location"] == f"/login/?next={url}"


def test_nobody_delivers(client_as: As) -> None:
    response = _hand_in(client_as(None), messages.message())
    assert response.status_code == 302
    assert _nothing_was_kept()


@pytest.mark.parametrize("door", OF_ONE)
def test_a_delivery_is_only_read(door: str, cast: Cast, client_as: As) -> None:
    client = client_as("analyst")
    url = reverse(door, args=[cast.delivery.uuid])
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(url).status_code == 405
    for method in ("put", "patch", "delete"):
        assert getattr(client, method)(URL).status_code == 405


@pytest.mark.parametrize("name", NAMES)
def test_the_list_shows_own_deliveries_only(name: str, cast: Cast, client_as: As) -> None:
    other = factories.delivery(account=cast.southgate)
    seen = _text(client_as(name).get(URL))
    assert (cast.delivery.message_id in seen) == (name in DELIVERERS)
    assert (other.message_id in seen) == (name in ("analyst", "other_label"))


def test_a_login_that_delivers_nothing_is_told_so(client_as: As) -> None:
    response = client_as("label").get(URL)
    assert "This login delivers nothing" in _text(response)
    assert b'type="file"' not in response.content


@pytest.mark.parametrize("query", ["?older=yesterday", "?page=3", "?newer=1"])
def test_a_wrong_address_is_explained(query: str, client_as: As) -> None:
    response = client_as("analyst").get(URL + query)
    assert response.status_code == 400
    assert "asks for something that cannot be" in _text(response)


def test_an_unknown_parameter_is_dropped(client_as: As) -> None:
    response = client_as("analyst").get(URL + "?page=last&colour=red")
    assert response["Location"] == URL + "?page=last"


# --- Handing in -----------------------------------------------------------------------------------


def test_a_message_is_followed_until_it_is_decided(
    cast: Cast, client_as: As, nudges: list[str]
) -> None:
    client = client_as("distributor")
    tracks = [messages.track("A1", isrc="ZZTST2600001"), messages.track("A2", duration_seconds=9)]
    response = _hand_in(client, messages.message(id="first-of-may", tracks=tracks))
    delivery = Delivery.objects.get(message_id="first-of-may")
    assert response["Location"] == f"{URL}{delivery.uuid}/"
    assert delivery.account == cast.northwind
    assert AuditEntry.objects.get(action="delivery_record").actor == cast["distributor"]
    assert nudges == ["look"]

    waiting = client.get(response["Location"])
    assert "0 of 2 decided" in _text(waiting)
    progress = f"{response['Location']}progress/"
    assert f'hx-get="{progress}" hx-trigger="every 2s"' in waiting.content.decode()
    assert b"<html" not in client.get(progress).content

    evaluate_pending(now=timezone.now())
    for url in (progress, response["Location"]):
        decided = client.get(url)
        assert b"hx-trigger" not in decided.content, "a page that is complete asks no more"
        for track in Track.objects.filter(delivery=delivery):
            assert reverse("decision-detail", args=[track.decisions.get().uuid]).encode() in (
                decided.content
            )
            assert reverse("track-detail", args=[track.uuid]).encode() in decided.content
        assert "Review: 1" in _text(decided)


def test_an_ern_message_goes_in(client_as: As) -> None:
    raw = (SAMPLES / "03-partly-vocals-ai.xml").read_bytes()
    response = _hand_in(client_as("distributor"), raw, "03-partly-vocals-ai.xml")
    page = _text(client_as("distributor").get(response["Location"]))
    assert "ERN 4.3.2" in page
    assert "03-partly-vocals-ai.xml" in page
    assert hashlib.sha256(raw).hexdigest() in page


def test_the_message_comes_back_as_it_was_sent(client_as: As) -> None:
    client = client_as("distributor")
    for raw, name, kind in (
        ((SAMPLES / "02-none.xml").read_bytes(), "näive name.xml", "application/xml"),
        (messages.message(), "message.json", "application/json"),
    ):
        page = _hand_in(client, raw, name)["Location"]
        response = client.get(f"{page}raw/")
        assert response.content == raw
        assert response["Content-Type"] == kind
        assert response["Content-Disposition"].startswith("attachment; filename")
        assert response["X-Content-Type-Options"] == "nosniff"


def test_the_same_message_again_is_the_same_delivery(client_as: As) -> None:
    client, raw = client_as("distributor"), messages.message()
    first, again = _hand_in(client, raw), _hand_in(client, raw)
    assert first["Location"] == again["Location"]
    assert Delivery.objects.count() == 2


def test_another_message_under_the_same_id_is_refused_with_a_way_to_the_first(
    client_as: As,
) -> None:
    client = client_as("distributor")
    first = _hand_in(client, messages.message(id="twice"))
    response = _hand_in(client, messages.message(id="twice", tracks=[messages.track("B1")]))
    assert response.status_code == 409
    assert "Message twice was delivered before" in _text(response)
    assert first["Location"].encode() in response.content
    assert Delivery.objects.count() == 2


def test_a_refused_message_shows_its_mistake_and_leaves_nothing(
    cast: Cast, client_as: As, nudges: list[str]
) -> None:
    parties = Party.objects.count()
    raw = (SAMPLES / "12-invalid-value.xml").read_bytes()
    response = _hand_in(client_as("distributor"), raw, "12-invalid-value.xml")
    assert response.status_code == 422
    page = _text(response)
    assert "12-invalid-value.xml was not taken: 1 mistake. Nothing of it was kept." in page
    assert "Line 38 , column 156" in page
    assert "ResourceList/SoundRecording/Contributor/AiContribution" in page
    assert "Some is not a value of AiContribution ." in page
    assert "Use All , Partly or None ." in page
    assert b"&lt;AiContribution&gt;<mark>Some</mark>&lt;/AiContribution&gt;" in response.content
    assert _nothing_was_kept()
    assert Party.objects.count() == parties
    assert nudges == []


@pytest.mark.parametrize("name", ["ern/many-mistakes.xml", "catalogue-mistakes.json"])
def test_all_mistakes_are_told_at_once(name: str, client_as: As) -> None:
    raw = (FIXTURES / name).read_bytes()
    api = client_as("distributor").post(
        "/api/deliveries/", raw, f"application/{name.rpartition('.')[2]}"
    )
    told = api.json()["problems"]
    assert len(told) > 5
    page = _text(_hand_in(client_as("distributor"), raw, name))
    assert f"{len(told)} mistakes" in page
    for problem in told:
        assert problem["code"] in page
        assert f"Line {problem['line']}" in page
        words = problem["message"].partition("`")[0].strip()
        assert words[1:] in page
    assert _nothing_was_kept()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "This file is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "was not taken: 1 mistake."),
        (b"PK\x03\x04" + bytes(64), "was not taken: 1 mistake."),
        (b"title,artist\nBlue Hour,Nadir Field\n", "was not taken: 1 mistake."),
        (b"<html><body>no music</body></html>", "was not taken: 1 mistake."),
        (b"[1, 2]", "was not taken: 1 mistake."),
        (b"{", "was not taken: 1 mistake."),
    ],
    ids=["empty", "picture", "archive", "table", "web page", "list", "half"],
)
def test_what_is_no_message_gets_one_clear_message(raw: bytes, says: str, client_as: As) -> None:
    response = _hand_in(client_as("distributor"), raw, "cover.png")
    assert response.status_code in (400, 422)
    assert says in _text(response)
    assert response.content.count(b'role="alert"') == 1
    assert _nothing_was_kept()


def test_no_file_is_asked_for(client_as: As) -> None:
    response = client_as("distributor").post(URL, {"file": "only a name"})
    assert response.status_code == 400
    assert "Choose a file" in _text(response)


def test_a_message_that_is_too_big_is_refused_with_the_limit(client_as: As) -> None:
    response = _hand_in(client_as("distributor"), b" " * (MESSAGE_BYTES + 1), "huge.xml")
    assert response.status_code == 413
    says = "huge.xml is too big. A message may have 32 MB; send its releases one by one."
    assert says in _text(response)
    assert _nothing_was_kept()


def test_a_login_with_several_accounts_says_for_whom(cast: Cast, client_as: As) -> None:
    factories.membership(user=cast["distributor"], account=cast.southgate)
    client = client_as("distributor")
    choice = client.get(URL).content
    assert b'<option value="northwind">' in choice
    response = _hand_in(client, messages.message())
    assert response.status_code == 400
    assert "Choose for whom" in _text(response)
    assert _nothing_was_kept()
    assert _hand_in(client, messages.message(), account="southgate").status_code == 302
    assert Delivery.objects.filter(account=cast.southgate).count() == 1


@pytest.mark.parametrize("key", ["southgate", "nobody", "not a key"])
def test_nobody_delivers_for_others(key: str, client_as: As) -> None:
    response = _hand_in(client_as("distributor"), messages.message(), account=key)
    assert response.status_code == 400
    assert "delivers for no such account" in _text(response)
    assert _nothing_was_kept()


@pytest.mark.parametrize("name", ["label", "stranger"])
def test_a_login_without_an_account_delivers_nothing(name: str, client_as: As) -> None:
    response = _hand_in(client_as(name), messages.message())
    assert response.status_code == 400
    assert "This login delivers nothing" in _text(response)
    assert _nothing_was_kept()


def test_staff_delivers_for_any_account(cast: Cast, client_as: As) -> None:
    assert (
        _hand_in(client_as("analyst"), messages.message(), account="southgate").status_code == 302
    )
    assert Delivery.objects.filter(account=cast.southgate).exists()


def test_a_form_of_another_site_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["distributor"])
    assert _hand_in(client, messages.message()).status_code == 403
    assert _nothing_was_kept()


def test_what_a_message_says_is_never_code(client_as: As) -> None:
    client, evil = client_as("distributor"), "<script>alert(1)</script>"
    _hand_in(client, messages.message(id=evil, tracks=[messages.track(title=evil)]), f"{evil}.json")
    delivery = Delivery.objects.get(message_id=evil)
    broken = json.dumps({"format": evil, evil: 1}).encode()
    for page in (client.get(URL), client.get(f"{URL}{delivery.uuid}/"), _hand_in(client, broken)):
        assert evil.encode() not in page.content
        assert b"&lt;script&gt;" in page.content


# --- What the pages say ---------------------------------------------------------------------------


def test_a_row_sums_up_a_delivery(cast: Cast, client_as: As) -> None:
    tracks = [messages.track("A1", isrc="nonsense"), messages.track("A2", duration_seconds=9)]
    messages.deliver(messages.message(id="sum-up", tracks=tracks), account=cast.northwind)
    client = client_as("distributor")
    assert "sum-up Catalogue 1 Northwind 2 tracks Queued" in _text(client.get(URL))
    evaluate_pending(now=NOW)
    row = "sum-up Catalogue 1 Northwind 2 tracks Decided Review: 1 Limit: 1"
    assert f"{row} 1 warning" in _text(client.get(URL))
    messages.deliver(messages.purge(id="gone"), account=cast.northwind)
    assert "gone Purge" in _text(client.get(URL))


def test_tracks_of_others_that_were_looked_at_again_are_not_part_of_it(
    cast: Cast, client_as: As
) -> None:
    factories.request(track=cast.rival, delivery=cast.delivery, cause="neighbour")
    client = client_as("distributor")
    assert "1 track Queued" in _text(client.get(URL))
    page = _text(client.get(f"{URL}{cast.delivery.uuid}/"))
    assert "0 of 1 decided" in page
    assert cast.rival.title not in page


def test_what_could_not_be_evaluated_says_why(cast: Cast, client_as: As) -> None:
    EvaluationRequest.objects.update(state="parked", error="5 workers died")
    client = client_as("distributor")
    assert "1 not evaluated" in _text(client.get(URL))
    page = client.get(f"{URL}{cast.delivery.uuid}/")
    assert "5 workers died" in _text(page)
    assert b"hx-trigger" not in page.content


def test_a_delivery_that_waits_long_says_that_nothing_is_lost(cast: Cast, client_as: As) -> None:
    page = f"{URL}{cast.delivery.uuid}/"
    assert "Nothing is lost" in _text(client_as("distributor").get(page))
    fresh = factories.delivery(account=cast.northwind, received_at=timezone.now())
    factories.request(track=cast.song, delivery=fresh)
    page = f"{URL}{fresh.uuid}/"
    assert "This page follows by itself" in _text(client_as("distributor").get(page))


def test_warnings_stand_with_their_place(cast: Cast, client_as: As) -> None:
    raw = (SAMPLES / "02-none.xml").read_bytes().replace(b"<ISRC>ZZ", b"<ISRC>")
    made = messages.deliver(raw, account=cast.northwind)
    page = _text(client_as("distributor").get(f"{URL}{made.delivery.uuid}/"))
    (warning,) = made.warnings
    assert warning.line
    assert f"Line {warning.line}" in page
    for said in (warning.element, warning.code):
        assert said in page


def test_a_purge_names_what_it_took_away(cast: Cast, client_as: As) -> None:
    messages.deliver(messages.message(), account=cast.northwind)
    later = NOW + timedelta(hours=1)
    made = messages.deliver(
        messages.purge(created_at=later), account=cast.northwind, at=later
    ).delivery
    page = _text(client_as("distributor").get(f"{URL}{made.uuid}/"))
    assert "Taken out of the catalogue Open Doors" in page
    assert "Nothing to decide" in page


def test_an_overtaken_message_says_that_it_changed_nothing(cast: Cast, client_as: As) -> None:
    messages.deliver(messages.message(created_at=NOW), account=cast.northwind)
    old = messages.message(created_at=NOW - timedelta(days=1))
    made = messages.deliver(old, account=cast.northwind).delivery
    client = client_as("distributor")
    assert "changed nothing" in _text(client.get(f"{URL}{made.uuid}/"))
    assert "Overtaken" in _text(client.get(URL))


def test_pages_follow_each_other(cast: Cast, client_as: As) -> None:
    made = [factories.delivery(account=cast.northwind) for _ in range(59)]
    client = client_as("distributor")
    newest = client.get(URL).context["found"]
    assert newest.rows[0].message_id == made[-1].message_id
    assert (len(newest.rows), newest.newer, newest.older) == (50, False, True)
    older = client.get(f"{URL}?older={newest.rows[-1].uuid}").context["found"]
    assert (len(older.rows), older.newer, older.older) == (10, True, False)
    assert older.rows[-1].message_id == cast.delivery.message_id
    assert client.get(f"{URL}?newer={older.rows[0].uuid}").context["found"].rows == newest.rows
    last = client.get(f"{URL}?page=last").context["found"]
    assert last.rows[-1] == older.rows[-1]
    foreign = factories.delivery(account=cast.southgate)
    assert "Nothing on this page" in _text(client.get(f"{URL}?older={foreign.uuid}"))


@pytest.mark.parametrize("name", DELIVERERS)
def test_the_number_of_queries_is_constant(
    name: str, cast: Cast, client_as: As, django_assert_max_num_queries: Any
) -> None:
    client = client_as(name)
    made = [factories.delivery(account=cast.northwind) for _ in range(30)]
    for delivery in made:
        factories.request(track=cast.song, delivery=delivery)
    for _ in range(60):
        release = factories.release(account=cast.northwind)
        factories.request(track=factories.track(release=release), delivery=cast.delivery)
    own = 2 + (name != "analyst")  # session, login, and what it acts for
    with django_assert_max_num_queries(own + 3):
        assert client.get(URL).status_code == 200
    with django_assert_max_num_queries(own + 5):
        assert client.get(f"{URL}{cast.delivery.uuid}/").status_code == 200
    with django_assert_max_num_queries(own + 3):
        assert client.get(f"{URL}{cast.delivery.uuid}/progress/").status_code == 200
    with django_assert_max_num_queries(own + 1):
        assert client.get(f"{URL}{cast.delivery.uuid}/raw/").status_code == 200


def test_every_account_can_be_chosen_by_its_key_when_there_are_many(
    cast: Cast, client_as: As
) -> None:
    Account.objects.bulk_create(
        Account(key=f"many-{number}", name=f"A{number:04}", created_at=NOW) for number in range(320)
    )
    page = client_as("analyst").get(URL).content
    assert b'<input id="id_account" name="account" list="accounts"' in page
    response = _hand_in(client_as("analyst"), messages.message(), account="southgate")
    assert response.status_code == 302


# --- Quoting a line -------------------------------------------------------------------------------


@given(line=st.text(max_size=400), column=st.integers(1, 500), width=st.integers(0, 500))
def test_a_quoted_line_is_part_of_the_text_and_never_wide(
    line: str, column: int, width: int
) -> None:
    line = line.replace("\n", " ").replace("\r", " ")
    refusal = Refusal("code", "it is wrong", "m.xml", line=2, column=column, width=width)
    source = Source("m.xml", f"first\n{line}\nlast")
    (mistake,) = explain_refusal(MessageRefused([refusal], source)).mistakes
    quoted = mistake.before + mistake.wrong + mistake.after
    assert len(quoted) <= 2 * WIDEST + 3
    assert mistake.before.lstrip("…") + mistake.wrong.rstrip("…") in line or "…" in line
    assert line[column - 1 : column].startswith(mistake.wrong[:1]) or not mistake.wrong


def test_a_mistake_without_a_place_quotes_nothing() -> None:
    refusal = Refusal("code", "did it break?", "m.xml", help="try again\ndid you try?")
    (mistake,) = explain_refusal(MessageRefused([refusal])).mistakes
    assert (mistake.before, mistake.wrong, mistake.after) == ("", "", "")
    assert (mistake.says, mistake.helps) == ("Did it break?", ("Try again.", "Did you try?"))
