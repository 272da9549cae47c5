"""A payout statement as a flat file in the manner of a DDEX sales report (DSR).

Tab-separated UTF-8: a HEAD, summary records SY02.01, a block of AS01 (MW01.01), SU03.01 and LI01.01
for each line, a FOOT whose counts check. Order and names of cells follow published DSR files;
comment lines name them. DDEX has no profile for uses of AI, so that use types are our own words,
and no conformance to a profile is claimed.

A held line has its net revenue but an allocated amount of zero: it is not paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policy.accounting.statements.amounts import FINER, decimal, last_day
from policy.accounting.statements.document import Document, Line

VERSION = "dsrf/30"
PROFILE, PROFILE_VERSION = "RoyaltyReporting", "1.0"
CHANNEL = "AI"

CELLS: dict[str, tuple[str, ...]] = {
    "HEAD": (
        "MessageVersion", "Profile", "ProfileVersion", "MessageId", "MessageCreatedDateTime",
        "FileNumber", "NumberOfFiles", "UsageStartDate", "UsageEndDate", "SenderPartyId",
        "SenderName", "ServiceDescription", "RecipientPartyId", "RecipientName",
        "RepresentedRepertoire",
    ),
    "SY02.01": (
        "SummaryRecordId", "DistributionChannel", "DistributionChannelDPID", "CommercialModel",
        "UseType", "Territory", "ServiceDescription", "Usages", "Users", "Currency", "NetRevenue",
        "RightsController", "RightsControllerPartyId", "AllocatedUsages", "AllocatedRevenue",
        "AllocatedNetRevenue", "RightsType",
    ),
    "AS01": (
        "BlockId", "ResourceReference", "DspResourceId", "ISRC", "Title", "SubTitle",
        "DisplayArtistName", "DisplayArtistPartyId", "Duration", "ResourceType",
    ),
    "MW01.01": ("BlockId", "DspWorkId", "ISWC", "Title"),
    "SU03.01": (
        "BlockId", "SalesTransactionId", "SummaryRecordId", "DspResourceId", "Usages",
        "NetRevenue", "ValidityPeriodStart", "ValidityPeriodEnd",
    ),
    "LI01.01": (
        "BlockId", "SummaryRecordId", "RightsController", "RightsControllerProprietaryID",
        "RightsControllerWorkID", "RightShare%", "RightType", "AllocatedNetRevenue",
        "AllocatedAmount",
    ),
    "FOOT": (
        "NumberOfLinesInFile", "NumberOfLinesInReport", "NumberOfSummaryRecords",
        "NumberOfBlocksInFile", "NumberOfBlocksInReport",
    ),
}  # fmt: skip
"""Names of the cells of each record type, in their order."""


@dataclass(frozen=True, slots=True)
class _Group:
    """What a summary record adds up."""

    pool: str
    kind: str
    territory: str
    layer: str
    licensee: str
    status: str


def write_dsr(document: Document) -> bytes:
    """The whole file."""
    groups: dict[_Group, list[Line]] = {}
    for line in document.lines:
        groups.setdefault(_group(line), []).append(line)
    ids = {group: str(number) for number, group in enumerate(groups, start=1)}
    records = [
        ("HEAD", *_head(document)),
        *(("#" + record, *names) for record, names in CELLS.items()),
        *(_summary(document, ids[group], group, lines) for group, lines in groups.items()),
        *_blocks(document, ids),
    ]
    total = str(len(records) + 1)
    blocks = str(len(document.lines))
    records.append(("FOOT", total, total, str(len(groups)), blocks, blocks))
    return "".join("\t".join(map(_cell, record)) + "\n" for record in records).encode()


def _group(line: Line) -> _Group:
    return _Group(line.pool, line.kind, line.territory, line.layer, line.licensee, line.status)


def _head(document: Document) -> Sequence[str]:
    return (
        VERSION, PROFILE, PROFILE_VERSION, document.uuid, document.issued_at, "1", "1",
        document.period_from, last_day(document.period_until), document.sender.dpid,
        document.sender.name, CHANNEL, document.party.dpid, document.party.name,
        document.party.name,
    )  # fmt: skip


def _summary(
    document: Document, number: str, group: _Group, lines: Sequence[Line]
) -> Sequence[str]:
    usages = str(sum(line.units for line in lines))
    gross = sum(line.gross for line in lines)
    net = sum(line.net for line in lines)
    return (
        "SY02.01", number, CHANNEL, "", group.pool, group.kind, group.territory,
        f"{group.licensee}, {group.status}", usages, "", document.currency,
        _money(document, gross), document.party.name, document.party.dpid, usages,
        _money(document, gross), _money(document, net), group.layer,
    )  # fmt: skip


def _blocks(document: Document, ids: dict[_Group, str]) -> Iterator[Sequence[str]]:
    for number, line in enumerate(document.lines, start=1):
        yield from _block(document, str(number), ids[_group(line)], line)


def _block(document: Document, number: str, summary: str, line: Line) -> Iterable[Sequence[str]]:
    net = _money(document, line.net)
    share = "" if line.share is None else decimal(line.share, 2)
    yield (
        "AS01", number, f"R{number}", line.track, line.isrc, line.title, "", line.artist, "", "",
        "SoundRecording",
    )  # fmt: skip
    if line.iswc:
        yield "MW01.01", number, line.track, line.iswc, line.title
    yield (
        "SU03.01", number, line.reference, summary, line.track, str(line.units), net,
        document.period_from, last_day(document.period_until),
    )  # fmt: skip
    yield (
        "LI01.01", number, summary, document.party.name, line.decision, line.corrects, share,
        line.layer, net, _money(document, 0) if line.hold else net,
    )  # fmt: skip


def _money(document: Document, amount: int) -> str:
    return decimal(amount, document.digits + FINER)


def _cell(text: str) -> str:
    """A cell: separators of cells, rows and lists cannot be in it."""
    return " ".join(text.split()).replace("|", "\\|")
