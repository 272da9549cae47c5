"""Payout statements as people and programs get them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from policy.accounting.statements import (
    FORMATS,
    Document,
    Line,
    Name,
    Payout,
    RunStated,
    decode,
    encode,
    file_name,
    runs_stated,
    write,
)
from policy.accounting.statements.amounts import decimal
from policy.accounting.statements.dsr import CELLS
from tests.plugins.goldens import CheckGolden

_LINE = Line(
    reference="soundlab-2026-q3/2/7", corrects="", status="payable",
    track="d0000000-0000-4000-8000-000000000001", isrc="ZZTST2600001", iswc="T0345246801",
    title="Long Winter", artist="Nadir Field", kind="train_generative", licensee="Soundlab",
    model="composer", model_version="4", pool="soundlab-2026-q3", layer="master",
    territory="Worldwide", basis="equal", units=1, weight=720_720, share=6_667,
    gross=1_234_567_890, deducted=185_185_184, net=1_049_382_706, hold="",
    decision="e0000000-0000-4000-8000-000000000001", rule="use-earns-master",
)  # fmt: skip
_LINES = (
    replace(
        _LINE, reference="soundlab-2026-q3/1/4", corrects="soundlab-2026-q3/1/4",
        status="reversed", gross=-1_000_000_000, deducted=-150_000_000, net=-850_000_000,
    ),
    _LINE,
    replace(
        _LINE, reference="soundlab-2026-q3/2/8", status="held", layer="publishing",
        title='=HYPERLINK("x") | "odd"\tname', isrc="", iswc="", territory="SE", share=None,
        gross=500_000_001, deducted=75_000_000, net=425_000_001, hold="share-unknown",
        rule="share-unknown",
    ),
)  # fmt: skip
DOCUMENT = Document(
    uuid="f0000000-0000-4000-8000-000000000001", revision=2,
    corrects="f0000000-0000-4000-8000-000000000000", issued_at="2026-11-22T12:00:00+00:00",
    sender=Name("Stave"),
    party=Name("Halcyon Records", "a0000000-0000-4000-8000-000000000001", "PADPIDA2026000001H"),
    currency="EUR", digits=2, period_from="2026-07-01", period_until="2026-10-01", opening=120,
    earned=199, held=425, paid=319, closing=0, threshold=100,
    payout=Payout("b0000000-0000-4000-8000-000000000001", "JPY", 0, 511, 1_603, 10, "ECB",
                  "2026-11-20"),
    runs=(RunStated("soundlab-2026-q3", 2),), lines=_LINES,
)  # fmt: skip


def _records(text: bytes) -> list[list[str]]:
    """The records of a DSR file; comments are left out. The reader is the tests' own."""
    rows = [line.split("\t") for line in text.decode().splitlines()]
    return [row for row in rows if not row[0].startswith("#")]


def check_dsr(text: bytes) -> None:
    """Hold a DSR file to what the record architecture asks of counts, cells and references."""
    records, lines = _records(text), text.decode().splitlines()
    kinds = [record[0] for record in records]
    assert kinds[0] == "HEAD"
    assert kinds[-1] == "FOOT"
    assert kinds.count("HEAD") == kinds.count("FOOT") == 1
    for record in records:
        assert len(record) == 1 + len(CELLS[record[0]]), record
    summaries = [record[1] for record in records if record[0].startswith("SY")]
    blocks = [record[1] for record in records if record[0].startswith(("AS", "MW", "SU", "LI"))]
    counts = [len(lines), len(lines), len(summaries), len(set(blocks)), len(set(blocks))]
    assert records[-1][1:] == list(map(str, counts))
    assert blocks == sorted(blocks, key=int)  # a block is not torn apart
    assert {record[3] for record in records if record[0] == "SU03.01"} <= set(summaries)
    assert len(set(summaries)) == len(summaries)


@pytest.mark.parametrize("format", FORMATS)
def test_as_it_is_written(format: str, golden: CheckGolden) -> None:
    text = write(decode(encode(DOCUMENT)), format)  # type: ignore[arg-type]  # one of FORMATS
    golden(f"statements/payout.{format}.txt", text.decode().replace("\r\n", "\n"))


def test_the_counts_of_a_dsr_file_check() -> None:
    check_dsr(write(DOCUMENT, "dsr"))
    check_dsr(write(replace(DOCUMENT, lines=()), "dsr"))


@pytest.mark.parametrize(
    ("sound", "torn"),
    [
        (b"FOOT\t23", b"FOOT\t24"),
        (b"\nAS01\t2\t", b"\nAS01\t9\t"),
        (b"\nSY02.01\t3\t", b"\nSY02.01\t4\t"),
        (b"\nMW01.01\t1\t", b"\nMW01.01\t1\t\t"),
    ],
)
def test_the_checker_of_dsr_files_notices(sound: bytes, torn: bytes) -> None:
    text = write(DOCUMENT, "dsr")
    assert sound in text
    with pytest.raises(AssertionError):
        check_dsr(text.replace(sound, torn, 1))


def test_what_summaries_say_is_what_their_lines_add_up_to() -> None:
    records = _records(write(DOCUMENT, "dsr"))
    net = CELLS["SY02.01"].index("AllocatedNetRevenue") + 1
    stated = sum(Decimal(record[net]) for record in records if record[0] == "SY02.01")
    assert stated == sum(Decimal(line.net) for line in _LINES) / 10**8


def test_csv_gives_every_amount_exactly_and_runs_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(write(DOCUMENT, "csv").decode(), newline="")))
    assert [Decimal(row["net"]) for row in rows] == [
        Decimal("-8.5"), Decimal("10.49382706"), Decimal("4.25000001"),
    ]  # fmt: skip
    assert rows[2]["title"] == "'" + _LINES[2].title
    assert rows[2]["share_percent"] == ""
    assert (rows[0]["period_from"], rows[0]["period_to"]) == ("2026-07-01", "2026-09-30")


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_csv_keeps_spreadsheets_from_running_what_others_wrote(mark: str) -> None:
    name = f'{mark}HYPERLINK("x"), "y"'
    content = write(replace(DOCUMENT, party=replace(DOCUMENT.party, name=name)), "csv").decode()
    rows = csv.DictReader(io.StringIO(content, newline=""))
    assert {row["party"] for row in rows} == {"'" + name}


def test_json_is_the_stored_document() -> None:
    assert json.loads(write(DOCUMENT, "json")) == json.loads(encode(DOCUMENT))
    assert decode(encode(DOCUMENT)) == DOCUMENT


def test_which_runs_a_document_covers() -> None:
    assert runs_stated(encode(DOCUMENT)) == {"soundlab-2026-q3": 2}


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0, 2, "0.00"), (-5, 2, "-0.05"), (1234, 3, "1.234"), (-7, 0, "-7"), (100, 2, "1.00")],
)
def test_an_integer_as_decimal(value: int, digits: int, text: str) -> None:
    assert decimal(value, digits) == text


def test_files_have_names_that_tell_them_apart() -> None:
    names = {
        file_name(replace(DOCUMENT, revision=revision), format)
        for format in ("csv", "json")
        for revision in (1, 2)
    }
    assert len(names) == 4
    assert file_name(DOCUMENT, "dsr") == (
        "DSR_SENDER_PADPIDA2026000001H_AI_2026-07-01--2026-10-01_EUR_1of1_20261122T120000.tsv"
    )
