"""What a payout statement says. Canonical JSON: equal statements have equal bytes.

Amounts of a line are millionths of the currency's minor unit, all others are minor units. The
currency's digits stand in the document, so that it is written the same whatever a table says later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

Status: TypeAlias = Literal["payable", "held", "reversed"]


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody by name, with the UUID here and the DDEX party id where there are such."""

    name: str
    uuid: str = ""
    dpid: str = ""


@dataclass(frozen=True, slots=True)
class RunStated:
    """That the lines of a pool's run, by its number, are in the statement or the ones before."""

    pool: str
    run: int


@dataclass(frozen=True, slots=True)
class Line:
    """What the party gets for one track, layer and territory; what it lost, when it is reversed.

    `reference` names the line in all statements (pool, run, position); `corrects` is the reference
    of the line that a reversed one takes back. `weight` is the track's part by the `basis`; `share`
    the party's basis points, None when unknown. `hold` says why a held line waits, or did before it
    was reversed; `rule` is the rule that it follows from, `decision` the UUID of the evaluation.
    """

    reference: str
    corrects: str
    status: Status
    track: str
    isrc: str
    iswc: str
    title: str
    artist: str
    kind: str
    licensee: str
    model: str
    model_version: str
    pool: str
    layer: str
    territory: str
    basis: str
    units: int
    weight: int
    share: int | None
    gross: int
    deducted: int
    net: int
    hold: str
    decision: str
    rule: str


@dataclass(frozen=True, slots=True)
class Payout:
    """What was sent: `amount` minor units of a currency that has `digits`.

    In another currency than the statement's, one unit of the statement's is `numerator` /
    `denominator` of it, by `source` on `date`.
    """

    transaction: str
    currency: str
    digits: int
    amount: int
    numerator: int = 1
    denominator: int = 1
    source: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A payout statement. The period is from a day to an exclusive day; dates are ISO 8601.

    `closing` = `opening` + `earned` - `paid`. `held` is what waits of the period's pools as of now;
    a revision's lines are the difference only. A balance below `threshold` is carried forward: that
    is in minor units of the currency in which the party is paid.
    """

    uuid: str
    revision: int
    corrects: str
    issued_at: str
    sender: Name
    party: Name
    currency: str
    digits: int
    period_from: str
    period_until: str
    opening: int
    earned: int
    held: int
    paid: int
    closing: int
    threshold: int
    payout: Payout | None
    runs: tuple[RunStated, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Stated:
    """The part of a document that tells which runs it covers; the rest is skipped in reading."""

    runs: tuple[RunStated, ...]


_documents = msgspec.json.Decoder(Document)
_stated = msgspec.json.Decoder(_Stated)
_encoder = msgspec.json.Encoder(order="deterministic")


def encode(document: Document) -> bytes:
    """Canonical JSON."""
    return _encoder.encode(document)


def decode(raw: bytes) -> Document:
    """The inverse of `encode`. Raises msgspec.DecodeError for what is no document."""
    return _documents.decode(raw)


def runs_stated(raw: bytes) -> dict[str, int]:
    """The number of the run that a document covers, by its pool's key."""
    return {each.pool: each.run for each in _stated.decode(raw).runs}
