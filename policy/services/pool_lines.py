"""The lines of a pool's run: who gets what for which track, and who is told that money waits."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

from policy.accounting.allotment import Allotment
from policy.accounting.earnings import Allotted, Earning
from policy.accounting.money import readable
from policy.models import Notice, PayoutLine, Pool
from policy.services.bulk import copy_rows, insert_rows
from policy.services.ledger_accounts import Named, accounts_open
from policy.services.pool_earnings import Earned, Spool

_COLUMNS = (
    "run_id", "position", "track_id", "party_id", "account_id", "decision_id", "kind", "layer",
    "territory", "basis", "units", "weight", "basis_points", "gross", "deducted", "net", "status",
    "hold",
)  # fmt: skip


OFTEN = 5_000
"""Lines after which it is said that the work goes on."""


def lines_write(
    *,
    run: int,
    currency: str,
    basis: str,
    allotment: Allotment,
    spool: Spool,
    at: datetime,
    alive: Callable[[], None],
) -> int:
    """Write the lines of a run, whose row follows in the same transaction; how many there are."""
    names = [(name, currency) for name, _ in allotment.claims.values()]
    accounts = accounts_open(names=names, at=at)
    counting = _Counting(run, currency, basis, accounts, alive)
    copy_rows(PayoutLine, _COLUMNS, counting.rows(_decided(allotment, spool)))
    return counting.count


def holds_told(*, pool: Pool, allotment: Allotment, at: datetime) -> None:
    """Tell each party once for a pool that money waits, how much and why. One query."""
    waiting: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for (party, hold), (_, amount) in allotment.claims.items():
        if party is not None and hold and amount:
            waiting[party].append((hold, amount))
    insert_rows(
        Notice,
        ("uuid", "key", "kind", "party_id", "text", "sent_at"),
        [
            (
                uuid.uuid4(), _told_once(pool, party), Notice.Kind.PAYOUT_HELD, party,
                _text(pool, holds), at,
            )
            for party, holds in sorted(waiting.items())
        ],
        new=False,
    )  # fmt: skip


class _Counting:
    """Makes rows of lines, and counts them as they are asked for."""

    def __init__(
        self,
        run: int,
        currency: str,
        basis: str,
        accounts: dict[Named, int],
        alive: Callable[[], None],
    ) -> None:
        self._run, self._basis, self._alive = run, basis, alive
        self._accounts = {name: id for (name, _), id in accounts.items()}
        self.count = 0

    def rows(self, lines: Iterator[tuple[Allotted, int]]) -> Iterator[tuple[object, ...]]:
        for position, (line, decision) in enumerate(lines, start=1):
            self.count = position
            if position % OFTEN == 0:
                self._alive()
            yield (
                self._run, position, line.track, line.party, self._accounts[line.account],
                decision, line.kind, line.layer, line.territory, self._basis, line.units,
                line.weight, line.basis_points, line.gross, line.deducted, line.net, line.status,
                line.hold,
            )  # fmt: skip


def _decided(allotment: Allotment, spool: Spool) -> Iterator[tuple[Allotted, int]]:
    """Lines with the decision that each names: that of the earning which was read last."""
    last: list[Earned] = []

    def reading() -> Iterator[Earning]:
        for earned in spool.reading():
            last[:] = [earned]
            yield earned.earning

    for line in allotment.lines(reading()):
        yield line, last[0].decision(line)


def _told_once(pool: Pool, party: int) -> str:
    return hashlib.sha256(f"payout_held\n{pool.uuid}\n{party}".encode()).hexdigest()


def _text(pool: Pool, holds: list[tuple[str, int]]) -> str:
    told = ", ".join(f"{readable(amount, pool.currency)} ({hold})" for hold, amount in holds)
    return f"Of pool {pool.title}, money for you is held: {told}."
