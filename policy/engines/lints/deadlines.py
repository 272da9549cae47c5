"""Duties of others without a deadline, and deadlines for somebody who need not be there."""

from __future__ import annotations

from collections.abc import Iterator

from policy.engines.coverage.goals import both, negation
from policy.engines.lints.looked import Looked
from policy.engines.solver import Found
from policy.lang.diagnostics import Diagnostic, quoted
from policy.lang.plan import ObligationPlan, RulePlan
from policy.lang.source import Span
from policy.lang.tree import Fact, Has

SERVICE = "service"
AWAITED = frozenset(
    {
        "charge_penalty",
        "notify",
        "request_attribution",
        "request_consent",
        "request_correction",
        "request_disclosure",
        "request_evidence",
        "supply_shares",
    }
)
"""Duties that wait for somebody outside: an answer, a document, a payment, an objection."""

LICENSEE = "licensee"
USE = "use"
"""The fact of a subject without which there is no licensee."""


def deadlines(looked: Looked) -> Iterator[Diagnostic]:
    """Obligations whose party and deadline do not fit together."""
    for rule in looked.plan.rules:
        for duty in rule.obligations:
            if duty.of != SERVICE and duty.do in AWAITED and not duty.within:
                yield _without_deadline(looked, duty)
            elif duty.of == LICENSEE and duty.within:
                yield from _without_party(looked, rule, duty)


def _without_deadline(looked: Looked, duty: ObligationPlan) -> Diagnostic:
    message = f"{quoted(duty.do)} of {quoted(duty.of)} has no deadline"
    help = "say until when it must be done, such as `within: P14D`"
    return looked.warn("missing-deadline", message, duty.span, help)


def _without_party(looked: Looked, rule: RulePlan, duty: ObligationPlan) -> Iterator[Diagnostic]:
    """Every other party is there for every subject, though it may have no name yet."""
    use = _use(looked, duty.span)
    found = looked.answer(both([rule.when, negation(use)])) if use else None
    if isinstance(found, Found):
        message = f"the deadline `{duty.within}` binds nobody where there is no licensee"
        ask = f"ask for `has({looked.plan.subject}.{USE})`, or name another party"
        help = f"{ask}\nthe rule matches with {looked.facts(found)}"
        yield looked.warn("deadline-without-party", message, duty.span, help)


def _use(looked: Looked, span: Span) -> Has | None:
    """`has(track.use)`; None where a subject has no uses."""
    path = (looked.plan.subject, USE)
    field = looked.setting.schema.resolve(path)
    if field is None or not field.optional:
        return None
    return Has(type="bool", span=span, target=Fact(type=field.type, span=span, path=path))
