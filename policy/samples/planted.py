"""Planted cases: for every rule that Stave ships, deliveries of which it is known what it must say.

Each case starts from an ordinary delivery and changes one thing. Cases in which a rule must stay
silent stand beside those in which it must speak.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from policy.samples import cases_compensation, cases_consent, cases_duplicates, cases_labelling
from policy.samples.making import SENDERS, Maker
from policy.samples.staging import Case, Plan, Stage

CASES: dict[str, tuple[Case, ...]] = {
    "labelling": cases_labelling.CASES,
    "consent": cases_consent.CASES,
    "duplicates": cases_duplicates.CASES,
    "compensation": cases_compensation.CASES,
}
"""By ruleset."""


def plans(make: Maker, until: datetime) -> Iterator[tuple[str, Plan]]:
    """Every case with the ruleset it is for; the newcomer's flood comes last."""
    cases = [(ruleset, case) for ruleset, found in CASES.items() for case in found]
    for number, (ruleset, case) in enumerate(cases):
        at = until - timedelta(days=12 + len(cases) - number, hours=make.rng.randint(0, 20))
        for plan in case(Stage(make, SENDERS[number % len(SENDERS)], at)):
            yield ruleset, plan
    for plan in cases_duplicates.flood(make, until):
        yield "duplicates", plan
