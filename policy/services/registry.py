"""The consent registry: a party says something of AI uses, or takes a grant back. Rows are added.

A statement replaces what the same grantor said before on the same topic (subject, layer, use,
licensee and model) in the same manner (by contract, or as a preference), if it holds wherever and
as long as that did. What the older one said of the time before stays said. Where the new one holds
only in some places or for some time both stand, and the newer one speaks there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from policy.models import Condition, Consent, ConsentProof, Party, Release, Track
from policy.registry.speaking import CONTRACTS
from policy.registry.territories import Where, where
from policy.services.audit import audit_record
from policy.services.bulk import insert_models
from policy.services.saying import ConsentRefused, Evidence, Mistake, Saying, mistakes
from policy.services.sweeps import tracks_request
from policy.services.taking_back import taking_back_request


def consent_say(
    *, saying: Saying, at: datetime, actor: User | None = None, evidence: Evidence | None = None
) -> list[Consent]:
    """Record a statement, one row for each of its uses, and have its tracks evaluated again.

    What it takes back leaves a job to carry that out; the caller nudges the workers.
    Returns those rows; what stands already, word for word, is not recorded again. Raises
    ConsentRefused with all mistakes, and then nothing is written.
    """
    found = mistakes(saying)
    if found:
        raise ConsentRefused(found)
    with transaction.atomic():
        _one_at_a_time(saying.grantor)
        said = [_new(saying, use, at, actor, evidence) for use in dict.fromkeys(saying.uses)]
        rows = [_standing_equal(row, saying) or row for row in said]
        new = [row for row in rows if row._state.adding]
        copies = [pair for row in new for pair in _replacing(row, at)]
        further = [copy for _, copy in copies]
        insert_models([*new, *further])
        _proofs_keep(copies)
        taking_back_request(said=[*new, *further], at=at)
        for row in new:
            audit_record(actor=actor, action="consent_say", subject=row, at=at)
        if new:
            tracks_request(said=new[0], at=at)
    return rows


def consent_withdraw_row(
    *,
    consent: Consent,
    at: datetime,
    since: datetime | None = None,
    actor: User | None = None,
    evidence: Evidence | None = None,
    assurance: str = "",
) -> Consent:
    """Record that a grant is withdrawn from `since` on (default: now), in the caller's transaction.

    `assurance` is how surely its grantor withdraws it; empty: as surely as the grant was its own.
    The row only: what must stop is for `policy.services.withdrawals`. A withdrawal acts forward, so
    an earlier `since` is now. Raises ConsentRefused when it is no grant, or one that something
    later has replaced.
    """
    _one_at_a_time(consent.grantor)
    wrong = [*_not_withdrawable(consent)]
    if wrong:
        raise ConsentRefused(wrong)
    begins = max(since or at, at, consent.valid_from)
    row = _copy(
        consent, decision="withdrawn", valid_from=begins, valid_until=None, replaces=consent,
        recorded_at=at, recorded_by=actor, delivery=None,
        assurance=assurance or consent.assurance, **_of(evidence),
    )  # fmt: skip
    past = [*_past(consent, begins, at)]
    insert_models([row, *past])
    _proofs_keep([(consent, copy) for copy in past])
    audit_record(actor=actor, action="consent_withdraw", subject=row, at=at)
    return row


def condition_prove(
    *,
    consent: Consent,
    evidence: Evidence,
    at: datetime,
    licensee: Party | None = None,
    actor: User | None = None,
) -> ConsentProof:
    """Record that the condition of a grant is met, for one licensee or for all.

    The same document for the same licensee again is the same proof. Raises ConsentRefused for a
    statement without a condition, and for a licensee whom the grant does not mean.
    """
    wrong = [*_not_provable(consent, licensee)]
    if wrong:
        raise ConsentRefused(wrong)
    with transaction.atomic():
        same = ConsentProof.objects.filter(
            consent=consent, licensee=licensee, evidence_digest=evidence.digest
        ).first()
        if same is not None:
            return same
        proof = ConsentProof.objects.create(
            consent=consent, licensee=licensee, recorded_at=at, recorded_by=actor, **_of(evidence)
        )
        audit_record(actor=actor, action="condition_prove", subject=consent, at=at)
        tracks_request(said=consent, at=at)
    return proof


def _new(
    saying: Saying, use: str, at: datetime, actor: User | None, evidence: Evidence | None
) -> Consent:
    about = saying.subject
    return Consent(
        grantor=saying.grantor,
        scope=saying.scope,
        release=about if isinstance(about, Release) else None,
        track=about if isinstance(about, Track) else None,
        subject_key=saying.key,
        layer=saying.layer,
        use=use,
        decision=saying.decision,
        licensee=saying.licensee,
        model=saying.model,
        model_version=saying.model_version,
        territories=sorted(set(saying.territories) - {"Worldwide"}),
        excluded_territories=sorted(set(saying.excluded)),
        valid_from=saying.valid_from or at,
        valid_until=saying.valid_until,
        condition=saying.condition,
        terms=saying.terms,
        source=saying.source,
        assurance=saying.assurance,
        recorded_by=actor,
        recorded_at=at,
        **_of(evidence),
    )


def _one_at_a_time(grantor: Party | None) -> None:
    """Let nobody else speak for a party until the running transaction ends."""
    if grantor is not None:
        Party.objects.select_for_update().get(pk=grantor.pk)


def _of(evidence: Evidence | None) -> dict[str, str]:
    if evidence is None:
        return {}
    return {"evidence_name": evidence.name, "evidence_digest": evidence.digest}


def _standing(row: Consent) -> Sequence[Consent]:
    """What stands on the topic of a new row, said in the same manner and not by a delivery."""
    rows = Consent.objects.filter(
        grantor=row.grantor, scope=row.scope, use=row.use, release=row.release, track=row.track,
        subject_key=row.subject_key, layer=row.layer, licensee=row.licensee, model=row.model,
        model_version=row.model_version, delivery=None, replaced_by=None,
    )  # fmt: skip
    return [old for old in rows.order_by("-pk") if _manner(old) == _manner(row)]


def _manner(row: Consent) -> str:
    """Whether a court, a contract or a preference speaks: neither takes the other's place."""
    if row.source == Consent.Source.COURT_ORDER:
        return row.source
    return "contract" if row.source in CONTRACTS else "preference"


_TOLD = (
    "decision", "territories", "excluded_territories", "valid_until", "condition", "terms",
    "source", "assurance", "evidence_digest",
)  # fmt: skip


def _standing_equal(new: Consent, saying: Saying) -> Consent | None:
    """The row that says the same already, where nothing was said since on its topic. A statement
    without a beginning equals one that has begun."""
    for old in _standing(new)[:1]:
        begun = old.valid_from <= new.valid_from
        same = begun if saying.valid_from is None else old.valid_from == new.valid_from
        if same and all(getattr(old, field) == getattr(new, field) for field in _TOLD):
            return old
    return None


def _replacing(new: Consent, at: datetime) -> Iterator[tuple[Consent, Consent]]:
    """Make a row replace what it takes the place of; the further rows that this needs, each with
    the one that it is a copy of."""
    for old in _standing(new):
        if not _takes_place(new, old):
            continue
        if new.replaces is None:
            new.replaces = old
            yield from ((old, copy) for copy in _past(old, new.valid_from, at))
        else:
            end = max(old.valid_from, new.valid_from)
            yield old, _copy(old, valid_until=end, recorded_at=at, replaces=old)


def _takes_place(new: Consent, old: Consent) -> bool:
    """Whether a row holds wherever and as long as an older one would hold from now on."""
    over = old.valid_until is not None and old.valid_until <= new.valid_from
    longer = new.valid_until is None or (
        old.valid_until is not None and old.valid_until <= new.valid_until
    )
    return not over and longer and _extent(old).within(_extent(new))


def _extent(row: Consent) -> Where:
    return where(row.territories, row.excluded_territories)


def _past(old: Consent, until: datetime, at: datetime) -> Iterator[Consent]:
    """What a replaced row goes on saying of the time before, if it had begun by then."""
    if old.valid_from < until:
        yield _copy(old, valid_until=until, recorded_at=at, replaces=None)


def _copy(row: Consent, **changed: Any) -> Consent:
    """A new row that says what another says, but for some fields."""
    kept = {
        field.attname: getattr(row, field.attname)
        for field in Consent._meta.concrete_fields
        if field.name not in ("id", "uuid", *changed)
    }
    return Consent(**kept, **changed)


def _proofs_keep(copies: Sequence[tuple[Consent, Consent]]) -> None:
    """Let the condition of a copied grant be met where that of the grant was. Two queries."""
    by_id = defaultdict(list)
    for old, copy in copies:
        by_id[old.pk].append(copy)
    insert_models(
        [
            ConsentProof(
                consent=copy,
                licensee_id=proof.licensee_id,
                evidence_name=proof.evidence_name,
                evidence_digest=proof.evidence_digest,
                recorded_by_id=proof.recorded_by_id,
                recorded_at=proof.recorded_at,
            )
            for proof in ConsentProof.objects.filter(consent__in=by_id).order_by("pk")
            for copy in by_id[proof.consent_id]
        ]
    )


def _not_withdrawable(consent: Consent) -> Iterator[Mistake]:
    if consent.decision != Consent.Decision.GRANTED:
        yield Mistake("consent", f"it was {consent.decision}: only a grant can be withdrawn")
    elif Consent.objects.filter(replaces=consent).exists():
        yield Mistake("consent", "something later has replaced it: withdraw that one")


def _not_provable(consent: Consent, licensee: Party | None) -> Iterator[Mistake]:
    if consent.condition == Condition.NONE:
        yield Mistake("consent", "it has no condition that could be met")
    if consent.licensee and licensee and consent.licensee != licensee:
        yield Mistake("licensee", f"the grant is for {consent.licensee}")
