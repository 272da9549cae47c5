"""Every number of the worked example is what the services come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from policy.accounting.money import plain, plain_fine
from policy.models import PayoutLine, PayoutStatement, PoolRun, Posting, Transaction
from tests.accounting.worked_example import INCOME, begin, go_on

README = Path(settings.BASE_DIR) / "policy/accounting/README.md"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of Markdown; numbers stand to the right."""
    lines = [heads, ["---:" if head[:1].islower() else "---" for head in heads], *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _lines(run: PoolRun) -> str:
    rows = PayoutLine.objects.filter(run=run).select_related("track", "party").order_by("position")
    return _table(
        ("Track", "Layer", "Party", "share", "gross", "deducted", "net", "Held because"),
        (
            (
                row.track.title, row.layer, row.party or "nobody known",
                f"{(row.basis_points or 0) // 100} %",
                *(plain_fine(amount, "EUR") for amount in (row.gross, row.deducted, row.net)),
                row.hold,
            )
            for row in rows
        ),
    )  # fmt: skip


def _postings(row: Transaction) -> str:
    return _table(("Account", "amount"), _posted(row))


def _posted(row: Transaction) -> Iterable[Sequence[str]]:
    postings = Posting.objects.filter(transaction=row).select_related("account__party")
    for one in postings.order_by("account__kind", "account__key"):
        owner, reason = one.account.party, one.account.key.split(":party")[0]
        words = [one.account.kind, "" if reason.startswith("party:") else reason, str(owner or "")]
        yield ", ".join(filter(None, words)), plain(one.amount, "EUR")


def _statements(period: Iterable[PayoutStatement]) -> str:
    heads = ("Party", "revision", "opening", "earned", "held", "paid", "closing")
    return _table(
        heads,
        (
            (row.party, row.revision, *(plain(getattr(row, name), "EUR") for name in heads[2:]))
            for row in period
        ),
    )


def test_accounts_get_what_the_readme_reckons() -> None:
    """By fractions, without the code that it explains."""
    left = Fraction(INCOME * 9, 10)
    quarter = left / 4
    exact = {
        "deduction": INCOME - left,
        "held, disputed": quarter,
        "held, nobody known": quarter / 2,
        "Ana Lund": quarter * Fraction("2.1"),
        "Ben Okri": quarter * Fraction("0.4"),
    }
    assert sum(exact.values()) == INCOME
    largest = sorted(exact, key=lambda name: exact[name] % 1)[-2:]
    text = README.read_text(encoding="utf-8")
    for name, amount in exact.items():
        cents = amount // 1 + (name in largest)
        assert f"| {name} | {float(amount) / 100:.8g} | {cents} |" in text


@pytest.mark.django_db
def test_the_readme_says_what_the_services_come_to() -> None:
    text = README.read_text(encoding="utf-8")
    example = begin()
    first = example.first
    told = list(PayoutStatement.objects.order_by("pk"))
    tables = [_lines(first), _postings(_of(first)), _statements(told)]
    second = go_on(example)
    reversal = Transaction.objects.get(reverses=first.transaction)
    later = PayoutStatement.objects.order_by("pk")[len(told) :]
    tables += [_postings(reversal), _lines(second), _postings(_of(second)), _statements(later)]
    missing = [table for table in tables if table not in text]
    assert not missing, "\n".join(missing)


@pytest.mark.django_db
def test_all_promises_hold_over_the_example() -> None:
    go_on(begin())
    said = StringIO()
    call_command("ledger_verify", stdout=said)
    assert said.getvalue().splitlines()[-1].endswith("all hold")


def _of(run: PoolRun) -> Transaction:
    assert run.transaction is not None
    return run.transaction
