"""What the tests of the readers share: the own messages, and how to read or refuse one."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.ingest.delivery import Delivery
from policy.ingest.reader import read_delivery
from policy.ingest.refusals import MessageRefused

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "ern"
MESSAGES = Path(__file__).resolve().parents[2] / "policy" / "samples" / "messages"


def read(path: Path) -> Delivery:
    """Read a file that must be taken."""
    return read_delivery(path.read_bytes(), path=path.name)


def fixture(name: str) -> Delivery:
    """Read one of the own messages in `tests/fixtures/ern`."""
    return read(FIXTURES / name)


def refusal(raw: bytes | str, path: str = "message.xml") -> MessageRefused:
    """Read a text that must be refused, and return why."""
    with pytest.raises(MessageRefused) as refused:
        read_delivery(raw.encode() if isinstance(raw, str) else raw, path=path)
    return refused.value


def codes(raw: bytes | str) -> list[str]:
    """The codes of all mistakes in a text that must be refused."""
    return [found.code for found in refusal(raw).problems]


def warned(delivery: Delivery) -> list[str]:
    """The codes of its warnings."""
    return [warning.code for warning in delivery.warnings]
