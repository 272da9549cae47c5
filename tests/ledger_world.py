"""A small ledger: a pool that was shared out, corrected and told in a payout statement."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from policy.accounting.accounts import LICENSEE, AccountName
from policy.accounting.allotment import Allotment, Sums, allot
from policy.accounting.earnings import Allotted, Earning, LayerEarning
from policy.models import (
    Bundle,
    Party,
    PayoutLine,
    PayoutStatement,
    Pool,
    PoolRun,
    Track,
    Transaction,
    UsageDecision,
)
from policy.services.ledger import transaction_post, transaction_reverse
from policy.services.ledger_accounts import accounts_open
from tests import factories
from tests.factories import NOW

DAY = date(2026, 11, 30)
WORD = "training"


@dataclass
class World:
    """Two tracks, Ana's and one that Ana and Ben share; a pool of a licensee that used both."""

    ana: Party = field(default_factory=lambda: factories.party(name="Ana Lund"))
    ben: Party = field(default_factory=lambda: factories.party(name="Ben Okri"))
    licensee: Party = field(default_factory=lambda: factories.party(name="Model House"))
    tracks: tuple[Track, ...] = field(
        default_factory=lambda: (factories.track(title="Blue"), factories.track(title="Red"))
    )
    bundle: Bundle = field(default_factory=factories.bundle)
    runs: list[PoolRun] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pool = Pool.objects.create(
            key="autumn", title="Autumn", licensee=self.licensee, scheme=WORD, currency="EUR",
            income=100_00, period_from=date(2026, 10, 1), period_until=date(2027, 1, 1),
            created_at=NOW, changed_at=NOW,
        )  # fmt: skip
        self.decision = UsageDecision.objects.create(
            bundle=self.bundle, snapshot=factories.snapshot(), effect="allow", worldwide="allow",
            trace=b"", decided_at=NOW,
        )  # fmt: skip

    def earnings(self, hold: str = "") -> list[Earning]:
        """The master of each track, as much for the one as for the other."""
        blue, red = self.tracks
        holders = ((self.ana.pk, 6_000), (self.ben.pk, 3_000))
        return [
            _earning(blue, LayerEarning("master", 3_000, ((self.ana.pk, 10_000),), hold=hold)),
            _earning(red, LayerEarning("master", 3_000, holders)),
        ]

    def share_out(self, gross: int = 100_00, hold: str = "") -> PoolRun:
        """Run the pool; a further run corrects the one before."""
        earnings = self.earnings(hold)
        allotment = allot(Sums.of(earnings), gross=gross, deduction_points=1_500, word=WORD)
        before = self.runs[-1] if self.runs else None
        number = len(self.runs) + 1
        if before is not None and before.transaction is not None:
            transaction_reverse(
                of=before.transaction, key=f"undo {before.number}", reason="Appeal won",
                value_date=DAY, at=NOW,
            )  # fmt: skip
        lines = list(allotment.lines(earnings))
        row = PoolRun.objects.create(
            pool=self.pool, number=number, bundle=self.bundle, input_digest=f"{number:064d}",
            corrects=before, transaction=self._post(number, allotment), gross=allotment.gross,
            deducted=allotment.deducted, paid=allotment.paid, held=allotment.held,
            reserved=allotment.reserved, lines=len(lines), ran_at=NOW,
        )  # fmt: skip
        self._write(row, allotment, lines)
        self.runs.append(row)
        return row

    def _post(self, number: int, allotment: Allotment) -> Transaction:
        source = AccountName(LICENSEE, f"party:{self.licensee.pk}", self.licensee.pk)
        return transaction_post(
            kind="accrual", key=f"run {number}", entries=allotment.entries(source, "EUR"),
            reason="Pool autumn", value_date=DAY, at=NOW,
        )  # fmt: skip

    def _write(self, run: PoolRun, allotment: Allotment, lines: Sequence[Allotted]) -> None:
        ids = accounts_open(names=[(name, "EUR") for name in allotment.accounts], at=NOW)
        PayoutLine.objects.bulk_create(
            _line(self, run, position, line, ids[line.account, "EUR"])
            for position, line in enumerate(lines, 1)
        )

    def tell(self, party: Party) -> PayoutStatement:
        """A payout statement of a party, with a document that says little."""
        document = b'{"party":"%d"}' % party.pk
        return PayoutStatement.objects.create(
            party=party, currency="EUR", period_from=date(2026, 10, 1), opening=0, earned=50,
            period_until=date(2027, 1, 1), held=0, paid=20, closing=30,
            document=zlib.compress(document), digest=hashlib.sha256(document).hexdigest(),
            issued_at=NOW,
        )  # fmt: skip


def _earning(track: Track, layer: LayerEarning) -> Earning:
    return Earning(track.pk, "train_generative", "Worldwide", 1, 1, (layer,))


def _line(world: World, run: PoolRun, position: int, line: Allotted, account: int) -> PayoutLine:
    return PayoutLine(
        run=run, position=position, track_id=line.track, party_id=line.party, account_id=account,
        decision=world.decision, kind=line.kind, layer=line.layer, territory=line.territory,
        basis="equal", units=line.units, weight=line.weight, basis_points=line.basis_points,
        gross=line.gross, deducted=line.deducted, net=line.net, status=line.status,
        hold=line.hold,
    )  # fmt: skip
