"""Reading a page as a person does."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import Any


def words(response: Any) -> str:
    """The words of a page's content, without its markup, single spaced."""
    assert response.status_code == HTTPStatus.OK, response.status_code
    body = response.content.decode().partition("<main")[2].partition("<dialog")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).replace(" ,", ",")


def section(response: Any, heading: str) -> str:
    """The words of the section with that heading, up to the next one."""
    body = response.content.decode()
    found = re.search(rf'<h2 id="{heading}">.*?(?=<h2 |</main>)', body, re.DOTALL)
    assert found, f"no section {heading}"
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found[0]))).replace(" ,", ",")
