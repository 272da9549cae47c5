"""Judges the uses that a pool pays for: equal situations once, whatever the number of tracks.

A situation is what the rules with duties about money read: the use as it was reported, sums of
shares, a dispute. Parties have no names in it. What these rules read beyond that is collected track
by track, which is slow; the shipped rules do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

import msgspec

from policy import facts
from policy.accounting.scheme import values_on
from policy.facts.batch import Holding
from policy.facts.collecting import GROUPS
from policy.facts.document import Dispute, Holder, ShareTotal
from policy.facts.rights import HeldBack
from policy.facts.shares import holders, totals
from policy.facts.uses import Asking, situation
from policy.models import Bundle, Pool
from policy.services.bundle_parts import money_part
from policy.services.judging import judge, snapshot
from policy.services.pool_duties import Verdict, verdict
from policy.services.pool_weights import Worth
from policy.services.pools import period_of
from policy.services.usage_decisions import JudgedUse, usage_decisions_record, with_part

PART = "money"

PARTY = "{party}"
"""Stands for the name of a party where a sentence names it."""

OWN = frozenset({"title", "use", "shares", "parties", "dispute", "unmatched_since"})
"""Facts that are known here without collecting them; the title only as a word in a sentence."""

_PROVIDED = frozenset(field for group in GROUPS for field in group.fields)
"""Facts that can be collected; others are planned, and absent."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What is known of the rights in a track at the end of the period; disputes, and what other
    rulesets hold back, are those of now."""

    holdings: Sequence[Holding]
    disputes: Sequence[Dispute]
    unmatched_since: datetime | None
    held_back: Sequence[HeldBack]
    others: Mapping[str, Any]
    unknown: tuple[str, ...]

    @property
    def shape(self) -> tuple[object, ...]:
        """What situations are made of, where rights alone make them; whose they are does not
        count."""
        numbers: dict[int, int] = {}
        return tuple(
            (
                numbers.setdefault(row.party_id, len(numbers)), row.layer, row.basis_points,
                tuple(row.territories), tuple(row.excluded),
            )
            for row in self.holdings
        )  # fmt: skip


class PoolJudge:
    """Judges for one pool under a bundle, as of the end of its period; disputes as of today."""

    def __init__(self, pool: Pool, bundle: Bundle, at: datetime) -> None:
        self.pool, self.bundle, self.at = pool, bundle, at
        self.part = money_part(bundle.digest)
        self.as_of = period_of(pool).judged_at
        self.today = datetime.combine(at.astimezone(UTC).date(), time.min, UTC)
        day = self.as_of.date()
        self._numbers = {
            each.plan.ruleset: values_on(each.parameters, day) for each in self.part.plan.rulesets
        }
        self.rulesets = frozenset(self._numbers)
        self._read = self.part.fields.get("Track", frozenset())
        own = OWN - {"title"} if self.part.decides_by_title else OWN
        self._beyond = self._read & _PROVIDED - own
        self._known: dict[bytes, Verdict] = {}
        self._alike: dict[object, list[bytes]] = {}

    def beyond(
        self, tracks: Sequence[int]
    ) -> Mapping[int, tuple[Mapping[str, Any], tuple[str, ...]]]:
        """What rules read of tracks that is not known here, with the paths that are unknown."""
        if not self._beyond:
            return {}
        collected = facts.collect(tracks, as_of=self.as_of)
        return {track: self._told(found) for track, found in collected.items()}

    def situations(self, worth: Worth, rights: Rights) -> list[bytes]:
        """The situations of a worth: that at the end of the period, which says what it earns, and
        one for each open dispute as of today, as rules see one at a time: it is a matter of now
        whether that still holds money."""
        if rights.disputes or rights.unmatched_since or rights.others or rights.unknown:
            return self._made(worth, rights)
        key = worth.kind, worth.territory, worth.seen, rights.shape
        if key not in self._alike:
            self._alike[key] = self._made(worth, rights)
        return self._alike[key]

    def _made(self, worth: Worth, rights: Rights) -> list[bytes]:
        asking = self._asking(worth)
        return [
            self._situation(asking, worth, rights, dispute) for dispute in (None, *rights.disputes)
        ]

    def verdicts(self, situations: Iterable[bytes]) -> Mapping[bytes, Verdict]:
        """What becomes of the money of situations; decisions on new ones are written."""
        new = {each for each in situations if each not in self._known}
        judged = {made: JudgedUse(made, judge(self.part, made)) for made in new}
        ids = usage_decisions_record(bundle=self.bundle, judged=list(judged.values()), at=self.at)
        for made, each in judged.items():
            decision = ids[each.digest]
            self._known[made] = verdict(decision, each.judgement, self.part, self._numbers)
        return self._known

    def _asking(self, worth: Worth) -> Asking:
        return Asking(
            kind=worth.kind,
            licensee=self.pool.licensee.name,
            model=self.pool.model,
            model_version=self.pool.model_version,
            territories=() if worth.territory == "Worldwide" else (worth.territory,),
            research=False,
            units=worth.seen.units,
            artificial_units=worth.seen.artificial,
            reported=True,
        )

    def _situation(
        self, asking: Asking, worth: Worth, rights: Rights, dispute: Dispute | None
    ) -> bytes:
        # Who owns what and says what of a use is for rules of consent; these here do not know it.
        owners = "track.use.owners"
        document = situation(
            asking,
            (),
            attributed=worth.seen.attributed,
            fields=self.part.fields,
            others={**dict(self._facts(rights, dispute)), **rights.others},
            unknown=(*rights.unknown, *([owners] if owners in self.part.reads else [])),
        )
        return snapshot(with_part(document, PART), self.today if dispute else self.as_of)

    def _facts(self, rights: Rights, dispute: Dispute | None) -> Iterable[tuple[str, Any]]:
        if "shares" in self._read:
            kept = self.part.fields.get("ShareTotal", frozenset())
            yield "shares", [_only(total, kept) for total in totals(rights.holdings)]
        if "parties" in self._read:
            kept = self.part.fields.get("Holder", frozenset())
            yield "parties", [_only(holder, kept) for holder in holders(_nameless(rights.holdings))]
        if dispute is not None and "dispute" in self._read:
            yield "dispute", _only(dispute, self.part.fields.get("Dispute", frozenset()))
        if rights.unmatched_since is not None and "unmatched_since" in self._read:
            yield "unmatched_since", rights.unmatched_since

    def _told(self, collected: facts.Collected) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        told = msgspec.json.decode(collected.document)["track"]
        unknown = (path for path in collected.unknown if path.split(".")[1] in self._beyond)
        return {name: told[name] for name in told if name in self._beyond}, tuple(unknown)


def _nameless(rows: Iterable[Holding]) -> list[Holding]:
    """Shares without names, in an order that does not tell whose they are."""
    return sorted(
        (row._replace(name=PARTY) for row in rows), key=lambda row: row.basis_points or -1
    )


def _only(record: Holder | ShareTotal | Dispute, names: frozenset[str]) -> dict[str, Any]:
    """The named fields that are there."""
    found = ((name, getattr(record, name)) for name in record.__struct_fields__ if name in names)
    return {name: value for name, value in found if value is not msgspec.UNSET}
