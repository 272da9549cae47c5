"""Compares the obligations that a test expects with those that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from policy.lang.deadlines import due
from policy.lang.expectations import ExpectedDuty
from policy.lang.plan import ObligationPlan


def duty_problems(
    expected: Sequence[ExpectedDuty], found: Sequence[ObligationPlan], as_of: str
) -> Iterator[str]:
    """What differs, a sentence each; `as_of` is when deadlines begin, as RFC 3339 text.

    Those that say most choose first, so that a loose one takes no duty that only fits another.
    """
    left = list(found)
    for duty in sorted(expected, key=_said, reverse=True):
        match = next((each for each in left if _fits(duty, each, as_of)), None)
        if match is None:
            yield f"expected the obligation `{_wanted(duty)}`"
        else:
            left.remove(match)
    for each in left:
        yield f"not expected: the obligation `{_found(each, as_of)}`"


def _said(duty: ExpectedDuty) -> int:
    return len(duty.details) + sum(map(bool, (duty.of, duty.within, duty.due)))


def _fits(expected: ExpectedDuty, found: ObligationPlan, as_of: str) -> bool:
    return (
        expected.do == found.do
        and expected.of in ("", found.of)
        and expected.within in ("", found.within)
        and set(expected.details) <= set(found.details)
        and (not expected.due or datetime.fromisoformat(expected.due) == due(as_of, found.within))
    )


def _wanted(duty: ExpectedDuty) -> str:
    return _words(duty.do, duty.of, duty.within, duty.due, duty.details)


def _found(duty: ObligationPlan, as_of: str) -> str:
    moment = due(as_of, duty.within)
    until = moment.isoformat().replace("+00:00", "Z") if moment else ""
    return _words(duty.do, duty.of, duty.within, until, duty.details)


def _words(do: str, of: str, within: str, due: str, details: Sequence[tuple[str, str]]) -> str:
    words = f"{do} of {of}" if of else do
    words += f" within {within}" if within else ""
    words += f" due {due}" if due else ""
    return ", ".join([words, *(f"{name} {value}" for name, value in details)])
