"""Rows for tests: plain functions that make one row each and return it.

Every argument is a keyword with a default, and what a row needs is made when it is not given;
further keywords go to the model. Names are numbered in the order of making, so no two collide.
"""

from __future__ import annotations

import hashlib
import itertools
import zlib
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from policy.models import (
    Account,
    Activation,
    Attribution,
    Bundle,
    Case,
    Consent,
    ConsentProof,
    Contributor,
    Decision,
    Delivery,
    Detection,
    EvaluationRequest,
    FactSnapshot,
    Finding,
    Involvement,
    Membership,
    Obligation,
    Party,
    PartyIdentifier,
    Relation,
    Release,
    Rule,
    Ruleset,
    RulesetVersion,
    Share,
    Track,
    TrackTerm,
    Usage,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""The instant of every test that has no reason for another."""

EMPTY_BUNDLE = b'{"schema":{"version":1,"subjects":{},"records":[]},"rulesets":[]}'

_numbers = itertools.count(1)


def user(*, name: str = "", staff: bool = False, password: str = "", **fields: Any) -> User:
    """A login; staff of the service when `staff`. Without a password nobody can sign in."""
    made = get_user_model()(username=name or f"user-{next(_numbers)}", is_staff=staff, **fields)
    made.set_password(password or None)
    made.save()
    return made


def account(*, key: str = "", **fields: Any) -> Account:
    """An account that delivers, without a party of its own."""
    key = key or f"account-{next(_numbers)}"
    fields = {"name": key.replace("-", " ").title(), "created_at": NOW} | fields
    return Account.objects.create(key=key, **fields)


def party(*, name: str = "", **fields: Any) -> Party:
    """A party that any account may name (no scope)."""
    name = name or f"Party {next(_numbers)}"
    fields = {"name_key": name.casefold(), "created_at": NOW} | fields
    return Party.objects.create(name=name, **fields)


def party_identifier(
    *, party: Party, kind: str = "isni", value: str = "", valid: bool = True, **fields: Any
) -> PartyIdentifier:
    """A standard number of a party."""
    value = value or f"{next(_numbers):016d}"
    return PartyIdentifier.objects.create(
        party=party, kind=kind, value=value, valid=valid, **fields
    )


def membership(
    *, user: User, account: Account | None = None, party: Party | None = None
) -> Membership:
    """That a login acts for an account or a party."""
    return Membership.objects.create(user=user, account=account, party=party)


def release(*, account: Account | None = None, **fields: Any) -> Release:
    """An album of an account (a new one by default)."""
    number = next(_numbers)
    fields = {
        "key": f"proprietary:{number}",
        "title": f"Release {number}",
        "type": "Album",
        "display_artist": "Nadir Field",
        "delivered_at": NOW,
        "message_created_at": NOW,
    } | fields
    return Release.objects.create(account=account or _account(), **fields)


def track(*, release: Release | None = None, **fields: Any) -> Track:
    """A track of a release (a new one by default) with an ISRC of its own."""
    album = release or _release()
    number = next(_numbers)
    title = fields.get("title", f"Track {number}")
    artist = fields.get("display_artist", album.display_artist)
    fields = {
        "account": album.account,
        "reference": f"A{number}",
        "isrc": f"ZZTST26{number:05d}",
        "isrc_well_formed": True,
        "title": title,
        "title_key": title.casefold(),
        "display_artist": artist,
        "artist_key": artist.casefold(),
        "duration_seconds": 180,
        "first_delivered_at": NOW,
        "last_delivered_at": NOW,
    } | fields
    return Track.objects.create(release=album, **fields)


def track_term(*, track: Track, term: str) -> TrackTerm:
    """A word by which a track is found."""
    return TrackTerm.objects.create(track=track, term=term.encode())


def involvement(*, track: Track, party: Party, kind: str = "holder") -> Involvement:
    """That a party has to do with a track."""
    return Involvement.objects.create(track=track, party=party, kind=kind)


def contributor(*, track: Track, party: Party | None = None, **fields: Any) -> Contributor:
    """One role on a track: a lead vocalist, undeclared, unless told otherwise.

    Without a party it is a special contributor (`special="generative_ai"`).
    """
    fields = {
        "position": track.contributors.count() + 1,
        "role": "LeadVocalist",
        "facet": "vocals",
        "special": "no" if party else "generative_ai",
    } | fields
    return Contributor.objects.create(track=track, party=party, **fields)


def share(
    *, track: Track, party: Party, layer: str = "master", basis_points: int | None = 10_000,
    **fields: Any,
) -> Share:  # fmt: skip
    """A party's part of a track: the whole master by default."""
    return Share.objects.create(
        track=track, party=party, layer=layer, basis_points=basis_points, **fields
    )


def relation(*, track: Track, kind: str = "IsSpedUpOf", isrc: str = "") -> Relation:
    """A declared relation to another recording."""
    return Relation.objects.create(track=track, kind=kind, isrc=isrc)


def delivery(
    *, account: Account | None = None, raw: bytes = b"<message/>", **fields: Any
) -> Delivery:
    """An accepted message; nothing of what its text says is made."""
    fields = {
        "message_id": f"message-{next(_numbers)}",
        "kind": "new_release",
        "format": "ern/432",
        "file_name": "message.xml",
        "digest": hashlib.sha256(raw).hexdigest(),
        "raw": zlib.compress(raw),
        "message_created_at": NOW,
        "received_at": NOW,
    } | fields
    return Delivery.objects.create(account=account or _account(), **fields)


def consent(*, grantor: Party | None = None, **fields: Any) -> Consent:
    """A grant of generative training on the master, from NOW, open; scope: release or track."""
    fields = {
        "layer": "master",
        "use": "train_generative",
        "decision": "granted",
        "valid_from": NOW,
        "source": "ern_deal",
        "recorded_at": NOW,
    } | fields
    named = "release" if fields.get("release") else "track" if fields.get("track") else "catalogue"
    fields.setdefault("scope", named)
    return Consent.objects.create(grantor=grantor, **fields)


def consent_proof(*, consent: Consent, **fields: Any) -> ConsentProof:
    """That the condition of a grant is met, for every licensee unless one is named."""
    fields = {"evidence_name": "bill.pdf", "recorded_at": NOW} | fields
    return ConsentProof.objects.create(consent=consent, **fields)


def detection(
    *, track: Track, kind: str = "ai_audio", score: int = 900_000, **fields: Any
) -> Detection:
    """A detector's finding; `score` in millionths."""
    fields = {"detector": "earmark 1.0", "detected_at": NOW} | fields
    return Detection.objects.create(track=track, kind=kind, score=score, **fields)


def request(*, track: Track | None = None, **fields: Any) -> EvaluationRequest:
    """A queued request to evaluate a track as of NOW."""
    fields = {"as_of": NOW, "created_at": NOW} | fields
    return EvaluationRequest.objects.create(track=track or _track(), **fields)


def snapshot(*, document: bytes = b"") -> FactSnapshot:
    """Facts as seen. `document` is the JSON text, a different one each time by default."""
    document = document or b'{"number":%d,"track":{}}' % next(_numbers)
    return FactSnapshot.objects.create(
        digest=hashlib.sha256(document).hexdigest(), content=zlib.compress(document)
    )


def ruleset(*, key: str = "", **fields: Any) -> Ruleset:
    """A named family of rules."""
    key = key or f"ruleset-{next(_numbers)}"
    fields = {"title": key.title(), "owner": "Trust and Safety", "why": "For tests."} | fields
    return Ruleset.objects.create(key=key, **fields)


def ruleset_version(*, ruleset: Ruleset | None = None, **fields: Any) -> RulesetVersion:
    """A version whose plan and template are empty JSON: rows to look at, not rules to run."""
    number = next(_numbers)
    source = f"language: 1\n# version {number}\n"
    fields = {
        "version": f"1.{number}.0",
        "language": 1,
        "path": f"rulesets/test/1.{number}.0.yaml",
        "source": source,
        "source_digest": hashlib.sha256(source.encode()).hexdigest(),
        "plan": b"{}",
        "plan_digest": hashlib.sha256(b"{}").hexdigest(),
        "template": b"{}",
        "published_at": NOW,
    } | fields
    return RulesetVersion.objects.create(ruleset=ruleset or _ruleset(), **fields)


def rule(*, version: RulesetVersion | None = None, **fields: Any) -> Rule:
    """A rule of a version."""
    number = next(_numbers)
    fields = {
        "position": number,
        "key": f"rule-{number}",
        "title": f"Rule {number}",
        "effect": "review",
        "span": [1, 1, 1, 10],
        "tree": b"{}",
    } | fields
    return Rule.objects.create(version=version or _ruleset_version(), **fields)


def bundle(*, versions: tuple[RulesetVersion, ...] = (), **fields: Any) -> Bundle:
    """A bundle of versions; its content is a bundle without rulesets."""
    digest = hashlib.sha256(b"bundle %d" % next(_numbers)).hexdigest()
    fields = {"digest": digest, "content": EMPTY_BUNDLE, "built_at": NOW} | fields
    made = Bundle.objects.create(**fields)
    made.versions.set(versions)
    return made


def activation(*, bundle: Bundle | None = None, **fields: Any) -> Activation:
    """That a bundle is live from NOW."""
    fields = {"live_from": NOW, "recorded_at": NOW, "why": "test"} | fields
    return Activation.objects.create(bundle=bundle or _bundle(), **fields)


def decision(
    *,
    track: Track | None = None,
    bundle: Bundle | None = None,
    effect: str = "allow",
    **fields: Any,
) -> Decision:
    """A decision on a track, with a snapshot of its own."""
    subject = track or _track()
    fields = {
        "account": subject.account,
        "worldwide": effect,
        "trace": zlib.compress(b"{}"),
        "as_of": NOW,
        "decided_at": NOW,
    } | fields
    fields.setdefault("snapshot", None)
    fields["snapshot"] = fields["snapshot"] or snapshot()
    return Decision.objects.create(
        track=subject, bundle=bundle or _bundle(), effect=effect, **fields
    )


def finding(
    *, decision: Decision | None = None, rule: Rule | None = None, **fields: Any
) -> Finding:
    """That a rule matched in a decision and caused its outcome."""
    found = rule or _rule()
    fields = {
        "ruleset": found.version.ruleset.key,
        "rule_key": found.key,
        "status": "matched",
        "effect": found.effect,
        "determining": True,
        "reason": f"{found.title} applies.",
    } | fields
    return Finding.objects.create(decision=decision or _decision(), rule=found, **fields)


def obligation(*, finding: Finding | None = None, **fields: Any) -> Obligation:
    """An open duty of the deliverer to ask for a disclosure."""
    cause = finding or _finding()
    fields = {
        "decision": cause.decision,
        "do": "request_disclosure",
        "of": "deliverer",
        "changed_at": NOW,
    } | fields
    return Obligation.objects.create(finding=cause, **fields)


def case(*, decision: Decision | None = None, **fields: Any) -> Case:
    """An open case on the track of a decision."""
    cause = decision or _decision()
    return Case.objects.create(
        decision=cause, **({"track": cause.track, "opened_at": NOW} | fields)
    )


def usage(*, licensee: Party | None = None, **fields: Any) -> Usage:
    """A planned use of a new licensee: generative training from NOW, without tracks."""
    fields = {
        "reference": f"use-{next(_numbers)}",
        "kind": "train_generative",
        "stage": "planned",
        "starts_at": NOW,
        "registered_at": NOW,
        "changed_at": NOW,
    } | fields
    return Usage.objects.create(licensee=licensee or _party(), **fields)


def attribution(
    *, usage: Usage | None = None, track: Track | None = None, **fields: Any
) -> Attribution:
    """That a use draws on a track, without a weight."""
    return Attribution.objects.create(usage=usage or _usage(), track=track or _track(), **fields)


# The functions above take rows under the names of the functions that make them.
_account, _release, _track, _bundle = account, release, track, bundle
_ruleset, _ruleset_version, _rule = ruleset, ruleset_version, rule
_decision, _finding, _party, _usage = decision, finding, party, usage
