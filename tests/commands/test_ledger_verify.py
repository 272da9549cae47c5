"""`ledger_verify`: an honest ledger holds, and any row that was tampered with is named."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from policy.accounting.accounts import AccountName, Entry
from policy.management.commands import ledger_verify
from policy.models import Transaction
from policy.services.disputes import dispute_close, dispute_open
from policy.services.ledger import transaction_post
from policy.services.ledger_proof import ledger_prove
from policy.services.payout_statements import statements_issue
from policy.services.pool_runs import pool_run
from policy.services.pools import Period
from policy.services.proofs import Proof
from tests import factories, money
from tests.factories import NOW
from tests.guards import unguarded
from tests.plugins.goldens import CheckGolden

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> None:
    """A pool with a dispute, shared out and paid; shared out again when the dispute was over."""
    money.in_force(tmp_path, training_deduction=1500)
    ana, ben, lab = (factories.party(name=name) for name in ("Ana Lund", "Ben Okri", "Soundlab"))
    blue = money.song(master={ana: 10_000}, publishing={ana: 10_000})
    red = money.song(master={ana: 6_000, ben: 3_000}, publishing={ben: 10_000})
    money.usage(licensee=lab, tracks={blue: None, red: None})
    pool = money.pool(licensee=lab, income=100_00)
    dispute = dispute_open(
        track=blue, party=ben, kind="ownership", layer="master", finding_at=NOW, at=NOW
    )
    pool_run(pool=pool, at=NOW)
    statements_issue(period=Period(money.SINCE, money.UNTIL), at=NOW)
    dispute_close(dispute=dispute, outcome="rejected", at=LATER)
    pool_run(pool=pool, at=LATER)


def _verify(*arguments: str) -> tuple[str, int]:
    """What the command says, and its exit code."""
    said, code = StringIO(), 0
    try:
        call_command("ledger_verify", *arguments, stdout=said)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return said.getvalue(), code


@contextmanager
def _unchecked() -> Iterator[None]:
    """Within, rows may break what the tables themselves demand of one row."""
    if connection.vendor == "sqlite":
        _run("PRAGMA ignore_check_constraints = ON")
        yield
        _run("PRAGMA ignore_check_constraints = OFF")
        return
    for table, name in (
        ("poolrun", "run_conserves_money"), ("payoutline", "payout_line_adds_up"),
        ("payoutstatement", "payout_statement_adds_up"),
    ):  # fmt: skip
        _run(f"ALTER TABLE policy_{table} DROP CONSTRAINT {name}")
    yield


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _tamper(*statements: str) -> None:
    with unguarded(), _unchecked():
        for one in statements:
            _run(one)


LAST = "(SELECT max(id) FROM policy_transaction)"
FIRST = "(SELECT min(id) FROM policy_transaction)"
REVERSAL = "(SELECT id FROM policy_transaction WHERE kind = 'reversal')"
RUN = "(SELECT max(id) FROM policy_poolrun)"
LINE = "(SELECT max(id) FROM policy_payoutline)"
NOBODYS = "(SELECT max(id) FROM policy_payoutline WHERE party_id IS NULL)"
POSTING = f"(SELECT min(id) FROM policy_posting WHERE transaction_id = {REVERSAL})"
NEXT = f"(SELECT max(id) FROM policy_posting WHERE transaction_id = {REVERSAL})"

OTHER = "(SELECT {} FROM policy_payoutstatement ORDER BY id LIMIT 1)"
NO_BYTES = "CAST('' AS BLOB)" if connection.vendor == "sqlite" else "''::bytea"

TAMPERED = {
    "an amount": (
        f"UPDATE policy_posting SET amount = amount + 1 WHERE id = {POSTING}",
        r"transaction \S+: it adds up to 1 in EUR; it should to zero",
    ),
    "postings that are gone": (
        f"DELETE FROM policy_posting WHERE transaction_id = {REVERSAL}",
        r"transaction \S+: it has no postings",
    ),
    "the reason of a transaction": (
        f"UPDATE policy_transaction SET reason = 'Nothing' WHERE id = {FIRST}",
        r"transaction \S+: its digest is [0-9a-f]{64}; over what is there it should be",
    ),
    "the digest of a transaction": (
        f"UPDATE policy_transaction SET digest = 'ff' WHERE id = {LAST}",
        r"transaction \S+: its digest is ff; over what is there it should be [0-9a-f]{64}",
    ),
    "the order of the chain": (
        f"UPDATE policy_transaction SET previous_id = NULL WHERE id = {LAST}",
        r"transaction \S+: it does not name the transaction before it; it should follow \S+",
    ),
    "two amounts of a reversal": (
        f"UPDATE policy_posting SET amount = amount + CASE WHEN id = {POSTING} THEN 1 ELSE -1 END "
        f"WHERE id IN ({POSTING}, {NEXT})",
        r"transaction \S+: it moves -?\d+ on \S+ EUR; it should -?\d+, the opposite of",
    ),
    "a reversal of nothing": (
        f"UPDATE policy_transaction SET reverses_id = NULL WHERE id = {REVERSAL}",
        r"transaction \S+: it is a reversal and does not say of what",
    ),
    "a reversal that is called otherwise": (
        f"UPDATE policy_transaction SET kind = 'release' WHERE id = {REVERSAL}",
        r"transaction \S+: it reverses \S+ and is called `release`, not `reversal`",
    ),
    "the currency of postings": (
        f"UPDATE policy_posting SET currency = 'USD' WHERE transaction_id = {LAST}",
        r"posting \d+: it is in USD; \S+ is in EUR",
    ),
    "whose an account is": (
        "UPDATE policy_ledgeraccount SET party_id = NULL WHERE kind = 'payable'",
        r"ledgeraccount \S+: payable:party:\d+ belongs to nobody",
    ),
    "the last transaction, run and all": (
        f"DELETE FROM policy_payoutline WHERE run_id = {RUN};"
        f"DELETE FROM policy_poolrun WHERE id = {RUN};"
        f"DELETE FROM policy_posting WHERE transaction_id = {LAST};"
        f"DELETE FROM policy_transaction WHERE id = {LAST}",
        r"auditentry \d+: transaction \S+ is gone; it should be there",
    ),
    "the totals of a run": (
        f"UPDATE policy_poolrun SET paid = paid + 1, held = held - 1 WHERE id = {RUN}",
        r"poolrun \S+: `paid` is \d+; its postings make it \d+",
    ),
    "the gross of a run": (
        f"UPDATE policy_poolrun SET gross = 1 WHERE id = {RUN}",
        r"poolrun \S+: `gross` is 1; its postings make it 10000",
    ),
    "what a line brings": (
        f"UPDATE policy_payoutline SET net = net + 1, gross = gross + 1 WHERE id = {LINE}",
        r"poolrun \S+: its lines of \S+ add up to \d+; they should to \d+",
    ),
    "a line that is gone": (
        f"DELETE FROM policy_payoutline WHERE id = {LINE}",
        r"poolrun \S+: it has 5 lines; it should have 6",
    ),
    "a line that does not add up": (
        f"UPDATE policy_payoutline SET gross = gross + 1 WHERE id = {LINE}",
        r"payoutline \d+: its gross is \d+; deducted and net make it \d+",
    ),
    "a line that is held for no reason": (
        f"UPDATE policy_payoutline SET status = 'held', hold = '' WHERE id = {LINE}",
        r"payoutline \d+: it is held and its reason to hold is ``",
    ),
    "a held line that is called payable": (
        f"UPDATE policy_payoutline SET status = 'payable', hold = '' WHERE id = {NOBODYS}",
        r"payoutline \d+: it is payable and lies on an account `hold`; it should on `payable`",
    ),
    "whose a line is": (
        f"UPDATE policy_payoutline SET party_id = (SELECT min(id) FROM policy_party) "
        f"WHERE id = {NOBODYS}",
        r"payoutline \d+: it is of party \d+ and its account of party None",
    ),
    "the balance of a statement": (
        "UPDATE policy_payoutstatement SET closing = closing + 1",
        r"payoutstatement \S+: its closing balance is \d+; its amounts make it \d+",
    ),
    "all sums of a statement": (
        "UPDATE policy_payoutstatement SET earned = earned + 1, closing = closing + 1",
        r"payoutstatement \S+: its `earned` is \d+; its document says \d+",
    ),
    "the digest of a statement": (
        "UPDATE policy_payoutstatement SET digest = 'ff'",
        r"payoutstatement \S+: its digest is ff; over its document it should be [0-9a-f]{64}",
    ),
    "the document of a statement": (
        f"UPDATE policy_payoutstatement SET document = {NO_BYTES}",
        r"payoutstatement \S+: its document cannot be read",
    ),
    "the statement of somebody else": (
        f"UPDATE policy_payoutstatement SET document = {OTHER.format('document')}, "
        f"digest = {OTHER.format('digest')} "
        "WHERE id = (SELECT max(id) FROM policy_payoutstatement)",
        r"payoutstatement \S+: its document is that of \S+",
    ),
    "what a statement begins with": (
        "UPDATE policy_payoutstatement SET opening = opening + 1",
        r"payoutstatement \S+: it opens with 1; what the one before closed with is 0",
    ),
    "the period of a statement": (
        "UPDATE policy_payoutstatement SET period_from = '2026-06-01' "
        "WHERE id = (SELECT max(id) FROM policy_payoutstatement)",
        r"payoutstatement \S+: it tells of pool \S+, which statements of 2026-07-01 to 2026-10-01",
    ),
    "what was paid for a statement": (
        f"UPDATE policy_payoutstatement SET payout_id = {FIRST}",
        r"payoutstatement \S+: nothing was paid for it; its document says \d+ EUR",
    ),
}


@pytest.mark.usefixtures("world")
def test_an_honest_ledger_holds(golden: CheckGolden) -> None:
    said, code = _verify()
    assert code == 0
    golden("commands/ledger_verify.txt", said)


def test_an_empty_ledger_holds() -> None:
    said, code = _verify()
    assert (code, said.splitlines()[-1]) == (0, "15 promises: all hold")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("what", TAMPERED)
def test_a_row_that_was_tampered_with_is_named(what: str) -> None:
    statements, expected = TAMPERED[what]
    _tamper(*statements.split(";"))
    said, code = _verify()
    assert code == 1
    assert re.search(rf"^ +first: {expected}", said, re.MULTILINE), said
    assert said.splitlines()[-1].endswith("broken")


@pytest.mark.usefixtures("world")
@pytest.mark.postgres
@pytest.mark.parametrize(("column", "said"), [("key", "key `"), ("reverses_id", "reverses ")])
def test_what_stands_twice_where_it_may_once_is_named(column: str, said: str) -> None:
    constraint = (
        "SELECT conname FROM pg_constraint WHERE conrelid = 'policy_transaction'::regclass "
        "AND contype = 'u' AND conkey = (SELECT array_agg(attnum) FROM pg_attribute "
        f"WHERE attrelid = 'policy_transaction'::regclass AND attname = '{column}')"
    )
    with connection.cursor() as cursor:
        cursor.execute(constraint)
        ((name,),) = cursor.fetchall()
    with unguarded():
        _run(f'ALTER TABLE policy_transaction DROP CONSTRAINT "{name}" CASCADE')
        source = FIRST if column == "key" else REVERSAL
        _run(
            f"UPDATE policy_transaction SET {column} = "
            f"(SELECT {column} FROM policy_transaction WHERE id = {source}) WHERE id = {LAST}"
        )
    found, code = _verify()
    assert code == 1
    assert f"{said}" in found


@pytest.mark.usefixtures("world")
def test_a_correction_without_a_reversal_is_named() -> None:
    _tamper(
        f"UPDATE policy_transaction SET reverses_id = {LAST} WHERE id = {REVERSAL}",
    )
    said, _ = _verify()
    assert re.search(r"first: poolrun \S+: it corrects run \S+, whose postings should be", said)


@pytest.mark.usefixtures("world")
def test_a_guard_that_is_missing_is_named() -> None:
    with transaction.atomic(), unguarded():
        said, code = _verify()
    assert code == 1
    assert "first: table policy_ledgeraccount: its triggers are missing or off" in said


@pytest.mark.usefixtures("world")
def test_programs_read_the_first_bad_row_of_each_promise() -> None:
    _tamper(TAMPERED["all sums of a statement"][0])
    said, code = _verify("--json")
    assert code == 1
    broken = [proof for proof in json.loads(said) if proof["wrong"]]
    assert [proof["wrong"]["table"] for proof in broken] == ["payoutstatement"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("world")
def test_what_is_posted_meanwhile_neither_waits_nor_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def meanwhile() -> Iterator[Proof]:
        proofs = ledger_prove()
        yield next(proofs)
        thread = threading.Thread(target=_post)
        thread.start()
        thread.join(timeout=60)
        yield from proofs

    monkeypatch.setattr(ledger_verify, "ledger_prove", meanwhile)
    said, code = _verify()
    assert code == 0
    assert re.search(r" 4  digests form one unbroken chain$", said, re.MULTILINE), said
    assert Transaction.objects.count() == 5
    assert connection.get_autocommit()


def _post() -> None:
    """Post something, from a connection of this thread's own."""
    pair = (Entry(AccountName("pool", "x"), "EUR", -1), Entry(AccountName("hold", "x"), "EUR", 1))
    try:
        transaction_post(
            kind="accrual", key="x", entries=pair, reason="x", value_date=NOW.date(), at=NOW
        )
    finally:
        connection.close()
