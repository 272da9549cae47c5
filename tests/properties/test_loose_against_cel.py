"""Careful evaluation and Google's CEL agree about texts whose types nobody checked.

`STAVE_DIFFERENTIAL=100000` tries that many.

What is left out because the two depart where the specification leaves it open, or where Google's
departs from it: conversions between numbers, truth values and lengths of time (`int(true)` is
Google's, `duration(1)` ours), bytes that are no UTF-8 as text, the sign of NaN as text, maps with
the same key twice (refused by Google before evaluation), `transformMap` (Google's evaluator lacks
it), and `substring` up to a place (Google's refuses the end of the text itself).
"""

from __future__ import annotations

import math
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from cel_expr_python import cel
from hypothesis import HealthCheck, given, settings

from policy.engines.rows.values import Duration, Timestamp, TypeName, unkey
from policy.lang.loose import compile_loose
from tests.conformance.evaluating import carefully
from tests.properties.loose_texts import loose_texts

EXAMPLES = int(os.environ.get("STAVE_DIFFERENTIAL", "2000"))
_GOOGLE = cel.NewEnv(
    config=cel.NewEnvConfigFromYaml("extensions: [{name: strings}, {name: two-var-comprehensions}]")
)
_ERROR = "an error"


def _expected(text: str) -> Any:
    value = _GOOGLE.compile(text, disable_check=True).eval(data={})
    return _ERROR if value.type() == cel.Type.ERROR else value.plain_value()


def _plain(value: Any) -> Any:
    """A value of the engine as Google's evaluator hands it out."""
    match value:
        case Exception():
            return _ERROR
        case Timestamp():
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value // 1000)
        case Duration():
            return timedelta(microseconds=value // 1000)
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {_plain(unkey(key)): _plain(item) for key, item in value.items()}
        case _:
            return value


_NAMES = {"null_type": cel.Type.NULL, "type": cel.Type.TYPE}


def _same(one: Any, other: Any) -> bool:
    match one, other:
        case float(), float():
            return one == other or (math.isnan(one) and math.isnan(other))
        case list(), list():
            return len(one) == len(other) and all(map(_same, one, other))
        case dict(), dict():
            return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
        case TypeName(), cel.Type():
            return bool(_NAMES.get(one, cel.Type(str(one))) == other)
        case bool(), _:
            return one is other
    return bool(one == other)


@settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(text=loose_texts())
def test_careful_evaluation_agrees_with_cel(text: str) -> None:
    found = carefully(compile_loose(text, {}, check=False), {})
    assert _same(_plain(found), _expected(text)), text
