"""What the demonstration shows of consent and money: one licensee, and what it did in October 2026.

Everything goes through the services that a real installation uses, as of fixed days, so that the
same catalogue gives the same answers. What is there already stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from policy.models import Dispute, Party, Pool, Share, Track, Usage
from policy.samples import numbers
from policy.services.attributions import WHOLE, Drawn
from policy.services.disputes import dispute_open
from policy.services.licensees import licensee_make
from policy.services.payout_statements import statements_issue
from policy.services.pool_runs import pool_run
from policy.services.pools import Period, PoolAsked, pool_open
from policy.services.registry import consent_say
from policy.services.saying import Evidence, Saying
from policy.services.usage_catalogue import CatalogueQuery
from policy.services.usage_checks import usage_ask
from policy.services.usages import UsageSaid, usage_register, usage_report

NAME, DPID = "Oriole Tones", numbers.dpid(70)

LICENSED = datetime(2026, 10, 1, 9, tzinfo=UTC)
"""When owners allowed or refused."""

TRAINED = datetime(2026, 10, 20, 9, tzinfo=UTC)
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))

TRACKS = 12
"""Tracks that the training drew on: most owners allowed it, one refused, others said nothing."""

ALLOWING = 8
"""Of these, whose owners allowed it."""

USES = ("train_generative", "generate_output")

OUTPUTS = (
    # reference, how often it was streamed and how much of that was artificial, millionths by track
    ("oriole/8831", 41_200, 1_250, (420_000, 310_000, 150_000)),
    ("oriole/9017", 12_650, 0, (500_000, 200_000, 100_000, 100_000)),
    ("oriole/9204", 3_080, 40, (900_000,)),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The licensee of the demonstration, and how many tracks it used; few in a tiny catalogue."""

    licensee: Party
    tracks: int


def show_uses(label: Sequence[Party]) -> Shown:
    """Make what is missing, about tracks of a label."""
    licensee = licensee_make(name=NAME, dpid=DPID, at=LICENSED)
    tracks = list(_tracks(label)[:TRACKS])
    if tracks and not Usage.objects.filter(licensee=licensee).exists():
        _say(licensee, tracks)
        _use(licensee, tracks)
        _pay(licensee, tracks)
    return Shown(licensee, len(tracks))


def _tracks(label: Sequence[Party]) -> QuerySet[Track]:
    """Tracks whose recording the label owns and whose work has owners too, the oldest first."""
    owned = Share.objects.filter(track=OuterRef("pk"))
    master = owned.filter(layer="master", party__in=label)
    rows = Track.objects.filter(Exists(master), Exists(owned.filter(layer="publishing")))
    return rows.filter(removed_at=None, first_delivered_at__lt=TRAINED).order_by("pk")


def _say(licensee: Party, tracks: Sequence[Track]) -> None:
    """Owners allow the licensee to train and to generate by contract; one party refuses anybody."""
    contract = Evidence.of("licence-2026.pdf", b"The demonstration has no contract to show.")
    allowing = list(_owners(tracks[:ALLOWING], ("master", "publishing")))
    for party, layer in allowing:
        saying = Saying(
            grantor=party, layer=layer, uses=USES, decision="granted", licensee=licensee,
            valid_from=LICENSED, terms="Paid by the pools of the scheme.", source="contract",
            assurance="contract",
        )  # fmt: skip
        consent_say(saying=saying, at=LICENSED, evidence=contract)
    others = _owners(tracks[ALLOWING:], ("publishing",))
    refusing = (party for party, layer in others if (party, layer) not in allowing)
    for party in islice(refusing, 1):
        saying = Saying(
            grantor=party, layer="publishing", uses=USES, decision="denied", valid_from=LICENSED,
            assurance="verified_party",
        )  # fmt: skip
        consent_say(saying=saying, at=LICENSED)


def _owners(tracks: Sequence[Track], layers: Sequence[str]) -> Iterator[tuple[Party, str]]:
    rows = Share.objects.filter(track__in=tracks, layer__in=layers).select_related("party")
    pairs = {(row.party_id, row.layer): row.party for row in rows.order_by("pk")}
    return ((party, layer) for (_, layer), party in pairs.items())


def _use(licensee: Party, tracks: Sequence[Track]) -> None:
    """A training run and outputs that took place, and a run that is planned; each is answered."""
    reported = [
        _usage(
            licensee, "training-2", "train_generative", TRAINED, units=1,
            draws=tuple(Drawn(track.pk) for track in tracks),
        ),
        *(_output(licensee, tracks, *output) for output in OUTPUTS),
    ]  # fmt: skip
    for said in reported:
        usage = usage_report(said=said, actor=None, at=timezone.now()).usage
        usage_ask(usage=usage, at=timezone.now())
    planned = _usage(
        licensee, "training-3", "train_generative", timezone.now(), model_version="3",
        query=CatalogueQuery(record_label=tracks[0].release.record_label),
    )  # fmt: skip
    usage = usage_register(said=planned, actor=None, at=timezone.now()).usage
    usage_ask(usage=usage, at=timezone.now())


def _usage(
    licensee: Party, reference: str, kind: str, starts_at: datetime, *, model_version: str = "2",
    **fields: object,
) -> UsageSaid:  # fmt: skip
    return UsageSaid(
        licensee=licensee, reference=reference, kind=kind, starts_at=starts_at, model="Oriole",
        model_version=model_version, **fields,  # type: ignore[arg-type]  # checked where called
    )  # fmt: skip


def _output(
    licensee: Party, tracks: Sequence[Track], reference: str, units: int, artificial: int,
    weights: Sequence[int],
) -> UsageSaid:  # fmt: skip
    assert sum(weights) <= WHOLE
    draws = (
        Drawn(track.pk, weight, 850_000) for track, weight in zip(tracks, weights, strict=False)
    )
    return _usage(
        licensee, reference, "generate_output", TRAINED.replace(day=25), units=units,
        artificial_units=artificial, draws=tuple(draws), attribution_method="embedding distance 2",
        output_reference=reference,
    )  # fmt: skip


def _pay(licensee: Party, tracks: Sequence[Track]) -> None:
    """Two pools of October are shared out, one track being in dispute, and statements issued."""
    at = timezone.now()
    for scheme, kind, income in (
        ("training", "train_generative", 500_000),
        ("outputs", "generate_output", 2_000_000),
    ):
        asked = PoolAsked(
            key=f"oriole-{scheme}-2026-10",
            title=f"Oriole Tones, {scheme}, October 2026",
            licensee=licensee,
            scheme=scheme,
            kinds=(kind,),
            currency="EUR",
            period=OCTOBER,
            income=income,
        )
        pool_open(asked=asked, at=at)
    _dispute(tracks[0], at)
    for pool in Pool.objects.filter(licensee=licensee).order_by("pk"):
        pool_run(pool=pool, at=at)
    statements_issue(period=OCTOBER, at=at)


def _dispute(track: Track, at: datetime) -> Dispute:
    party = Party.objects.filter(shares__track=track, shares__layer="publishing").order_by("pk")[0]
    return dispute_open(
        track=track,
        party=party,
        kind="shares",
        layer="publishing",
        finding_at=TRAINED,
        at=at,
        note="The writers do not agree who wrote the words.",
    )
