"""`ledger_verify`: an honest ledger holds, and any row that was tampered with is named."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from tests.guards import unguarded
from tests.ledger_world import World
from tests.plugins.goldens import CheckGolden

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """A pool whose track was in dispute, shared out again when the dispute was over."""
    made = World()
    made.share_out(hold="disputed")
    made.share_out()
    made.tell(made.ana)
    return made


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
POSTING = f"(SELECT min(id) FROM policy_posting WHERE transaction_id = {REVERSAL})"
NEXT = f"(SELECT max(id) FROM policy_posting WHERE transaction_id = {REVERSAL})"

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
        r"posting \d+: it is in USD; licensee:party:\d+ is in EUR",
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
        r"poolrun \S+: `paid` is 8076; its postings make it 8075",
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
        r"poolrun \S+: it has 3 lines; it should have 4",
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
        f"UPDATE policy_payoutline SET status = 'payable', hold = '' WHERE id = {LINE}",
        r"payoutline \d+: it is payable and lies on an account `hold`; it should on `payable`",
    ),
    "whose a line is": (
        f"UPDATE policy_payoutline SET party_id = (SELECT min(id) FROM policy_party) "
        f"WHERE id = {LINE}",
        r"payoutline \d+: it is of party \d+ and its account of party None",
    ),
    "the sums of a statement": (
        "UPDATE policy_payoutstatement SET closing = 31",
        r"payoutstatement \S+: its closing balance is 31; its amounts make it 30",
    ),
    "the digest of a statement": (
        "UPDATE policy_payoutstatement SET digest = 'ff'",
        r"payoutstatement \S+: its digest is ff; over its document it should be [0-9a-f]{64}",
    ),
    "the document of a statement": (
        "UPDATE policy_payoutstatement SET document = digest_bytes",
        r"payoutstatement \S+: its document cannot be read",
    ),
}


def test_an_honest_ledger_holds(world: World, golden: CheckGolden) -> None:
    said, code = _verify()
    assert code == 0
    golden("commands/ledger_verify.txt", said)


def test_an_empty_ledger_holds() -> None:
    said, code = _verify()
    assert (code, said.splitlines()[-1]) == (0, "14 promises: all hold")


@pytest.mark.parametrize("what", TAMPERED)
def test_a_row_that_was_tampered_with_is_named(what: str, world: World) -> None:
    statements, expected = TAMPERED[what]
    empty = "X'00'" if connection.vendor == "sqlite" else r"'\x00'::bytea"
    _tamper(*statements.replace("digest_bytes", empty).split(";"))
    said, code = _verify()
    assert code == 1
    assert re.search(rf"^ +first: {expected}", said, re.MULTILINE), said
    assert said.splitlines()[-1].endswith("broken")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("column", "said"), [("key", "key `run 1` is there already"), ("reverses_id", "reverses ")]
)
def test_what_stands_twice_where_it_may_once_is_named(column: str, said: str, world: World) -> None:
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
    assert said in found


def test_a_correction_without_a_reversal_is_named(world: World) -> None:
    _tamper(
        f"UPDATE policy_transaction SET reverses_id = {LAST} WHERE id = {REVERSAL}",
    )
    said, _ = _verify()
    assert re.search(r"first: poolrun \S+: it corrects run \S+, whose postings should be", said)


def test_a_guard_that_is_missing_is_named(world: World) -> None:
    with transaction.atomic(), unguarded():
        said, code = _verify()
    assert code == 1
    assert "first: table policy_ledgeraccount: its triggers are missing or off" in said


def test_programs_read_the_first_bad_row_of_each_promise(world: World) -> None:
    _tamper(TAMPERED["the sums of a statement"][0])
    said, code = _verify("--json")
    assert code == 1
    broken = [proof for proof in json.loads(said) if proof["wrong"]]
    assert [proof["wrong"]["table"] for proof in broken] == ["payoutstatement"]
