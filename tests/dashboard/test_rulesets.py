"""The pages of rulesets: what decides, since when, and the text of each published version."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from policy.models import Activation, Bundle, Finding, Rule, RulesetVersion
from policy.selectors import ruleset_pages
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.rulesets import ruleset_publish
from tests import factories, trees
from tests.cast import NAMES, Cast, make_cast
from tests.dashboard.conftest import As
from tests.dashboard.delivering import text
from tests.factories import NOW

URL = "/rulesets/"
LENGTH = "/rulesets/length/1.0.0/"
DOORS = (URL, LENGTH, f"{LENGTH}source.yaml")
OTHERS = tuple(name for name in NAMES if name != "analyst")


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast; nothing is published."""
    return make_cast()


@pytest.fixture
def tree(cast: Cast, tmp_path: Path) -> Path:
    """Two rulesets, published and live since NOW, both by the analyst."""
    root = trees.small_tree(tmp_path)
    ruleset_publish(root=root, published_by=cast["analyst"], at=NOW)
    _activate(root, cast, why="we begin")
    return root


def _activate(root: Path, cast: Cast, *, why: str, minutes: int = 0) -> Bundle:
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(
        bundle=bundle,
        live_from=NOW + timedelta(minutes=minutes),
        activated_by=cast["analyst"],
        why=why,
        at=NOW,
    )
    return bundle


def _newer(root: Path) -> None:
    """Publish a stricter `length` 1.1.0."""
    stricter = trees.SHORT.replace("effect: review", "effect: block")
    trees.write_ruleset(root, "length", {"1.1.0": trees.version_text("length", stricter)})
    trees.lock(root)
    ruleset_publish(root=root, published_by=None, at=NOW)


def _matched(number: int, *, status: str = "matched") -> None:
    """Let `too-short` come to a status in so many decisions."""
    rule = Rule.objects.get(key="too-short")
    for _ in range(number):
        decision = factories.decision()
        factories.finding(decision=decision, rule=rule, status=status)


# --- Who may come in ------------------------------------------------------------------------------


def test_everybody_who_is_signed_in_reads_what_is_published(tree: Path, client_as: As) -> None:
    for name in NAMES:
        client = client_as(name)
        assert [client.get(url).status_code for url in DOORS] == [200] * len(DOORS), name


@pytest.mark.parametrize("url", DOORS)
def test_nobody_is_sent_to_sign_in(url: str, client_as: As) -> None:
    response = client_as(None).get(url)
    assert response.status_code == 302
    assert response["Location"] == f"/login/?next={url}"


@pytest.mark.parametrize("url", DOORS)
def test_rules_are_only_read_here(url: str, client_as: As) -> None:
    client = client_as("analyst")
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(url).status_code == 405


def test_what_is_not_there_is_not_there(tree: Path, client_as: As) -> None:
    client = client_as("analyst")
    for url in (
        "/rulesets/length/9.9.9/",
        "/rulesets/nothing/1.0.0/",
        "/rulesets/length/draft/",
        "/rulesets/length/%00/",
        "/rulesets/length/1.0.0%27--/",
        "/rulesets/length/9.9.9/source.yaml",
        "/rulesets/no such/1.0.0/",
        "/rulesets/length/",
        f"/rulesets/{uuid4()}/",
    ):
        assert client.get(url).status_code == 404, url


@pytest.mark.parametrize("query", ["?older=yesterday", "?page=2"])
def test_a_wrong_address_is_explained(query: str, client_as: As) -> None:
    assert client_as("analyst").get(URL + query).status_code == 400


def test_an_unknown_parameter_is_dropped(client_as: As) -> None:
    assert client_as("analyst").get(f"{URL}?colour=red")["Location"] == URL


def test_the_uuid_of_a_version_leads_to_its_page(tree: Path, client_as: As) -> None:
    version = RulesetVersion.objects.get(ruleset__key="length")
    response = client_as("label").get(reverse("ruleset-detail", args=[version.uuid]))
    assert response["Location"] == LENGTH


# --- The list -------------------------------------------------------------------------------------


def test_before_the_first_ruleset_it_says_that_nothing_decides(client_as: As) -> None:
    page = text(client_as("analyst").get(URL))
    assert "Nothing is published, so nothing is decided." in page
    assert "ruleset_publish" in page
    assert "ruleset_publish" not in text(client_as("label").get(URL))


def test_it_says_what_decides_by_whom_and_why(tree: Path, client_as: As) -> None:
    bundle = Bundle.objects.get()
    page = text(client_as("analyst").get(URL))
    assert "Deciding now since 22 Nov 2026, 12:00:00 UTC , by analyst We begin" in page
    assert bundle.digest in page
    assert "Length length For tests. 1.0.0 live 1 rule, published 22 Nov 2026 Tests" in page
    assert "identity 1.0.0 length 1.0.0 analyst We begin" in page


def test_who_and_why_is_for_staff(tree: Path, client_as: As) -> None:
    _matched(2)
    for name in OTHERS:
        for url in (URL, LENGTH):
            page = text(client_as(name).get(url))
            assert "1.0.0" in page
            for inside in ("analyst", "We begin", "we begin", "Matched"):
                assert inside not in page, (name, url)


def test_the_history_of_activations_stays(tree: Path, cast: Cast, client_as: As) -> None:
    first = Bundle.objects.get()
    _newer(tree)
    second = _activate(tree, cast, why="short tracks are blocked", minutes=1)
    soon = timezone.now() + timedelta(days=2)
    Activation.objects.create(bundle=first, live_from=soon, recorded_at=NOW, why="back again")
    page = text(client_as("analyst").get(URL))
    history = page.partition("Activations")[2]
    assert history.index("Back again") < history.index("Short tracks") < history.index("We begin")
    assert history.index("planned") < history.index("live")
    assert "at installation Back again" in history
    live = page.partition("Deciding now")[2].partition("Bundle")[0]
    assert "length 1.1.0" in live
    assert second.digest in page.partition("Activations")[0]
    assert "1.1.0 live 1 rule" in page
    assert "1.0.0 1 rule" in page, "an earlier version stays readable"


def test_a_planned_activation_decides_nothing_yet(cast: Cast, client_as: As) -> None:
    Activation.objects.create(
        bundle=factories.bundle(), live_from=timezone.now() + timedelta(days=1), recorded_at=NOW
    )
    page = text(client_as("analyst").get(URL))
    assert "Deciding now" not in page
    assert "planned" in page


def test_pages_of_activations_follow_each_other(tree: Path, client_as: As) -> None:
    bundle = Bundle.objects.get()
    for number in range(24):
        factories.activation(bundle=bundle, live_from=NOW + timedelta(seconds=number))
    client = client_as("analyst")
    newest = client.get(URL).context["found"].activations
    assert (len(newest.rows), newest.newer, newest.older) == (20, False, True)
    older = client.get(f"{URL}?older={newest.rows[-1].uuid}").context["found"].activations
    assert (len(older.rows), older.newer, older.older) == (5, True, False)
    back = client.get(f"{URL}?newer={older.rows[0].uuid}").context["found"].activations
    assert back == newest
    last = client.get(f"{URL}?page=last").context["found"].activations
    assert last.rows[-1] == older.rows[-1]
    assert "No activations on this page" in text(client.get(f"{URL}?older={uuid4()}"))


# --- A version ------------------------------------------------------------------------------------


def test_a_version_shows_its_text_line_by_line(tree: Path, client_as: As) -> None:
    source = (tree / "length" / "1.0.0.yaml").read_text()
    response = client_as("label").get(LENGTH)
    lines = re.findall(
        r'<div class="line([^"]*)" id="L(\d+)">.*?<code[^>]*>(.*?)\n</code>',
        response.content.decode(),
        re.DOTALL,
    )
    shown = [html.unescape(re.sub("<[^>]+>", "", line)) for _, _, line in lines]
    assert shown == source.rstrip("\n").split("\n")
    assert [int(number) for _, number, _ in lines] == list(range(1, len(shown) + 1))
    deciding = [line for kind, _, line in lines if "deciding-line" in kind]
    assert len(deciding) == 2, "the key and the condition beneath it"
    assert '<span class="t-fact">track.duration_seconds</span>' in deciding[1]
    assert '<span class="t-key">when</span>' in response.content.decode()


def test_the_file_has_the_digest_that_is_shown(tree: Path, client_as: As) -> None:
    client = client_as("label")
    response = client.get(f"{LENGTH}source.yaml")
    assert response.content == (tree / "length" / "1.0.0.yaml").read_bytes()
    assert response["Content-Disposition"] == 'attachment; filename="length-1.0.0.yaml"'
    assert hashlib.sha256(response.content).hexdigest() in text(client.get(LENGTH))


def test_the_index_leads_to_the_line_of_each_rule(tree: Path, client_as: As) -> None:
    response = client_as("label").get(LENGTH)
    line = (tree / "length" / "1.0.0.yaml").read_text().split("\n").index("  - id: too-short") + 1
    assert f'href="#L{line}"'.encode() in response.content
    assert "Review The track is very short too-short" in text(response)


def test_staff_sees_how_often_a_rule_matched(
    tree: Path, client_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("analyst")
    assert "never" in text(client.get(LENGTH))
    _matched(3)
    _matched(2, status="indeterminate")
    factories.finding(rule=Rule.objects.get(key="isrc-malformed"))
    page = client.get(LENGTH)
    assert "Matched in decisions: 3" in text(page)
    assert "2 could not be evaluated" in text(page)
    assert b"?ruleset=length&amp;rule=too-short" in page.content
    monkeypatch.setattr(ruleset_pages, "COUNTED", 3)
    (rule,) = client.get(LENGTH).context["page"].rules
    assert rule.more
    assert rule.matched + rule.unclear <= 4, "no further than one beyond the bound"


def test_a_version_says_whether_it_decides_and_who_published_it(
    tree: Path, cast: Cast, client_as: As
) -> None:
    _newer(tree)
    _activate(tree, cast, why="stricter", minutes=1)
    old = text(client_as("analyst").get(LENGTH))
    assert "Not deciding now" in old
    assert "by analyst" in old
    new = text(client_as("analyst").get("/rulesets/length/1.1.0/"))
    assert "Deciding now" in new
    assert "Not deciding now" not in new
    assert "Other versions length 1.0.0" in new


@pytest.mark.parametrize("name", ["analyst", "label"])
def test_the_number_of_queries_is_constant(
    name: str, tree: Path, client_as: As, django_assert_max_num_queries: Any
) -> None:
    bundle = Bundle.objects.get()
    for number in range(15):
        factories.activation(bundle=bundle, live_from=NOW + timedelta(seconds=number))
    for _ in range(10):
        version = factories.ruleset_version()
        for _ in range(5):
            factories.rule(version=version)
    _matched(30)
    client = client_as(name)
    own = 2 + (name != "analyst")
    with django_assert_max_num_queries(own + 6):
        assert client.get(URL).status_code == 200
    with django_assert_max_num_queries(own + 4):
        assert client.get(LENGTH).status_code == 200
    with django_assert_max_num_queries(own + 1):
        assert client.get(f"{LENGTH}source.yaml").status_code == 200


def test_every_shipped_version_has_its_page(cast: Cast, client_as: As) -> None:
    ruleset_publish(root=trees.SHIPPED, published_by=None, at=NOW)
    client = client_as("label")
    for version in RulesetVersion.objects.select_related("ruleset"):
        page = client.get(f"{URL}{version.ruleset.key}/{version.version}/")
        assert page.content.count(b'<div class="line') == version.source.rstrip().count("\n") + 1
        for rule in version.rules.all():
            assert rule.key in text(page)
    assert Finding.objects.count() == 0
