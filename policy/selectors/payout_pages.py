"""Payout statements as pages and files, and what a party earned, and what of it waits and why.

Only the party and staff read them. A statement's page and files come from the document as it was
issued; sums of the present come from the current runs of the pools.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from policy.accounting.statements import FORMATS, Document, Line, decode, file_name, write
from policy.accounting.statements.writing import Format
from policy.models import (
    Dispute,
    Notice,
    Party,
    PayoutLine,
    PayoutStatement,
    PayoutTerms,
    Transaction,
)
from policy.selectors.decision_search import Place
from policy.selectors.keyset import Page, keyset_page
from policy.selectors.party_uses import PartyUses, uses_of_party
from policy.selectors.people import Named
from policy.selectors.visibility import User, parties_of, payout_statements_visible_to, sight_of

LINES = 200
"""Lines of a payout statement that its page lists; the files have all of them."""

SHOWN = 20
"""Disputes and notices that a party's page lists, the newest ones."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A payout statement in a list; amounts are minor units."""

    uuid: UUID
    party: Named
    currency: str
    period_from: date
    period_until: date
    revision: int
    opening: int
    earned: int
    held: int
    paid: int
    closing: int
    corrected: bool
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A payout statement. `lines` are its first ones; `more` are in the files only."""

    row: StatementRow
    document: Document
    lines: tuple[Line, ...]
    more: int
    corrects: UUID | None
    corrected_by: UUID | None
    transaction: UUID | None
    digest: str


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A payout statement in a format, the same bytes on any day."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Earned:
    """What a party got, or does not get yet, of pools of one licensee, kind and currency.

    `net` is millionths of the currency's minor unit. `hold` is why it waits, empty when payable.
    """

    licensee: str
    kind: str
    territory: str
    currency: str
    hold: str
    lines: int
    net: int


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute that a party opened or that is about a track of its. `party` is who opened it, None
    when that is another party, which only staff are told."""

    uuid: UUID
    track: UUID
    title: str
    party: Named | None
    kind_words: str
    layer: str
    territory: str
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    outcome_words: str


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A notice to a party."""

    kind_words: str
    text: str
    usage: UUID | None
    due_at: datetime | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class PartyMoney:
    """What was used of a party's works, what it earned, its statements, disputes and notices.

    `paid_in` is the currency that it is paid in, empty when that is whatever it earns.
    """

    party: Named
    paid_in: str
    uses: PartyUses
    earned: tuple[Earned, ...]
    held: tuple[Earned, ...]
    statements: tuple[StatementRow, ...]
    disputes: tuple[DisputeRow, ...]
    notices: tuple[ToldRow, ...]


MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "dsr": "text/tab-separated-values; charset=utf-8",
}


def list_statements(
    user: User, party: UUID | None, place: Place, *, size: int
) -> Page[StatementRow]:
    """The payout statements that the login may see, newest first; one query beside its own."""
    rows = payout_statements_visible_to(user)
    if party:
        rows = rows.filter(party__uuid=party)
    return keyset_page(_light(rows), place, size=size).map(_statement)


def get_statement_page(user: User, uuid: UUID) -> StatementPage | None:
    """One payout statement, None when the login sees none such; two queries."""
    shown = ("corrects", "payout")
    found = _light(payout_statements_visible_to(user)).select_related(*shown)
    row = found.filter(uuid=uuid).first()
    if row is None:
        return None
    document = _document(row)
    later: PayoutStatement | None = getattr(row, "corrected_by", None)
    payout: Transaction | None = row.payout
    return StatementPage(
        row=_statement(row),
        document=document,
        lines=document.lines[:LINES],
        more=max(0, len(document.lines) - LINES),
        corrects=row.corrects.uuid if row.corrects else None,
        corrected_by=later.uuid if later else None,
        transaction=payout.uuid if payout else None,
        digest=row.digest,
    )


def get_statement_file(user: User, uuid: UUID, format: Format) -> StatementFile | None:
    """One payout statement as a file, None when the login sees none such; one query."""
    assert format in FORMATS
    row = payout_statements_visible_to(user).filter(uuid=uuid).first()
    if row is None:
        return None
    document = _document(row)
    return StatementFile(file_name(document, format), MEDIA_TYPES[format], write(document, format))


def get_party_money(user: User, uuid: UUID) -> PartyMoney | None:
    """The money of a party, None when it is not the login's to see; seven queries."""
    party = parties_of(user).filter(uuid=uuid).first()
    if party is None:
        return None
    sums = tuple(_sums(party))
    terms = PayoutTerms.objects.filter(party=party).first()
    statements = _light(PayoutStatement.objects.filter(party=party)).order_by("-pk")[:SHOWN]
    return PartyMoney(
        party=Named(party.uuid, party.name),
        paid_in=terms.currency if terms else "",
        uses=uses_of_party(party),
        earned=tuple(row for row in sums if not row.hold),
        held=tuple(row for row in sums if row.hold),
        statements=tuple(map(_statement, statements)),
        disputes=tuple(_disputes(user, party)),
        notices=tuple(_notices(party)),
    )


def _light(rows: QuerySet[PayoutStatement]) -> QuerySet[PayoutStatement]:
    return rows.select_related("party", "corrected_by").defer("corrected_by__document")


def _statement(row: PayoutStatement) -> StatementRow:
    return StatementRow(
        uuid=row.uuid,
        party=Named(row.party.uuid, row.party.name),
        currency=row.currency,
        period_from=row.period_from,
        period_until=row.period_until,
        revision=row.revision,
        opening=row.opening,
        earned=row.earned,
        held=row.held,
        paid=row.paid,
        closing=row.closing,
        corrected=getattr(row, "corrected_by", None) is not None,
        issued_at=row.issued_at,
    )


def _document(row: PayoutStatement) -> Document:
    return decode(zlib.decompress(row.document))


def _sums(party: Party) -> Iterable[Earned]:
    """What the current runs say, the most first."""
    rows = PayoutLine.objects.filter(party=party, run__corrected_by=None).order_by()
    columns = ("run__pool__licensee__name", "kind", "territory", "run__pool__currency", "hold")
    sums = rows.values_list(*columns).annotate(number=Count("pk"), sum=Sum("net"))
    for licensee, kind, territory, currency, hold, number, net in sums.order_by("-sum"):
        yield Earned(licensee, kind, territory, currency, hold, number, int(net))


def _disputes(user: User, party: Party) -> Iterable[DisputeRow]:
    sight = sight_of(user)
    rows = Dispute.objects.filter(track__involvements__party=party) | Dispute.objects.filter(
        party=party
    )
    found = rows.select_related("track", "party").order_by("-pk").distinct()[:SHOWN]
    return (
        DisputeRow(
            uuid=row.uuid,
            track=row.track.uuid,
            title=row.track.title,
            party=Named(row.party.uuid, row.party.name)
            if sight.everything or row.party_id in sight.parties
            else None,
            kind_words=row.get_kind_display(),
            layer=row.layer,
            territory=row.territory,
            opened_at=row.opened_at,
            answered_at=row.answered_at,
            closed_at=row.closed_at,
            outcome_words=row.get_outcome_display(),
        )
        for row in found
    )


def _notices(party: Party) -> Iterable[ToldRow]:
    rows = Notice.objects.filter(party=party).select_related("usage").order_by("-pk")[:SHOWN]
    return (
        ToldRow(
            kind_words=row.get_kind_display(),
            text=row.text,
            usage=row.usage.uuid if row.usage else None,
            due_at=row.due_at,
            sent_at=row.sent_at,
        )
        for row in rows
    )
