"""The list of decisions and the page of one: what stands on them, for whom, at what price."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from http import HTTPStatus
from typing import Any, Never

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from policy.facts import collecting
from policy.models import Decision, DecisionTally
from policy.selectors import bundles
from policy.selectors.decision_list import PAGE
from policy.services.evaluation import evaluate_pending
from tests import factories
from tests.cast import Cast
from tests.dashboard.conftest import As
from tests.dashboard.reading import words
from tests.factories import NOW

WITHHELD = '"Lantern Song" is declared free of AI, but a voice on it is not.'


def _decision(cast: Cast, track: str = "song") -> Decision:
    return getattr(cast, track).decisions.get()  # type: ignore[no-any-return]  # a track


def _page(client: Client, decision: Decision) -> str:
    return words(client.get(reverse("decision-detail", args=[decision.uuid])))


# --- The list


def test_the_list_says_what_was_decided_by_which_rule(cast: Cast, client_as: As) -> None:
    page = words(client_as("analyst").get("/decisions/"))
    assert "Lantern Song Nadir Field voice-declared-away Worldwide Northwind" in page
    assert "Lantern Cover Mirna short-in-germany +1 AT DE Southgate" in page
    assert "All 2 Block 1 Withhold 1 Review 0 Limit 0 Allow 0" in page


def test_a_party_sees_only_its_own(client_as: As) -> None:
    page = words(client_as("label").get("/decisions/"))
    assert "Lantern Song" in page
    assert "Lantern Cover" not in page
    assert "All 1" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("effect=withhold", True),
        ("effect=allow", False),
        ("rule=voice-declared-away", True),
        ("rule=short-in-germany", False),
        ("ruleset=shares", True),
        ("deliverer=northwind", True),
        ("deliverer=southgate", False),
        ("q=lant+so", True),
        ("q=ZZ-HAL-26-00001", True),
        ("q=voice-declared-away", True),
        ("q=nothing", False),
        ("current=on", True),
        ("effect=withhold&rule=voice-declared-away&q=song&deliverer=northwind", True),
    ],
)
def test_filters_narrow_the_list(query: str, found: bool, client_as: As) -> None:
    page = words(client_as("analyst").get(f"/decisions/?{query}"))
    assert ("Nadir Field" in page) is found
    assert ("No decision matches" in page) is not (found or "Mirna" in page)


def test_a_party_narrows_it_and_its_chip_takes_it_away(cast: Cast, client_as: As) -> None:
    url = f"/decisions/?party={cast.halcyon.uuid}&q=lantern"
    body = client_as("analyst").get(url).content.decode()
    assert "Lantern Song" in body
    assert "Lantern Cover" not in body
    assert 'aria-label="Remove the filter Party Halcyon Records"' in body
    assert '<a class="chip" href="?q=lantern"' in body


def test_what_says_nothing_is_taken_out_of_the_address(client_as: As) -> None:
    client = client_as("analyst")
    response = client.get("/decisions/?ruleset=&q=+&effect=block&party_name=hal")
    assert response["Location"] == "/decisions/?effect=block"
    assert client.get("/decisions/?rule=")["Location"] == "/decisions/"


def test_the_counts_stay_those_of_all_outcomes(client_as: As) -> None:
    page = words(client_as("analyst").get("/decisions/?effect=withhold&q=lantern"))
    assert "All 1 Block 0 Withhold 1" in page


def _many(cast: Cast, number: int) -> None:
    bundle = factories.bundle()
    for _ in range(number):
        factories.decision(track=cast.song, bundle=bundle)
    tally, _ = DecisionTally.objects.get_or_create(account=None, effect="allow")
    tally.count += number
    tally.save()


def test_pages_lead_forward_back_first_and_last(cast: Cast, client_as: As) -> None:
    _many(cast, 2 * PAGE)
    client = client_as("analyst")

    def links(url: str) -> dict[str, str]:
        body = client.get(url).content.decode()
        pager = body.partition('class="pager"')[2].partition("</nav>")[0]
        found = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', pager)
        return {re.sub(r"<[^>]+>", "", words): unescape(link) for link, words in found}

    first = links("/decisions/")
    assert set(first) == {"Older", "Last"}
    second = links("/decisions/" + first["Older"])
    assert set(second) == {"First", "Newer", "Older", "Last"}
    last = links("/decisions/" + first["Last"])
    assert set(last) == {"First", "Newer"}
    back = client.get("/decisions/" + second["Newer"])
    assert back["Location"] == "/decisions/", "fewer are newer than a page holds"
    assert words(client.get("/decisions/" + first["Last"])).count("Nadir Field") == PAGE - 1


def test_a_page_beside_nothing_says_so(client_as: As) -> None:
    url = "/decisions/?older=00000000-0000-4000-8000-000000000000"
    assert "Nothing on this page" in words(client_as("analyst").get(url))


@pytest.mark.parametrize("name", ["analyst", "label", "distributor", "stranger"])
def test_every_list_takes_at_most_six_queries(cast: Cast, name: str, client_as: As) -> None:
    _many(cast, PAGE)
    client = client_as(name)
    queries = (
        "", "effect=block", "rule=voice-declared-away", "ruleset=shares", "q=lantern",
        "q=lantern+s", "q=no-such-rule", f"party={cast.halcyon.uuid}",
        f"party={cast.halcyon.uuid}&q=lantern",
        "deliverer=northwind", "current=on", "q=voice-declared-away",
    )  # fmt: skip
    for query in queries:
        for end in ("", "&page=last"):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(f"/decisions/?{query}{end}").status_code == HTTPStatus.OK
            assert len(asked) <= 6, (query, end, [each["sql"][:120] for each in asked])


def test_an_empty_list_says_what_to_do(db: None) -> None:
    staff, holder = Client(), Client()
    staff.force_login(factories.user(staff=True))
    holder.force_login(factories.user())
    assert "Deliver a message" in words(staff.get("/decisions/"))
    assert "No decisions on your works yet" in words(holder.get("/decisions/"))


# --- The filters


def test_the_filters_offer_what_there_is(cast: Cast, client_as: As) -> None:
    page = words(client_as("analyst").get("/decisions/filter/"))
    for word in ("Labelling", "voice-declared-away", "Northwind", "Southgate"):
        assert word in page
    alone = client_as("distributor").get("/decisions/filter/").content.decode()
    assert "Southgate" not in alone


def test_parties_are_found_by_the_start_of_their_name(cast: Cast, client_as: As) -> None:
    found = client_as("analyst").get("/parties/options/?party_name=Hal").content.decode()
    assert str(cast.halcyon.uuid) in found
    assert str(cast.brightwater.uuid) not in found
    hidden = client_as("label").get("/parties/options/?party_name=Bright").content.decode()
    assert str(cast.brightwater.uuid) not in hidden
    assert "No party" in hidden
    without_script = client_as("analyst").get("/decisions/filter/?party_name=hal")
    assert str(cast.halcyon.uuid) in without_script.content.decode()


def test_a_dialog_gets_the_filters_alone(client_as: As) -> None:
    part = client_as("analyst").get("/decisions/filter/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "<form" in part.content.decode()


# --- One decision


def test_the_verdict_and_its_reason_come_first(cast: Cast, client_as: As) -> None:
    page = _page(client_as("analyst"), _decision(cast))
    verdict = page.index("Withheld everywhere")
    assert verdict < page.index(WITHHELD) < page.index("voice-declared-away labelling 1.0.0")
    assert "Not live until what is missing is supplied." in page
    assert "Decided automatically" in page


def test_the_deciding_lines_stand_with_what_they_saw(cast: Cast, client_as: As) -> None:
    page = _page(client_as("analyst"), _decision(cast))
    assert 'ai_voice && track.ai.declared == "none"' in re.sub(r"\s+", " ", page)
    assert 'true track.ai.declared is "none"' in page
    assert 'true c.ai is "partly"' in page
    assert "item 1 of 1 decides" in page
    assert "House decision of 2026" in page


def test_what_would_change_it_is_told(cast: Cast, client_as: As) -> None:
    page = _page(client_as("analyst"), _decision(cast))
    assert 'track.ai.declared is other than "none" (now "none")' in page
    assert "all else were the same: Limited everywhere" in page


def test_other_findings_and_obligations_are_listed(cast: Cast, client_as: As) -> None:
    page = _page(client_as("analyst"), _decision(cast))
    assert 'Limit A party holds more than half of "Lantern Song".' in page
    assert "Request correction Deliverer, Northwind" in page
    assert "by 6 Dec 2026" in page
    assert "Notify Master owner, Halcyon Records" in page


def test_only_facts_that_were_read_stand_open(cast: Cast, client_as: As) -> None:
    body = client_as("analyst").get(reverse("decision-detail", args=[_decision(cast).uuid]))
    facts = body.content.decode().partition('id="facts"')[2]
    shown, _, folded = facts.partition("<summary>All other facts")
    assert "ContainsAI of the recording" in shown
    assert "Playing time in whole seconds" not in shown
    assert "Playing time in whole seconds" in folded


def test_territories_that_differ_are_named(cast: Cast, client_as: As) -> None:
    page = _page(client_as("analyst"), _decision(cast, "rival"))
    assert "Blocked in Austria and Germany" in page
    assert "Everywhere else: limited." in page
    assert "AT DE" in page


def test_the_pane_is_the_same_decision_in_short(cast: Cast, client_as: As) -> None:
    pane = client_as("analyst").get(reverse("decision-pane", args=[_decision(cast).uuid]))
    body = pane.content.decode()
    assert "<html" not in body
    assert unescape(body).count(WITHHELD) == 1
    assert "Withheld everywhere" in body


def test_history_tells_what_was_new_and_what_holds_now(cast: Cast, client_as: As) -> None:
    first = _decision(cast)
    cast.song.contributors.update(ai="none")
    factories.request(track=cast.song, as_of=NOW + timedelta(hours=1))
    evaluate_pending(now=NOW + timedelta(hours=1))
    second = cast.song.decisions.order_by("-pk")[0]
    old, new = _page(client_as("analyst"), first), _page(client_as("analyst"), second)
    assert "A later decision on this track holds now." in old
    assert "Limit" in new
    assert "New: " in new
    assert "contributors" in new.partition("New: ")[2]
    assert "The first decision" in new


def test_a_persons_ruling_says_so(cast: Cast, client_as: As) -> None:
    before = _decision(cast)
    factories.decision(
        track=cast.song, bundle=before.bundle, snapshot=before.snapshot, effect="allow",
        made_by=cast["analyst"], supersedes=before,
    )  # fmt: skip
    ruling = cast.song.decisions.order_by("-pk")[0]
    assert "Decided by analyst" in _page(client_as("analyst"), ruling)
    seen = _page(client_as("label"), ruling)
    assert "Decided by a person of the service" in seen
    assert "analyst" not in seen


def test_other_parties_facts_are_masked_and_it_is_said(cast: Cast, client_as: As) -> None:
    decision = _decision(cast)
    everything, own = _page(client_as("analyst"), decision), _page(client_as("label"), decision)
    assert "Hidden here" not in everything
    assert "Hidden here" in own
    assert "7000" in everything.replace(",", "")
    facts = own.partition("All other facts")[2]
    assert "7000" in facts, "its own share"
    assert "3000" not in facts, "the writer's share"
    assert "3000" in everything.partition("All other facts")[2]
    assert "Ines Okafor" in facts, "a public credit"


def test_a_duty_names_its_party_only_to_that_party_and_staff(cast: Cast, client_as: As) -> None:
    seen = _page(client_as("distributor"), _decision(cast)).partition("Obligations")[2]
    assert "Request correction Deliverer, Northwind" in seen
    assert "Halcyon" not in seen.partition("History")[0]


@pytest.mark.parametrize("name", ["analyst", "label"])
def test_a_decision_takes_few_queries_whatever_hangs_on_it(
    cast: Cast, name: str, client_as: As
) -> None:
    url = reverse("decision-detail", args=[_decision(cast).uuid])
    bundles.bundle_plan.cache_clear()
    client, counts = client_as(name), []
    for number in (0, 30):
        _many(cast, number)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert max(counts) <= 14


# --- Evidence


def _evidence(client: Client, decision: Decision) -> dict[str, Any]:
    response = client.get(reverse("decision-evidence", args=[decision.uuid]))
    assert response["Content-Type"] == "application/json"
    assert f"decision-{decision.uuid}.json" in response["Content-Disposition"]
    return json.loads(response.content)  # type: ignore[no-any-return]  # an object


def test_evidence_has_all_that_the_decision_rests_on(cast: Cast, client_as: As) -> None:
    decision = _decision(cast)
    found = _evidence(client_as("analyst"), decision)
    assert found["decision"] == str(decision.uuid)
    assert found["effect"] == "withhold"
    assert found["bundle_sha256"] == decision.bundle.digest
    assert found["snapshot_sha256"] == decision.snapshot.digest
    assert {version["ruleset"] for version in found["versions"]} == {
        "labelling", "length", "shares",
    }  # fmt: skip
    assert found["rules"][0]["reason"] == WITHHELD
    assert found["facts"]["track"]["title"] == "Lantern Song"
    assert set(found["trace"]) == {"labelling", "length", "shares"}
    assert found["hidden"] == ""


def test_evidence_of_a_party_hides_what_its_page_hides(cast: Cast, client_as: As) -> None:
    found = _evidence(client_as("label"), _decision(cast))
    shares = {each["name"]: each["basis_points"] for each in found["facts"]["track"]["parties"]}
    assert shares == {"Halcyon Records": 7_000, "Ines Okafor": "(hidden)"}
    assert found["trace"] is None, "it has the same values by position"
    assert "Hidden here" in found["hidden"]


# --- What could not be found out


def test_what_could_not_be_found_out_is_said_and_never_allowed(
    cast: Cast, client_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(batch: object) -> Never:
        raise ConnectionError("the catalogue of voices does not answer")

    groups = [
        replace(group, provide=broken) if group.name == "contributors" else group
        for group in collecting.GROUPS
    ]
    monkeypatch.setattr(collecting, "GROUPS", tuple(groups))
    later = NOW + timedelta(hours=1)
    factories.request(track=cast.song, as_of=later)
    evaluate_pending(now=later)
    decision = cast.song.decisions.order_by("-pk")[0]
    page = _page(client_as("analyst"), decision)
    assert "In review everywhere" in page
    assert "could not be evaluated" in page
    assert "Could not be found out: track.contributors" in page
    assert "A person has still to look" in page
