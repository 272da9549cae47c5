"""A real browser on a running server. Its steps run in a thread of their own: Playwright keeps an
event loop in its thread, in which Django would refuse every query of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.cast import Cast
from tests.dashboard.world import decided_cast
from tests.uses import make_uses

Result = TypeVar("Result")

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 10_000
"""Milliseconds that a step waits for what it wants to see."""


class Tab:
    """One tab of a browser in a thread of its own, and everything that it complained about."""

    def __init__(self, thread: ThreadPoolExecutor, browser: Browser, address: str) -> None:
        self._thread = thread
        self._browser = browser
        self._address = address
        self._page: Page | None = None
        self.complaints: list[str] = []

    def open(self, user: Any = None, *, width: int = 1440, **options: Any) -> None:
        """Begin anew in a window of that width, signed in as `user`; see `new_context` for more."""
        cookies = []
        if user is not None:
            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self._address}
            cookies.append(cookie)
        self._thread.submit(self._begin, cookies, width, options).result()

    def _begin(self, cookies: list[Any], width: int, options: dict[str, Any]) -> None:
        context = self._browser.new_context(
            base_url=self._address, viewport={"width": width, "height": 900}, **options
        )
        context.set_default_timeout(PATIENCE)
        context.add_cookies(cookies)
        self._page = context.new_page()
        self._page.on("console", self._heard)
        self._page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def run(self, steps: Callable[[Page], Result]) -> Result:
        """Do the steps on the page and return what they return."""
        assert self._page is not None, "open a window first"
        return self._thread.submit(steps, self._page).result()


@pytest.fixture(scope="session")
def chromium_browser(chromium: str) -> Iterator[tuple[ThreadPoolExecutor, Browser]]:
    """Chromium, started once, with the thread that alone may talk to it."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        playwright: Playwright = thread.submit(lambda: sync_playwright().start()).result()
        launch = playwright.chromium.launch
        browser = thread.submit(launch, executable_path=chromium, args=FLAGS).result()
        yield thread, browser
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()


@pytest.fixture
def tab(
    chromium_browser: tuple[ThreadPoolExecutor, Browser], live_server: LiveServer
) -> Iterator[Tab]:
    """A tab; at the end of the test it must not have complained, least of all about the policy."""
    thread, browser = chromium_browser
    made = Tab(thread, browser, live_server.url)
    yield made
    for context in browser.contexts:
        thread.submit(context.close).result()
    assert made.complaints == []


@pytest.fixture
def cast(transactional_db: None, tmp_path: Path) -> Cast:
    """The cast with its works decided, and enough other decisions for several pages."""
    cache.clear()
    made = decided_cast(tmp_path)
    bundle = made.song.decisions.get().bundle
    for number in range(60):
        track = factories.track(release=made.song.release, title=f"Filler {number}")
        factories.decision(track=track, bundle=bundle)
    make_uses(made)
    return made
