"""Proves that pool runs, their lines and payout statements agree with what was posted."""

from __future__ import annotations

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec
from django.db.models import Count, OuterRef, Subquery, Sum

from policy.accounting.accounts import DEDUCTION, HOLD, PAYABLE, PAYOUT, RESERVE
from policy.accounting.earnings import FINE
from policy.accounting.statements import Document, decode, runs_stated
from policy.models import PayoutLine, PayoutStatement, PoolRun, Posting
from policy.services.proofs import Proof, Tally

CHUNK = 10_000
"""Rows that are fetched at a time."""


@dataclass(frozen=True, slots=True)
class _Account:
    """What a run did to an account: its kind, minor units posted, millionths on lines."""

    kind: str
    key: str
    posted: int
    on_lines: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A payout line, with kind and party of its account."""

    gross: int
    deducted: int
    net: int
    status: str
    hold: str
    party: int | None
    kind: str
    owner: int | None


def payouts_prove() -> Iterator[Proof]:
    """The proofs, one promise after the other; two queries a run."""
    yield from _runs()
    yield _lines()
    yield from _statements()


def _runs() -> Iterator[Proof]:
    totals = Tally("pool runs are what was posted for them", "poolrun")
    on_lines = Tally("lines add up to what their account got", "poolrun")
    corrected = Tally("what a run corrects is reversed", "poolrun")
    rows = PoolRun.objects.select_related("corrects__transaction__reversed_by").order_by("pk")
    for run in rows.iterator(chunk_size=CHUNK):
        accounts, lines = _accounts(run)
        totals.look(run.uuid, _wrong_totals(run, accounts))
        on_lines.look(run.uuid, _wrong_lines(run, accounts, lines))
        if run.corrects is not None:
            corrected.look(run.uuid, _not_reversed(run.corrects))
    yield from (totals.proof(), on_lines.proof(), corrected.proof())


def _accounts(run: PoolRun) -> tuple[Mapping[int, _Account], int]:
    """What a run did to each account, and how many lines it has."""
    names: dict[int, tuple[str, str]] = {}
    posted: dict[int, int] = defaultdict(int)
    fine: dict[int, int] = defaultdict(int)
    postings = Posting.objects.filter(transaction=run.transaction_id)
    fields = ("account", "account__kind", "account__key")
    for id, kind, key, amount in postings.values_list(*fields, "amount").iterator(CHUNK):
        names[id] = kind, key
        posted[id] += amount
    count = 0
    summed = PayoutLine.objects.filter(run=run).values_list(*fields).order_by("account")
    for id, kind, key, net, lines in summed.annotate(Sum("net"), Count("pk")).iterator(CHUNK):
        names[id] = kind, key
        fine[id] += net
        count += lines
    return {id: _Account(*name, posted[id], fine[id]) for id, name in names.items()}, count


def _wrong_totals(run: PoolRun, accounts: Mapping[int, _Account]) -> str | None:
    sums: dict[str, int] = defaultdict(int)
    for account in accounts.values():
        sums[account.kind] += account.posted
    shared = {"deducted": DEDUCTION, "paid": PAYABLE, "held": HOLD, "reserved": RESERVE}
    found = {name: sums.pop(kind, 0) for name, kind in shared.items()}
    for name, amount in {"gross": -sum(sums.values()), **found}.items():
        if getattr(run, name) != amount:
            return f"`{name}` is {getattr(run, name)}; its postings make it {amount}"
    return None


def _wrong_lines(run: PoolRun, accounts: Mapping[int, _Account], lines: int) -> str | None:
    if lines != run.lines:
        return f"it has {lines} lines; it should have {run.lines}"
    for _, account in sorted(accounts.items()):
        should = account.posted * FINE
        if account.kind in (PAYABLE, HOLD) and account.on_lines != should:
            name = f"{account.kind}:{account.key}"
            return f"its lines of {name} add up to {account.on_lines}; they should to {should}"
    return None


def _not_reversed(run: PoolRun) -> str | None:
    if run.transaction is None or hasattr(run.transaction, "reversed_by"):
        return None
    return f"it corrects run {run.uuid}, whose postings should be reversed and are not"


def _lines() -> Proof:
    """That every line adds up and says the same as its account."""
    tally = Tally("payout lines add up and lie on an account of their party", "payoutline")
    rows = PayoutLine.objects.order_by("pk").values_list(
        "pk", "gross", "deducted", "net", "status", "hold", "party", "account__kind",
        "account__party",
    )  # fmt: skip
    for id, gross, deducted, net, status, hold, party, kind, owner in rows.iterator(CHUNK):
        line = _Line(gross, deducted, net, status, hold, party, kind, owner)
        tally.look(id, _wrong_line(line))
    return tally.proof()


def _wrong_line(line: _Line) -> str | None:
    if line.gross != line.deducted + line.net:
        return f"its gross is {line.gross}; deducted and net make it {line.deducted + line.net}"
    if (line.status == PayoutLine.Status.HELD) != bool(line.hold):
        return f"it is {line.status} and its reason to hold is `{line.hold}`"
    should = HOLD if line.hold else PAYABLE
    if line.kind != should:
        return f"it is {line.status} and lies on an account `{line.kind}`; it should on `{should}`"
    if line.party != line.owner:
        return f"it is of party {line.party} and its account of party {line.owner}"
    return None


def _statements() -> Iterator[Proof]:
    """That every statement adds up, is the document that was issued, and was paid as it says; and
    that each goes on from the one before."""
    tally = Tally("payout statements add up, as they were issued and paid", "payoutstatement")
    going_on = Tally(
        "payout statements go on, and each pool is told in one period", "payoutstatement"
    )
    story = _Story()
    sent = Posting.objects.filter(
        transaction=OuterRef("payout"), account__kind=PAYOUT, account__party=OuterRef("party")
    )
    rows = PayoutStatement.objects.annotate(
        sent=Subquery(sent.values("amount")[:1]), sent_in=Subquery(sent.values("currency")[:1])
    )
    for row in rows.order_by("pk").iterator(chunk_size=100):
        tally.look(row.uuid, _wrong_statement(row, (row.sent, row.sent_in)))
        going_on.look(row.uuid, story.wrong(row))
    yield from (tally.proof(), going_on.proof())


class _Story:
    """Statements one after the other: what each party's last one closed with, and in which period
    each pool is told."""

    def __init__(self) -> None:
        self._closed: dict[tuple[int, str], int] = defaultdict(int)
        self._told: dict[tuple[str, str], tuple[date, date]] = {}

    def wrong(self, row: PayoutStatement) -> str | None:
        """What does not go on from the statements before."""
        whose = row.party_id, row.currency
        before, self._closed[whose] = self._closed[whose], row.closing
        if row.opening != before:
            return f"it opens with {row.opening}; what the one before closed with is {before}"
        own = row.period_from, row.period_until
        for pool in _pools(row):
            since, until = self._told.setdefault((row.currency, pool), own)
            if (since, until) != own:
                return f"it tells of pool {pool}, which statements of {since} to {until} tell of"
        return None


def _pools(row: PayoutStatement) -> Iterable[str]:
    """The pools that a statement covers; none when its document cannot be read."""
    try:
        return runs_stated(zlib.decompress(row.document))
    except (zlib.error, msgspec.DecodeError):
        return ()


def _wrong_statement(row: PayoutStatement, sent: tuple[int | None, str | None]) -> str | None:
    closing = row.opening + row.earned - row.paid
    if row.closing != closing:
        return f"its closing balance is {row.closing}; its amounts make it {closing}"
    try:
        raw = zlib.decompress(row.document)
        document = decode(raw)
    except (zlib.error, msgspec.DecodeError) as broken:
        return f"its document cannot be read: {broken}"
    digest = hashlib.sha256(raw).hexdigest()
    if digest != row.digest:
        return f"its digest is {row.digest}; over its document it should be {digest}"
    return _otherwise_told(row, document) or _otherwise_paid(document, sent)


def _otherwise_told(row: PayoutStatement, document: Document) -> str | None:
    """What a document says otherwise than its row, or its lines otherwise than its sum."""
    if document.uuid != str(row.uuid):
        return f"its document is that of {document.uuid}"
    for name in ("revision", "currency", "opening", "earned", "held", "paid", "closing"):
        told, kept = getattr(document, name), getattr(row, name)
        if told != kept:
            return f"its `{name}` is {kept}; its document says {told}"
    earned = sum(line.net for line in document.lines if not line.hold)
    if earned != row.earned * FINE:
        return f"its lines add up to {earned}; what is earned makes it {row.earned * FINE}"
    return None


def _otherwise_paid(document: Document, sent: tuple[int | None, str | None]) -> str | None:
    """What was sent otherwise than a document says; nothing is (None, None)."""
    payout = document.payout
    told = (payout.amount, payout.currency) if payout else (None, None)
    if told == sent:
        return None
    return f"{_sum(*sent)} was paid for it; its document says {_sum(*told)}"


def _sum(amount: int | None, currency: str | None) -> str:
    return "nothing" if amount is None else f"{amount} {currency}"
