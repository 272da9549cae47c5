"""The registry of consents as pages: what a party says of uses of its works by AI, as of any day.

Only the party itself and staff read it. "In force on day D as known on day K" is one condition on
the rows; nothing is ever edited, so the answer of an earlier K stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from policy.models import Consent, ConsentProof, Party, Reliance, Usage
from policy.selectors.decision_search import Place
from policy.selectors.keyset import Page, keyset_page
from policy.selectors.people import Named
from policy.selectors.registry import in_force
from policy.selectors.visibility import User, parties_of, sight_of

RELIED = 20
"""Uses that relied on a record which its page lists, the newest ones."""


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """Which records: of one party (None: all that the login may read), about one use ("" = any).

    With `on` those in force at that instant, as known at `known`; without, all that are known then.
    """

    known: datetime
    on: datetime | None = None
    party: UUID | None = None
    use: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One record of the registry; empty licensee and model are any, `valid_until` None is open.

    `subject` names what `scope` is about where that is not the whole catalogue. `replaced_at` is
    when a later record took its place.
    """

    uuid: UUID
    grantor: Named | None
    scope: str
    scope_words: str
    subject: str
    track: UUID | None
    layer: str
    use: str
    decision: str
    licensee: Named | None
    model: str
    model_version: str
    territories: tuple[str, ...]
    excluded_territories: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime | None
    condition: str
    condition_words: str
    terms: str
    source: str
    source_words: str
    assurance: str
    assurance_words: str
    evidence_name: str
    evidence_digest: str
    recorded_at: datetime
    replaced_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentRegistry:
    """A page of the records of a party."""

    party: Named
    page: Page[ConsentRecord]


@dataclass(frozen=True, slots=True)
class Proof:
    """That the condition of a grant is met; `licensee` None is for any."""

    licensee: Named | None
    evidence_name: str
    evidence_digest: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RelyingUsage:
    """A use that took place and relied on a record."""

    uuid: UUID
    licensee: str
    kind: str
    reference: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """One record with what it replaced, what replaced it, its proofs and who relied on it."""

    record: ConsentRecord
    in_force: bool
    replaces: UUID | None
    replaced_by: UUID | None
    proofs: tuple[Proof, ...]
    relied: tuple[RelyingUsage, ...]
    more: bool

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether it is a grant that nothing later has replaced."""
        granted = self.record.decision == Consent.Decision.GRANTED
        return granted and self.record.replaced_at is None


def get_consent_registry(
    user: User, party: UUID, asked: ConsentAsked, place: Place, *, size: int
) -> ConsentRegistry | None:
    """The records of a party, newest first; None when they are not the login's to read.

    Two queries beside the login's own.
    """
    found = parties_of(user).filter(uuid=party).first()
    if found is None:
        return None
    rows = _asked(Consent.objects.filter(grantor=found), asked)
    return ConsentRegistry(Named(found.uuid, found.name), _page(rows, place, size))


def list_consents(
    user: User, asked: ConsentAsked, place: Place, *, size: int
) -> Page[ConsentRecord]:
    """The records that the login may read, newest first; one query beside the login's own."""
    rows = _asked(_visible(user), asked)
    if asked.party:
        rows = rows.filter(grantor__uuid=asked.party)
    return _page(rows, place, size)


def get_consent_page(user: User, uuid: UUID, *, now: datetime) -> ConsentPage | None:
    """One record, None when there is none that the login may read; at most three queries."""
    found = _visible(user).filter(uuid=uuid).select_related(*_SHOWN, "replaces").first()
    if found is None:
        return None
    relied, later = _relied(found), _later(found)
    return ConsentPage(
        record=consent_record(found),
        in_force=_speaks_at(found, now),
        replaces=found.replaces.uuid if found.replaces else None,
        replaced_by=later.uuid if later else None,
        proofs=_proofs(found),
        relied=relied[:RELIED],
        more=len(relied) > RELIED,
    )


def consent_records(ids: Iterable[int]) -> tuple[ConsentRecord, ...]:
    """The records with these row ids, in their order; one query."""
    rows = Consent.objects.select_related(*_SHOWN).in_bulk(list(ids))
    return tuple(consent_record(rows[pk]) for pk in sorted(rows))


def consent_for(user: User, uuid: UUID) -> Consent | None:
    """The row of a record that the login may change."""
    return _visible(user).filter(uuid=uuid).select_related(*_SHOWN).first()


def grantor_for(user: User, uuid: UUID) -> Party | None:
    """The party in whose name the login may speak."""
    return parties_of(user).filter(uuid=uuid).first()


def consent_record(consent: Consent) -> ConsentRecord:
    """A row with its grantor, release, track and licensee, as people read it."""
    later = _later(consent)
    return ConsentRecord(
        uuid=consent.uuid,
        grantor=_named(consent.grantor),
        scope=consent.scope,
        scope_words=consent.get_scope_display(),
        subject=_subject(consent),
        track=consent.track.uuid if consent.track else None,
        layer=consent.layer,
        use=consent.use,
        decision=consent.decision,
        licensee=_named(consent.licensee),
        model=consent.model,
        model_version=consent.model_version,
        territories=tuple(consent.territories),
        excluded_territories=tuple(consent.excluded_territories),
        valid_from=consent.valid_from,
        valid_until=consent.valid_until,
        condition=consent.condition,
        condition_words=consent.get_condition_display(),
        terms=consent.terms,
        source=consent.source,
        source_words=consent.get_source_display(),
        assurance=consent.assurance,
        assurance_words=consent.get_assurance_display(),
        evidence_name=consent.evidence_name,
        evidence_digest=consent.evidence_digest,
        recorded_at=consent.recorded_at,
        replaced_at=later.recorded_at if later else None,
    )


_SHOWN = ("grantor", "release", "track", "licensee", "replaced_by")


def _visible(user: User) -> QuerySet[Consent]:
    sight = sight_of(user)
    rows = Consent.objects.all()
    return rows if sight.everything else rows.filter(grantor__in=sight.parties)


def _asked(rows: QuerySet[Consent], asked: ConsentAsked) -> QuerySet[Consent]:
    rows = rows.filter(recorded_at__lte=asked.known)
    if asked.use:
        rows = rows.filter(use=asked.use)
    return rows if asked.on is None else in_force(rows, at=asked.on, known_at=asked.known)


def _page(rows: QuerySet[Consent], place: Place, size: int) -> Page[ConsentRecord]:
    return keyset_page(rows.select_related(*_SHOWN), place, size=size).map(consent_record)


def _speaks_at(consent: Consent, now: datetime) -> bool:
    ended = consent.valid_until is not None and consent.valid_until <= now
    return consent.valid_from <= now and not ended and _later(consent) is None


def _later(consent: Consent) -> Consent | None:
    later: Consent | None = getattr(consent, "replaced_by", None)
    return later


def _named(party: Party | None) -> Named | None:
    return Named(party.uuid, party.name) if party else None


def _subject(consent: Consent) -> str:
    if consent.track:
        return consent.track.title
    return consent.release.title if consent.release else consent.subject_key


def _proofs(consent: Consent) -> tuple[Proof, ...]:
    rows = ConsentProof.objects.filter(consent=consent).select_related("licensee").order_by("-pk")
    return tuple(
        Proof(_named(row.licensee), row.evidence_name, row.evidence_digest, row.recorded_at)
        for row in rows
    )


def _relied(consent: Consent) -> tuple[RelyingUsage, ...]:
    checks = Reliance.objects.filter(consent=consent).values("usage_check__usage")
    rows = Usage.objects.filter(pk__in=checks).select_related("licensee").order_by("-pk")
    return tuple(
        RelyingUsage(row.uuid, row.licensee.name, row.kind, row.reference, row.starts_at)
        for row in rows[: RELIED + 1]
    )
