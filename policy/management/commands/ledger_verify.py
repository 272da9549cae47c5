"""`ledger_verify`: prove what the ledger promises, over everything."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from policy.management.words import counted
from policy.services.ledger_proof import ledger_prove
from policy.services.payout_proof import payouts_prove
from policy.services.proofs import Proof
from policy.services.release_proof import releases_prove


class Command(BaseCommand):
    """Look at every row of the ledger, of pool runs and of payout statements."""

    help = (
        "Prove what the ledger promises over all transactions, postings, pool runs, payout lines "
        "and payout statements. Names the first row that breaks a promise; exit code 1 when one "
        "does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How it is told."""
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Hold one promise after the other."""
        found: list[Proof] = []
        with _one_moment():
            for proof in chain(ledger_prove(), payouts_prove(), releases_prove()):
                found.append(proof)
                if not options["json"]:
                    self._tell(proof)
        if options["json"]:
            self.stdout.write(msgspec.json.format(msgspec.json.encode(found)).decode())
        else:
            self._sum_up(found)
        if any(proof.wrong for proof in found):
            sys.exit(1)

    def _sum_up(self, found: list[Proof]) -> None:
        broken = sum(proof.wrong is not None for proof in found)
        end = f"{broken} broken" if broken else "all hold"
        self.stdout.write(f"{counted(len(found), 'promise')}: {end}")

    def _tell(self, proof: Proof) -> None:
        how = "BROKEN" if proof.wrong else "holds"
        self.stdout.write(f"{how:6} {proof.rows:>10,}  {proof.promise}")
        if proof.wrong:
            self.stdout.write(f"{'':17}  first: {proof.wrong}")


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let all queries see the same moment, whatever is posted meanwhile; nobody has to wait."""
    if connection.in_atomic_block:  # who called has a transaction already
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # a transaction of Django's would take the only write lock
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
