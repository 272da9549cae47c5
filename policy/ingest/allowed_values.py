"""Values that DDEX allows where a delivery has words: names of allowed value set 9 (2025).

DDEX adds values between versions, so a word that is not here is only a warning and is kept as it
came. The closed sets about AI are in `ern_reading`, roles with a part in the music in `roles`.
"""

from __future__ import annotations

import re
from pathlib import Path

from policy.ingest.roles import FACETS

_FOLDER = Path(__file__).with_name("avs9")


def _words(name: str) -> frozenset[str]:
    return frozenset((_FOLDER / name).read_text(encoding="utf-8").split())


USE_TYPES = _words("use_types.txt")
"""What a deal may allow."""

ROLES = _words("other_roles.txt") | FACETS.keys()
"""Roles of contributors, those of film and print included."""

TERRITORY = re.compile(r"Worldwide|[A-Z]{2}(?:-[A-Z]{2})?|[A-Z]{4}|\d{1,4}")
"""ISO 3166-1 and -2 codes, codes of former countries (ISO 3166-3), and TIS numbers."""
