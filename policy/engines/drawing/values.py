"""Values in few words, for the narrow room below a condition."""

from __future__ import annotations

import json
from typing import Any

from policy.engines.rows.numbers import text_of_double
from policy.engines.rows.times import format_duration, format_timestamp
from policy.engines.rows.values import Duration, Timestamp, kind_of

LONGEST = 32
"""Code points of a value; a longer one is cut."""


def shown(value: Any) -> str:
    """A value as it would be written in a rule, cut when long; empty for a record."""
    text = _text(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Timestamp():
            return format_timestamp(value)
        case Duration():
            return format_duration(value)
        case int():
            return str(value)
        case float():
            return text_of_double(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list() if any(kind_of(item) == "record" for item in value):
            return "1 item" if len(value) == 1 else f"{len(value)} items"
        case list():
            return f"[{', '.join(map(_text, value))}]"
        case None:
            return "null"
    return ""
