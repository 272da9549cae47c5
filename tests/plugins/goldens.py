"""Goldens: texts that people read, kept as files under `tests/golden/` and reviewed as a diff."""

from pathlib import Path
from typing import Protocol

import pytest

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


class CheckGolden(Protocol):
    """Compare `text` with the golden called `name`, a path under `tests/golden/`."""

    def __call__(self, name: str, text: str) -> None: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that rewrites goldens."""
    parser.getgroup("stave").addoption(
        "--update-goldens", action="store_true", help="rewrite tests/golden from what is produced"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> CheckGolden:
    """Compare a text with its golden, or rewrite the golden under `--update-goldens`."""
    update = request.config.getoption("--update-goldens")

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no golden {name}: look at the text, then run with --update-goldens"
        assert text == path.read_text(encoding="utf-8")

    return check
