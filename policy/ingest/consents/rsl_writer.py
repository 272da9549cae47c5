"""Really Simple Licensing 1.0: writing. A `license` for each offer, and one for what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lxml import etree

from policy.ingest.consents.rsl import NAMESPACE, PAYMENTS
from policy.ingest.consents.sayable import Ability, Answer, sayable
from policy.ingest.consents.statements import FileStatement, FileWarning, Written
from policy.ingest.safe_xml import Element

_PRICE = re.compile(
    r"(?P<type>[a-z]+)(?: (?P<amount>\d+(?:\.\d+)?)(?: (?P<currency>[A-Z]{3}))?)?"
    r"(?:; (?P<link>.+))?"
)
_ABILITY = Ability("rsl", territories=True, conditions=("payment", "credit"))


def write_rsl(statements: Iterable[FileStatement]) -> Written:
    """The document, the widest location first."""
    plain, refused = _without_partial_refusals(list(statements))
    by_location, warnings = sayable(plain, _ABILITY)
    root = etree.fromstring(f'<rsl xmlns="{NAMESPACE}"/>')
    for location, answers in by_location.items():
        content = etree.SubElement(root, _named("content"), url=location or "/")
        for group in _offers(answers):
            _licence(content, group)
    etree.indent(root)
    return Written(etree.tostring(root, encoding="unicode") + "\n", (*warnings, *refused))


def _without_partial_refusals(
    statements: list[FileStatement],
) -> tuple[list[FileStatement], tuple[FileWarning, ...]]:
    """Statements that RSL has room for: a refusal for some territories stands beside a grant for
    the others, or is told as one for all."""
    kept, widened = [], 0
    for one in statements:
        limited = one.decision != "granted" and (one.territories or one.excluded)
        if limited and any(_leaves_out(other, one) for other in statements):
            continue
        widened += 1 if limited else 0
        kept.append(replace(one, territories=(), excluded=()) if limited else one)
    message = f"refusals for some territories: they are told as refusals everywhere ({widened:,})"
    return kept, ((FileWarning("cannot-say", message),) if widened else ())


def _leaves_out(grant: FileStatement, refusal: FileStatement) -> bool:
    """Whether a grant's excluded territories are told as prohibited, and so say the refusal."""
    same = (grant.location, grant.use) == (refusal.location, refusal.use)
    where = bool(refusal.territories) and set(refusal.territories) <= set(grant.excluded)
    return same and where and grant.decision == "granted"


def _offers(answers: Sequence[Answer]) -> Iterator[list[Answer]]:
    """Answers that share all but their word."""
    groups: dict[object, list[Answer]] = {}
    for one in answers:
        groups.setdefault(replace(one, word="", terms=one.terms), []).append(one)
    yield from groups.values()


def _licence(content: Element, group: Sequence[Answer]) -> None:
    first = group[0]
    licence = etree.SubElement(content, _named("license"))
    verb = "permits" if first.decision == "granted" else "prohibits"
    _limit(licence, verb, "usage", [one.word for one in group])
    if first.decision == "granted":
        _limit(licence, "permits", "geo", first.territories)
        _limit(licence, "prohibits", "geo", first.excluded)
        _payment(licence, first)


def _limit(licence: Element, verb: str, kind: str, words: Sequence[str]) -> None:
    if words:
        etree.SubElement(licence, _named(verb), type=kind).text = " ".join(words)


def _payment(licence: Element, answer: Answer) -> None:
    """What a grant asks for. A payment whose terms name no type is a licence to be bought."""
    if answer.condition == "none":
        _link(etree.SubElement(licence, _named("payment"), type="free"), answer.terms)
    elif answer.condition == "credit":
        _link(etree.SubElement(licence, _named("payment"), type="attribution"), answer.terms)
    else:
        price = _PRICE.fullmatch(answer.terms)
        known = price is not None and PAYMENTS.get(price["type"]) == "payment"
        kind = price["type"] if price and known else "purchase"
        payment = etree.SubElement(licence, _named("payment"), type=kind)
        if price and known and price["amount"]:
            currency = {"currency": price["currency"]} if price["currency"] else {}
            etree.SubElement(payment, _named("amount"), currency).text = price["amount"]
        _link(payment, (price["link"] or "") if price and known else answer.terms)


def _link(payment: Element, terms: str) -> None:
    if terms:
        etree.SubElement(payment, _named("custom")).text = terms


def _named(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
