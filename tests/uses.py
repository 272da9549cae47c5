"""What Oriole AI did with the cast's works, as rows: consents, uses, answers, a pool, statements.

It trained on the song by consent of Halcyon, was refused the rival, made an output of both and
plans a third use. Its pool of October 2026 was shared out twice: Halcyon is paid, the writer's
part is held. Written as rows, so that tests of doors need no service.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from policy.accounting.statements import Document, Line, Name, RunStated, encode
from policy.models import (
    Attribution,
    Bundle,
    Consent,
    Dispute,
    LedgerAccount,
    Notice,
    Party,
    PayoutLine,
    PayoutStatement,
    Pool,
    PoolRun,
    Posting,
    Reliance,
    Transaction,
    Usage,
    UsageAnswers,
    UsageCheck,
    UsageDecision,
)
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
GRANT = b"licence of Halcyon Records"


@dataclass(frozen=True, slots=True)
class Uses:
    """The rows that tests ask about."""

    grant: Consent
    refusal: Consent
    training: Usage
    output: Usage
    plan: Usage
    check: UsageCheck
    pool: Pool
    run: PoolRun
    payable: LedgerAccount
    statement: PayoutStatement
    dispute: Dispute


def make_uses(cast: Cast) -> Uses:
    """Make all of it; call it inside a test that has the database."""
    bundle = cast.song.decisions.order_by("pk")[0].bundle
    grant = _grant(cast)
    refusal = factories.consent(grantor=cast.brightwater, decision="denied", source="public_signal")
    training = usage(
        cast.oriole, "run-7", tracks=2, units=1, query={"record_label": "Halcyon", "all": False}
    )
    output = usage(
        cast.oriole, "song-31", kind="generate_output", tracks=2, units=400, artificial_units=25,
        attribution_method="embedding 2", output_reference="oriole/8831",
    )  # fmt: skip
    plan = usage(cast.oriole, "run-8", stage="planned", model_version="3", tracks=1)
    for made, weight in ((training, None), (output, 600_000)):
        _attribute(made, cast, weight)
    check = _check(training, bundle, cast, grant)
    pool, run, accounts = _pool(cast, bundle)
    return Uses(
        grant, refusal, training, output, plan, check, pool, run, accounts["halcyon"],
        statement=_statement(cast, run), dispute=_dispute(cast),
    )  # fmt: skip


def usage(licensee: Party, reference: str, **fields: Any) -> Usage:
    """A reported training run of the model Oriole 2 in October, worldwide."""
    told = {
        "kind": "train_generative",
        "stage": "reported",
        "model": "Oriole",
        "model_version": "2",
        "starts_at": OCTOBER,
        "registered_at": NOW,
        "changed_at": NOW,
    } | fields
    return Usage.objects.create(licensee=licensee, reference=reference, **told)


def usage_decision(bundle: Bundle, effect: str, rule: str, *blocking: list[str]) -> UsageDecision:
    """An answer that one rule of consent determined."""
    told = {
        "ruleset": "consent", "rule": rule, "status": "matched", "effect": effect,
        "determining": True, "territories": None,
        "reason": f"train_generative of this track by Oriole AI: {rule}.",
        "obligations": [{"do": "accrue", "of": "service", "details": [["rate", "master_rate"]]}],
    }  # fmt: skip
    return UsageDecision.objects.create(
        bundle=bundle, snapshot=factories.snapshot(), effect=effect, worldwide=effect,
        blocking=list(blocking), rules=[told], trace=b"", decided_at=NOW,
    )  # fmt: skip


def answers(check: UsageCheck, packed: list[tuple[int, int, list[int]]]) -> UsageAnswers:
    """Answers for tracks by row id, in their order."""
    content = zlib.compress(json.dumps(packed).encode())
    return UsageAnswers.objects.create(
        usage_check=check, first_track=packed[0][0], last_track=packed[-1][0], content=content
    )


def _grant(cast: Cast) -> Consent:
    return factories.consent(
        grantor=cast.halcyon,
        licensee=cast.oriole,
        model="Oriole",
        territories=["DE", "FR", "SE"],
        excluded_territories=[],
        valid_from=OCTOBER,
        condition="payment",
        terms="Quarterly, by the pool.",
        source="contract",
        assurance="contract",
        evidence_name="licence.pdf",
        evidence_digest=hashlib.sha256(GRANT).hexdigest(),
    )


def _attribute(made: Usage, cast: Cast, weight: int | None) -> None:
    half = weight // 2 if weight else None
    sure = 900_000 if weight else None
    for track, part in ((cast.song, weight), (cast.rival, half)):
        Attribution.objects.create(usage=made, track=track, weight=part, confidence=sure)


def _check(made: Usage, bundle: Bundle, cast: Cast, grant: Consent) -> UsageCheck:
    check = UsageCheck.objects.create(
        usage=made, bundle=bundle, as_of=OCTOBER, known_at=NOW, tracks=2,
        counts={"allow": 1, "block": 1}, digest="c" * 64, checked_at=NOW,
    )  # fmt: skip
    granted = usage_decision(bundle, "allow", "use-granted")
    refused = usage_decision(bundle, "block", "use-refused", ["master", "Worldwide", "use-refused"])
    answers(check, [(cast.song.pk, granted.pk, [grant.pk]), (cast.rival.pk, refused.pk, [])])
    Reliance.objects.create(usage_check=check, consent=grant)
    Notice.objects.create(
        key="n" * 64, kind="use_must_stop", party=cast.oriole, usage=made,
        text="Stop the use of 1 track: an owner refuses it.", due_at=NOW, sent_at=NOW,
    )  # fmt: skip
    return check


@dataclass(slots=True)
class Ledger:
    """Posts balanced transactions one after the other."""

    last: Transaction | None = None
    made: dict[str, LedgerAccount] = field(default_factory=dict)

    def account(self, kind: str, key: str, party: Party | None = None) -> LedgerAccount:
        return LedgerAccount.objects.get_or_create(
            kind=kind, key=key, currency="EUR", defaults={"party": party, "opened_at": NOW}
        )[0]

    def post(self, kind: str, lines: list[tuple[LedgerAccount, int]], **fields: Any) -> Transaction:
        number = Transaction.objects.count() + 1
        with transaction.atomic():
            told = {"reason": "Pool of October", "value_date": date(2026, 10, 31)} | fields
            self.last = Transaction.objects.create(
                kind=kind, key=f"{number:064d}", previous=self.last, digest=f"{number:064x}",
                posted_at=NOW, **told,
            )  # fmt: skip
            for account, amount in lines:
                Posting.objects.create(
                    transaction=self.last, account=account, currency="EUR", amount=amount
                )
        return self.last


def _pool(cast: Cast, bundle: Bundle) -> tuple[Pool, PoolRun, dict[str, LedgerAccount]]:
    pool = Pool.objects.create(
        key="oriole-2026-10", title="Oriole AI, October 2026", licensee=cast.oriole,
        scheme="training", kinds=["train_generative"], currency="EUR", income=100_000,
        period_from=date(2026, 10, 1), period_until=date(2026, 11, 1), created_at=NOW,
        changed_at=NOW,
    )  # fmt: skip
    ledger = Ledger()
    accounts = {
        "pool": ledger.account("pool", pool.key),
        "deduction": ledger.account("deduction", "training"),
        "halcyon": ledger.account("payable", f"party:{cast.halcyon.pk}", cast.halcyon),
        "writer": ledger.account("hold", f"dispute:party:{cast.writer.pk}", cast.writer),
    }
    first = _run(pool, bundle, ledger, accounts, number=1, parts=(8_000, 50_400, 21_600))
    post = [(accounts["pool"], 80_000), (accounts["deduction"], -8_000),
            (accounts["halcyon"], -50_400), (accounts["writer"], -21_600)]  # fmt: skip
    ledger.post("reversal", post, reverses=first.transaction, reason="Run 2 corrects run 1")
    run = _run(
        pool, bundle, ledger, accounts, number=2, parts=(10_000, 63_000, 27_000), corrects=first
    )
    _lines(cast, run, accounts)
    return pool, run, accounts


def _run(
    pool: Pool, bundle: Bundle, ledger: Ledger, accounts: dict[str, LedgerAccount], *,
    number: int, parts: tuple[int, int, int], corrects: PoolRun | None = None,
) -> PoolRun:  # fmt: skip
    deducted, paid, held = parts
    gross = sum(parts)
    named = ("pool", "deduction", "halcyon", "writer")
    lines = [(accounts[name], part) for name, part in zip(named, (-gross, *parts), strict=True)]
    posted = ledger.post("accrual", lines, reason=f"Pool {pool.key}, run {number}")
    return PoolRun.objects.create(
        pool=pool, number=number, bundle=bundle, input_digest=f"{number}" * 64, corrects=corrects,
        transaction=posted,
        scheme={"word": "training", "key": "equal", "deduction": 1000, "sums": 1},
        gross=gross, deducted=deducted, paid=paid, held=held, reserved=0, lines=2, ran_at=NOW,
    )  # fmt: skip


def _lines(cast: Cast, run: PoolRun, accounts: dict[str, LedgerAccount]) -> None:
    decision = usage_decision(run.bundle, "allow", "training-pool")
    rows = (
        (1, cast.halcyon, "halcyon", 7_000, 63_000, "payable", ""),
        (2, cast.writer, "writer", 3_000, 27_000, "held", "dispute"),
    )
    for position, party, name, points, net, status, hold in rows:
        gross = net * 1_000_000 * 10 // 9
        PayoutLine.objects.create(
            run=run, position=position, track=cast.song, party=party, account=accounts[name],
            decision=decision, kind="train_generative", layer="master", territory="Worldwide",
            basis="equal", units=1, weight=1, basis_points=points, gross=gross,
            deducted=gross - net * 1_000_000, net=net * 1_000_000, status=status, hold=hold,
        )  # fmt: skip


def _statement(cast: Cast, run: PoolRun) -> PayoutStatement:
    line = PayoutLine.objects.get(run=run, party=cast.halcyon)
    row = PayoutStatement(
        party=cast.halcyon, currency="EUR", period_from=date(2026, 10, 1),
        period_until=date(2026, 11, 1), opening=0, earned=63_000, held=0, paid=63_000, closing=0,
        issued_at=NOW,
    )  # fmt: skip
    document = encode(_document(cast, row, line))
    row.document = zlib.compress(document)
    row.digest = hashlib.sha256(document).hexdigest()
    row.save()
    return row


def _document(cast: Cast, row: PayoutStatement, line: PayoutLine) -> Document:
    pool = line.run.pool
    told = Line(
        reference=f"{pool.key}/2/1", corrects="", status="payable", track=str(cast.song.uuid),
        isrc=cast.song.isrc, iswc="", title=cast.song.title, artist=cast.song.display_artist,
        kind=line.kind, licensee=cast.oriole.name, model="Oriole", model_version="2",
        pool=pool.key, layer="master", territory="Worldwide", basis="equal", units=1, weight=1,
        share=7_000, gross=line.gross, deducted=line.deducted, net=line.net, hold="",
        decision=str(line.decision.uuid), rule="training-pool",
    )  # fmt: skip
    return Document(
        uuid=str(row.uuid), revision=1, corrects="", issued_at="2026-11-22T12:00:00Z",
        sender=Name("Stave"), party=Name(cast.halcyon.name, str(cast.halcyon.uuid)),
        currency="EUR", digits=2, period_from="2026-10-01", period_until="2026-11-01",
        opening=0, earned=63_000, held=0, paid=63_000, closing=0, threshold=1_000, payout=None,
        runs=(RunStated(pool.key, 2),), lines=(told,),
    )  # fmt: skip


def _dispute(cast: Cast) -> Dispute:
    return Dispute.objects.create(
        track=cast.song, party=cast.writer, kind="shares", layer="master", finding_at=NOW,
        opened_at=NOW, note="The writer says 50 %.",
    )  # fmt: skip
