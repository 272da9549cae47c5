"""A catalogue with a million decisions, made by SQL: rows to list and count, not to replay.

Its skews are like a real catalogue's: one large distributor, one label with a tenth of all tracks,
rare and common rules and words. Works in an empty SQLite or PostgreSQL database.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from policy.models import (
    Account,
    Bundle,
    Decision,
    DecisionTally,
    FactSnapshot,
    Rule,
    Ruleset,
    RulesetVersion,
)

RULES = (
    # ruleset, rule, effect, matches one decision in so many
    ("labelling", "undeclared-after-cutover", "allow", 2),
    ("labelling", "ai-disclosure-shown", "allow", 9),
    ("labelling", "declared-none-but-detected", "review", 21),
    ("consent", "voice-without-consent", "block", 53),
    ("duplicates", "isrc-on-other-recording", "review", 33),
    ("duplicates", "isrc-malformed", "limit", 47),
    ("compensation", "shares-over-limit", "withhold", 211),
    ("compensation", "shares-just-over", "review", 99_991),
)

LARGE_PARTY = "b0000000-0000-0000-0000-000000000001"
"""The label with a tenth of all tracks."""

SMALL_PARTY = "b0000000-0000-0000-0000-00000000002a"
"""A holder of about nine tracks."""


def fill(decisions: int) -> None:
    """Make that many decisions, on half as many tracks. The database must be empty."""
    _small_tables()
    with connection.cursor() as cursor:
        for statement in _large_tables(decisions // 2, decisions):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
    _tally()


def _small_tables() -> None:
    now = timezone.now()
    for number, key in enumerate(("large-distributor", "small-distributor"), start=1):
        Account.objects.create(pk=number, key=key, name=key, created_at=now)
    Bundle.objects.create(pk=1, digest="0" * 64, content=b"{}", built_at=now)
    FactSnapshot.objects.create(pk=1, digest="0" * 64, content=b"{}")
    for number, (ruleset, key, effect, _) in enumerate(RULES, start=1):
        family, new = Ruleset.objects.get_or_create(key=ruleset, title=ruleset, owner="benchmark")
        if new:
            RulesetVersion.objects.create(
                ruleset=family, version="1.0.0", language=1, source="", plan=b"{}", template=b"{}",
                published_at=now,
            )  # fmt: skip
        Rule.objects.create(
            pk=number, version=family.versions.get(), position=number, key=key, title=key,
            effect=effect, span=[1, 1, 1, 1], tree=b"{}",
        )  # fmt: skip


def _large_tables(tracks: int, decisions: int) -> Iterator[str]:
    at, no, yes = "'2026-11-22 12:00:00+00:00'", _boolean(False), _boolean(True)
    releases = parties = tracks // 10
    account = "CASE WHEN n % 50 = 0 THEN 2 ELSE 1 END"
    yield (
        "INSERT INTO policy_party (id, uuid, name, name_key, created_at) "
        f"SELECT n, {_uuid('b')}, 'Party ' || n, 'party ' || n, {at} FROM {_numbers(parties)}"
    )
    yield (
        "INSERT INTO policy_release (id, uuid, account_id, key, icpn, icpn_valid, grid, type, "
        "title, display_artist, record_label, genre, contains_ai, delivered_at, "
        f"message_created_at) SELECT n, {_uuid('c')}, 1, 'r' || n, '', {no}, '', 'Album', "
        f"'Release ' || n, '', '', '', 'none', {at}, {at} FROM {_numbers(releases)}"
    )
    yield (
        "INSERT INTO policy_track (id, uuid, release_id, account_id, reference, isrc, "
        "isrc_well_formed, iswc, title, title_key, version_title, display_artist, artist_key, "
        "genre, language, contains_ai, audio_digest, first_delivered_at, last_delivered_at, "
        f"deliveries) SELECT n, {_uuid('d')}, 1 + n % {releases}, {account}, 'A' || n, "
        f"'ZZBEN26' || {_padded('n')}, {yes}, '', 'Track ' || n, 'track ' || n, '', "
        f"'Artist ' || n % 9973, 'artist', '', '', 'none', '', {at}, {at}, 1 "
        f"FROM {_numbers(tracks)}"
    )
    for term in _terms():
        yield (
            f"INSERT INTO policy_trackterm (track_id, term) SELECT n, {_bytes(term)} "
            f"FROM {_numbers(tracks)}"
        )
    yield (
        "INSERT INTO policy_involvement (track_id, party_id, kind) "
        f"SELECT n, CASE WHEN n % 10 = 0 THEN 1 ELSE 2 + n % {parties - 2} END, 'holder' "
        f"FROM {_numbers(tracks)}"
    )
    # `made_by` is set, because a track has one automatic decision per bundle and snapshot.
    yield (
        "INSERT INTO policy_decision (id, uuid, track_id, account_id, bundle_id, snapshot_id, "
        "effect, worldwide, territories, trace, as_of, decided_at, made_by_id) SELECT n, "
        f"{_uuid('f')}, 1 + n * 7919 % {tracks}, "
        f"CASE WHEN (1 + n * 7919 % {tracks}) % 50 = 0 THEN 2 ELSE 1 END, 1, 1, {_effect()}, "
        f"{_effect()}, '[]', {_bytes(_text('{}'))}, {at}, {at}, u.id "
        f"FROM {_numbers(decisions)}, (SELECT min(id) AS id FROM auth_user) u"
    )
    for number, (ruleset, key, effect, every) in enumerate(RULES, start=1):
        yield (
            "INSERT INTO policy_finding (decision_id, rule_id, ruleset, rule_key, status, effect, "
            f"determining, reason) SELECT n, {number}, '{ruleset}', '{key}', 'matched', "
            f"'{effect}', {yes}, 'Because of {key}.' FROM {_numbers(decisions)} "
            f"WHERE n % {every} = 0"
        )


def _terms() -> tuple[str, ...]:
    """Each track's words: two that are common in one case of a few and rare in the others."""
    return (
        "CASE WHEN n % 7 = 0 THEN 'love' ELSE 'word' || n % 60000 END",
        "CASE WHEN n % 5 = 0 THEN 'night' ELSE 'more' || n % 90000 END",
        "'name' || n % 9973",
        f"'zzben26' || {_padded('n')}",
    )


def _effect() -> str:
    """The strictest effect of the rules that match decision n."""
    cases = [
        f"WHEN n % {every} = 0 THEN '{effect}'"
        for strict in ("block", "withhold", "review", "limit")
        for _, _, effect, every in RULES
        if effect == strict
    ]
    return f"CASE {' '.join(cases)} ELSE 'allow' END"


def _tally() -> None:
    for account in (None, 1, 2):
        rows = Decision.objects.filter(**({"account": account} if account else {}))
        for effect, count in rows.order_by().values_list("effect").annotate(Count("pk")):
            DecisionTally.objects.create(account_id=account, effect=effect, count=count)


def _numbers(limit: int) -> str:
    if connection.vendor == "postgresql":
        return f"generate_series(1, {limit}::bigint) AS n"
    return (
        f"(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {limit}) "
        "SELECT n FROM up)"
    )


def _uuid(kind: str) -> str:
    if connection.vendor == "postgresql":
        return f"('{kind}' || lpad(to_hex(n), 31, '0'))::uuid"
    return f"printf('{kind}%031x', n)"


def _bytes(text: str) -> str:
    if connection.vendor == "postgresql":
        return f"convert_to({text}, 'UTF8')"
    return f"CAST({text} AS BLOB)"


def _padded(number: str) -> str:
    if connection.vendor == "postgresql":
        return f"lpad({number}::text, 7, '0')"
    return f"printf('%07d', {number})"


def _boolean(value: bool) -> str:
    if connection.vendor == "postgresql":
        return str(value).lower()
    return str(int(value))


def _text(value: str) -> str:
    return f"'{value}'"
