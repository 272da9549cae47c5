"""What is declared about generative AI, and what detectors heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import UNSET

from policy.facts.batch import Batch, Subject
from policy.facts.document import Ai
from policy.facts.group import Group, Part, delivery_sources, source
from policy.models import AiLevel, Contributor, Detection

ALL, PARTLY, NONE, UNDECLARED = AiLevel.ALL, AiLevel.PARTLY, AiLevel.NONE, AiLevel.UNDECLARED


def _provide(batch: Batch) -> dict[Subject, Part]:
    return {subject: _part(subject, batch) for subject in batch.subjects}


def _part(subject: Subject, batch: Batch) -> Part:
    row = batch.track(subject)
    levels = [sibling.contains_ai for sibling in batch.siblings[row.release_id]]
    heard = loudest(batch.detections(subject))
    credits = {
        (credit.party_id, credit.special, credit.role, credit.ai)
        for credit in batch.contributors[row.pk]
    }
    given = [ai for _, _, _, ai in credits]
    facts = Ai(
        declared=row.contains_ai,
        release_declared=row.release.contains_ai,
        release_fold=fold(levels or [row.contains_ai]),
        contributors_all=given.count(ALL),
        contributors_partly=given.count(PARTLY),
        special_contributors=sum(
            special == Contributor.Special.GENERATIVE_AI for _, special, _, _ in credits
        ),
        human_contributors=len({party for party, _, _, _ in credits if party is not None}),
        detector=heard.detector if heard else UNSET,
        detector_score=heard.score / 1_000_000 if heard else UNSET,
    )
    told = delivery_sources([row.delivery, row.release.delivery])
    return Part((facts,), (*told, source("detection", heard.uuid)) if heard else told)


def fold(levels: Sequence[str]) -> str:
    """What recordings add up to: any undeclared is undeclared, all alike is that, else partly."""
    if UNDECLARED in levels:
        return str(UNDECLARED.value)
    return levels[0] if len(set(levels)) == 1 else str(PARTLY.value)


def loudest(newest_first: Iterable[Detection]) -> Detection | None:
    """The finding of generated audio with the highest score, of each detector's latest."""
    latest: dict[str, Detection] = {}
    for row in newest_first:
        if row.kind == Detection.Kind.AI_AUDIO:
            latest.setdefault(row.detector, row)
    return max(latest.values(), key=lambda row: (row.score, row.detector), default=None)


AI = Group("ai", ("ai",), _provide)
