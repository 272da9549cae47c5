"""Plans without the places of their parts, which a layout may change."""

from __future__ import annotations

from typing import Any

import msgspec

from policy.lang.plan import Plan
from policy.lang.source import Span

NOWHERE = Span(0, 0, 0, 0)


def without_places(plan: Plan) -> Plan:
    """The same plan as if all of it stood in one place of a file without a name."""
    return msgspec.convert(_placeless(msgspec.to_builtins(plan)), Plan)


def _placeless(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _placeless(inner) for key, inner in value.items()}
        spans = {key: list(msgspec.to_builtins(NOWHERE)) for key in kept if "span" in key}
        return {**kept, **spans, **({"source_digest": ""} if "source_digest" in kept else {})}
    return [_placeless(inner) for inner in value] if isinstance(value, list | tuple) else value
