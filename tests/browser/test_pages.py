"""The pages in a real browser: keys, pane, filters, narrow screens, themes, no script at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from policy.models import PayoutStatement, Pool, Transaction, Usage
from policy.services.evaluation import evaluate_pending
from tests.browser.conftest import Tab
from tests.cast import PASSWORD, Cast
from tests.factories import NOW

pytestmark = pytest.mark.browser

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


def _addresses(cast: Cast) -> list[str]:
    """One address of every kind of page."""
    decision = cast.song.decisions.order_by("pk")[0]
    return [
        "/decisions/",
        "/decisions/?q=nothing-there",
        "/decisions/filter/",
        reverse("decision-detail", args=[decision.uuid]),
        reverse("decision-detail", args=[cast.rival.decisions.order_by("pk")[0].uuid]),
        "/tracks/",
        reverse("track-detail", args=[cast.song.uuid]),
        "/parties/",
        reverse("party-detail", args=[cast.halcyon.uuid]),
        "/deliveries/",
        reverse("delivery-detail", args=[cast.delivery.uuid]),
        "/rulesets/",
        reverse("ruleset-version", args=["labelling", "1.0.0"]),
        "/me/",
        "/nothing-here/",
        *_money_addresses(cast),
    ]


def _money_addresses(cast: Cast) -> list[str]:
    """One address of every page of consents, uses and money."""
    return [
        reverse("party-money", args=[cast.halcyon.uuid]),
        reverse("party-money", args=[cast.writer.uuid]),
        reverse("party-consents", args=[cast.halcyon.uuid]),
        reverse("consent-new", args=[cast.halcyon.uuid]),
        reverse("consent-detail", args=[cast.halcyon.consents.order_by("pk")[0].uuid]),
        reverse("consent-withdraw", args=[cast.halcyon.consents.order_by("pk")[0].uuid]),
        "/usages/",
        "/usages/?kind=remix",
        reverse("usage-detail", args=[Usage.objects.get(reference="run-7").uuid]),
        reverse("usage-detail", args=[Usage.objects.get(reference="song-31").uuid]),
        "/pools/",
        reverse("pool-detail", args=[Pool.objects.get().uuid]),
        "/payout-statements/",
        reverse("payout-detail", args=[PayoutStatement.objects.get().uuid]),
        "/ledger/",
        "/ledger/transactions/",
        reverse("ledger-account", args=[cast.halcyon.ledger_accounts.get().uuid]),
        reverse("ledger-transaction", args=[Transaction.objects.order_by("pk")[0].uuid]),
    ]


def _is_expected(complaint: str) -> bool:
    """Chromium says of every 404 that it is one."""
    return "404" in complaint


def test_signing_in_by_keyboard(cast: Cast, tab: Tab) -> None:
    tab.open()

    def steps(page: Page) -> None:
        page.goto("/decisions/?effect=withhold")
        expect(page.get_by_label("User name")).to_be_focused()
        page.keyboard.type("analyst")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/decisions/\?effect=withhold$"))
        expect(page.get_by_role("heading", name="Decisions", level=1)).to_be_visible()

    tab.run(steps)


def test_rows_are_walked_by_keys_and_read_beside_the_list(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"])

    def steps(page: Page) -> None:
        page.goto("/decisions/")
        pane, rows = page.locator("#pane"), page.locator("[data-row]")
        expect(pane.get_by_role("heading", level=2).first).to_have_text("Filler 59")
        page.keyboard.press("j")
        expect(pane).to_contain_text("Filler 58")
        expect(rows.nth(1)).to_have_attribute("aria-current", "true")
        expect(rows.nth(0)).not_to_have_attribute("aria-current", "true")
        page.keyboard.press("k")
        expect(pane).to_contain_text("Filler 59")
        expect(page).to_have_url(re.compile("open="))
        page.reload()
        expect(pane).to_contain_text("Filler 59")
        page.keyboard.press("j")
        expect(pane).to_contain_text("Filler 58")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/decisions/[0-9a-f-]{36}/$"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Filler 58")

    tab.run(steps)


def test_a_click_opens_the_pane_and_back_goes_back(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"])

    def steps(page: Page) -> None:
        page.goto("/decisions/?deliverer=northwind")
        pane = page.locator("#pane")
        expect(pane).to_contain_text("Filler 59")
        page.get_by_role("link", name="Filler 57").click()
        expect(pane).to_contain_text("Filler 57")
        expect(page).to_have_url(re.compile(r"\?deliverer=northwind&open="))
        page.go_back()
        expect(page).to_have_url(re.compile(r"\?deliverer=northwind$"))
        expect(pane).to_contain_text("Filler 59")

    tab.run(steps)


def test_the_pane_shows_the_deciding_lines(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"])

    def steps(page: Page) -> None:
        page.goto("/decisions/?effect=withhold")
        pane = page.locator("#pane")
        expect(pane.locator(".verdict")).to_contain_text("Withheld everywhere")
        expect(pane.locator(".note").first).to_contain_text("true")
        expect(pane.locator(".c-true").first).to_be_visible()

    tab.run(steps)


def test_search_filters_and_chips(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"])

    def steps(page: Page) -> None:
        page.goto("/decisions/")
        page.keyboard.press("/")
        expect(page.get_by_label("Search decisions")).to_be_focused()
        page.keyboard.type("lantern")
        page.keyboard.press("Enter")
        expect(page.locator("[data-row]")).to_have_count(1)
        page.get_by_role("link", name="Filter", exact=True).click()
        dialog = page.locator("dialog#filters")
        expect(dialog).to_be_visible()
        dialog.get_by_label("Party").press_sequentially("hal")
        expect(dialog.get_by_label("Halcyon Records")).to_be_checked()
        dialog.get_by_role("button", name="Show decisions").click()
        expect(page.locator(".chip")).to_have_count(2)
        expect(page).to_have_url(re.compile(r"/decisions/\?q=lantern&party=[0-9a-f-]+$"))
        page.get_by_role("link", name="Remove the filter Search lantern").click()
        expect(page.locator(".chip")).to_have_count(1)
        page.get_by_role("link", name="Withhold 1").click()
        expect(page.locator("[data-row]")).to_have_count(1)

    tab.run(steps)


def test_pages_are_turned_by_keys(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"])

    def steps(page: Page) -> None:
        page.goto("/decisions/")
        expect(page.locator("[data-row]")).to_have_count(50)
        page.keyboard.press("n")
        expect(page.locator("[data-row]")).to_have_count(12)
        page.keyboard.press("p")
        expect(page.locator("[data-row]")).to_have_count(50)
        page.keyboard.press("g")
        page.keyboard.press("t")
        expect(page).to_have_url(re.compile("/tracks/$"))

    tab.run(steps)


def test_the_keys_are_told_and_the_content_is_one_step_away(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"])

    def steps(page: Page) -> None:
        page.goto("/tracks/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("?")
        keys = page.get_by_role("dialog", name="Keys")
        expect(keys).to_be_visible()
        page.keyboard.press("Escape")
        expect(keys).to_be_hidden()

    tab.run(steps)


def test_on_a_narrow_screen_a_row_leads_to_its_page(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"], width=390, has_touch=True)

    def steps(page: Page) -> None:
        page.goto("/decisions/?effect=withhold")
        expect(page.locator("#pane")).to_be_hidden()
        page.get_by_role("link", name="Lantern Song").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Lantern Song")
        expect(page).to_have_url(re.compile(r"/decisions/[0-9a-f-]{36}/$"))

    tab.run(steps)


def test_nothing_sticks_out_of_a_narrow_screen(cast: Cast, tab: Tab) -> None:
    addresses = _addresses(cast)
    tab.open(cast["analyst"], width=390)

    def steps(page: Page) -> dict[str, int]:
        found = {}
        for address in addresses:
            page.goto(address)
            page.wait_for_load_state("networkidle")
            found[address] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return found

    assert {address: width for address, width in tab.run(steps).items() if width > 0} == {}
    tab.complaints = [each for each in tab.complaints if not _is_expected(each)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_on_every_page(theme: str, cast: Cast, tab: Tab) -> None:
    addresses = _addresses(cast)
    tab.open(cast["analyst"], color_scheme=theme)

    def steps(page: Page) -> dict[str, list[str]]:
        found = {}
        for address in addresses:
            page.goto(address)
            page.wait_for_load_state("networkidle")
            found[address] = page.evaluate(CONTRAST)
        return found

    assert {address: weak for address, weak in tab.run(steps).items() if weak} == {}
    tab.complaints = [each for each in tab.complaints if not _is_expected(each)]


def test_a_theme_that_is_chosen_stays(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"], color_scheme="light")

    def steps(page: Page) -> tuple[str, str]:
        def canvas() -> str:
            return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

        page.goto("/tracks/?q=lantern")
        light = canvas()
        page.get_by_role("button", name="Theme: dark").click()
        expect(page).to_have_url(re.compile(r"/tracks/\?q=lantern$"))
        expect(page.get_by_role("button", name="Theme: dark")).to_have_attribute(
            "aria-pressed", "true"
        )
        page.goto("/decisions/")
        return light, canvas()

    light, dark = tab.run(steps)
    assert light != dark


def test_everything_works_without_script(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"], java_script_enabled=False)

    def steps(page: Page) -> None:
        page.goto("/decisions/?effect=withhold")
        page.get_by_role("link", name="Lantern Song").click()
        expect(page.locator(".verdict")).to_contain_text("Withheld everywhere")
        page.goto("/decisions/")
        page.get_by_role("link", name="Filter", exact=True).click()
        page.get_by_label("Party").fill("hal")
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_label("Halcyon Records")).to_be_checked()
        page.get_by_role("button", name="Show decisions").click()
        expect(page.locator("[data-row]")).to_have_count(1)
        page.get_by_label("Search decisions").fill("nothing")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="No decision matches")).to_be_visible()

    tab.run(steps)


def test_a_delivery_is_followed_until_it_is_decided(cast: Cast, tab: Tab) -> None:
    address = reverse("delivery-detail", args=[cast.delivery.uuid])
    cast.delivery.requests.update(state="queued", decision=None)
    tab.open(cast["distributor"])
    tab.run(lambda page: page.goto(address))
    tab.run(lambda page: expect(page.locator("main")).to_contain_text("Waiting"))
    evaluate_pending(now=NOW)
    tab.run(lambda page: expect(page.locator("main")).not_to_contain_text("Waiting"))


def test_a_pane_that_cannot_be_loaded_says_so(cast: Cast, tab: Tab) -> None:
    tab.open(cast["analyst"])

    def steps(page: Page) -> None:
        page.goto("/decisions/?open=00000000-0000-4000-8000-000000000000")
        expect(page.locator("#pane")).to_contain_text("not there, or not yours")

    tab.run(steps)
    assert any(map(_is_expected, tab.complaints))
    tab.complaints = [each for each in tab.complaints if not _is_expected(each)]
