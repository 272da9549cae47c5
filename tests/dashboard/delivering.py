"""What tests of deliveries and rulesets share: a cast under small rules, handing in, reading."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from policy.models import AuditEntry, Delivery
from policy.services.bundles import bundle_activate, bundle_build
from policy.services.rulesets import ruleset_publish
from tests import trees
from tests.cast import Cast, make_cast
from tests.factories import NOW

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "policy" / "samples" / "messages"
FIXTURES = ROOT / "tests" / "fixtures"
URL = "/deliveries/"


def waiting_cast(folder: Path) -> Cast:
    """The cast, and small rules that are live; Northwind's delivery of the song still waits."""
    root = trees.small_tree(folder)
    ruleset_publish(root=root, published_by=None, at=NOW)
    bundle = bundle_build(root=root, at=NOW).bundle
    bundle_activate(bundle=bundle, live_from=NOW, activated_by=None, why="test", at=NOW)
    return make_cast()


def hand_in(client: Client, raw: bytes, name: str = "message.json", **fields: Any) -> Any:
    """Send the form with a file."""
    file = SimpleUploadedFile(name, raw, content_type="application/octet-stream")
    return client.post(URL, {"file": file, **fields})


def text(response: Any) -> str:
    """What a page says, without its marks and with single spaces."""
    body = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(body))


def nothing_was_kept() -> bool:
    """Whether there is only the delivery of the cast, and nobody is said to have delivered."""
    recorded = AuditEntry.objects.filter(action="delivery_record")
    return Delivery.objects.count() == 1 and not recorded.exists()
