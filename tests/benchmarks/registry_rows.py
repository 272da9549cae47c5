"""A catalogue with millions of statements of consent, made by SQL, for look-ups and streams.

Of N tracks: N / 2000 labels have the master, N / 20 writers the publishing in one or two parts, and
each track has a vocalist. There are about five statements a track: on tracks, recordings, releases,
works and artists, and what parties say of all they have; a twentieth was replaced later. Of
generative training each track has about two that apply.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from policy.lang.words import USES
from policy.models import Account
from tests.benchmarks import sql

AT = "'2026-06-01 12:00:00+00:00'"
LATER = "'2026-09-01 12:00:00+00:00'"


def fill(tracks: int) -> None:
    """Make that many tracks and five times as many statements. The database must be empty."""
    for number in (1, 2):
        Account.objects.create(
            pk=number, key=f"a{number}", name=f"a{number}", created_at="2026-01-01T00:00Z"
        )
    with connection.cursor() as cursor:
        for statement in (*_catalogue(tracks), *_statements(tracks)):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE" if sql.is_postgresql() else "ANALYZE")


def labels(tracks: int) -> int:
    """Labels are the parties from 1 on; writers and then artists follow."""
    return max(1, tracks // 2_000)


def _parties(tracks: int) -> tuple[str, str, str, str]:
    """SQL for the label, two writers and the artist of track n."""
    label, writer = labels(tracks), max(1, tracks // 20)
    return (
        f"1 + n % {label}",
        f"{label} + 1 + n % {writer}",
        f"{label} + 1 + (n * 7 + 3) % {writer}",
        f"{label} + {writer} + 1 + n / 10",
    )


def _catalogue(tracks: int) -> Iterator[str]:
    label, writer, second, artist = _parties(tracks)
    total = labels(tracks) + max(1, tracks // 20) + tracks // 10 + 2
    up, no, yes = sql.numbers(tracks), sql.boolean(False), sql.boolean(True)
    yield (
        "INSERT INTO policy_party (id, uuid, name, name_key, created_at) "
        f"SELECT n, {sql.uuid('b')}, 'Party ' || n, 'party ' || n, {AT} FROM {sql.numbers(total)}"
    )
    yield (
        "INSERT INTO policy_release (id, uuid, account_id, key, icpn, icpn_valid, grid, type, "
        "title, display_artist, record_label, genre, contains_ai, delivered_at, "
        f"message_created_at) SELECT n, {sql.uuid('c')}, 1, 'r' || n, '', {no}, '', 'Album', "
        f"'Release ' || n, '', 'Label ' || (n % {labels(tracks)}), '', 'none', {AT}, {AT} "
        f"FROM {sql.numbers(tracks // 10 + 1)}"
    )
    yield (
        "INSERT INTO policy_track (id, uuid, release_id, account_id, reference, isrc, "
        "isrc_well_formed, iswc, title, title_key, version_title, display_artist, artist_key, "
        "genre, language, contains_ai, audio_digest, first_delivered_at, last_delivered_at, "
        f"deliveries) SELECT n, {sql.uuid('d')}, 1 + n / 10, 1, 'A' || n, "
        f"'ZZBEN' || {sql.padded('n')}, {yes}, 'T' || {sql.padded('n')}, 'Track ' || n, "
        f"'track ' || n, '', 'Artist ' || (n / 10), 'artist ' || (n / 10), '', '', 'none', '', "
        f"{AT}, {AT}, 1 FROM {up}"
    )
    halves = ((label, "master", "10000", "n > 0"), (writer, "publishing", "6000", "n > 0"),
              (second, "publishing", "4000", "n % 2 = 0"))  # fmt: skip
    for party, layer, share, where in halves:
        yield (
            "INSERT INTO policy_share (track_id, party_id, layer, basis_points, territories, "
            f"excluded_territories) SELECT n, {party}, '{layer}', {share}, '[]', '[]' "
            f"FROM {up} WHERE {where}"
        )
        yield (
            "INSERT INTO policy_involvement (track_id, party_id, kind) "
            f"SELECT n, {party}, 'holder' FROM {up} WHERE {where} ON CONFLICT DO NOTHING"
        )
    yield (
        "INSERT INTO policy_contributor (track_id, position, party_id, special, role, facet, ai) "
        f"SELECT n, 1, {artist}, 'no', 'LeadVocalist', 'vocals', 'none' FROM {up}"
    )
    yield (
        "INSERT INTO policy_involvement (track_id, party_id, kind) "
        f"SELECT n, {artist}, 'contributor' FROM {up}"
    )


def _statements(tracks: int) -> Iterator[str]:
    """What is said, kind by kind, and who takes a twentieth of it back."""
    label, writer, _, artist = _parties(tracks)
    use = _use()
    every = max(1, labels(tracks))
    # grantor, scope, columns of the subject, layer, use, decision, how many
    kinds = (
        (writer, "track", "NULL, n, ''", "publishing", "'train_generative'", _mood(), tracks),
        (label, "recording", f"NULL, NULL, 'ZZBEN' || {sql.padded('n')}", "master", use, _mood(),
         tracks),
        (writer, "work", f"NULL, NULL, 'T' || {sql.padded('n')}", "publishing", use, _mood(),
         tracks),
        (label, "track", "NULL, n, ''", "master", use, "'granted'", tracks),
        (artist, "artist", "NULL, NULL, 'artist ' || (n / 10)", "performer", use, _mood(),
         tracks * 7 // 10),
        (label, "release", "1 + n / 10, NULL, ''", "master", use, "'granted'", tracks // 10),
        ("n", "catalogue", "NULL, NULL, ''", "master", "'train_generative'", "'granted'", every),
        (f"{every} + n", "catalogue", "NULL, NULL, ''", "publishing", use, _mood(),
         max(1, tracks // 20)),
    )  # fmt: skip
    start = 0
    for grantor, scope, subject, layer, use_of, decision, count in kinds:
        yield _said(start, grantor, scope, subject, layer, use_of, decision, count)
        start += count
    yield _taken_back(start)


def _said(
    start: int, grantor: str, scope: str, subject: str, layer: str, use: str, decision: str,
    count: int,
) -> str:  # fmt: skip
    return (
        "INSERT INTO policy_consent (id, uuid, grantor_id, scope, release_id, track_id, "
        "subject_key, layer, use, decision, model, model_version, territories, "
        "excluded_territories, valid_from, condition, terms, source, assurance, evidence_name, "
        f"evidence_digest, recorded_at) SELECT {start} + n, {sql.uuid('e', f'({start} + n)')}, "
        f"{grantor}, '{scope}', {subject}, '{layer}', {use}, {decision}, '', '', "
        "CASE WHEN n % 50 = 0 THEN '[\"DE\"]' ELSE '[]' END"
        + sql.json()
        + f", '[]', {AT}, 'none', '', "
        f"CASE WHEN n % 3 = 0 THEN 'portal' ELSE 'contract' END, 'self_declared', '', '', {AT} "
        f"FROM {sql.numbers(count)}"
    )


def _taken_back(total: int) -> str:
    columns = (
        "grantor_id, scope, release_id, track_id, subject_key, layer, use, model, model_version, "
        "territories, excluded_territories, condition, terms, source, assurance, evidence_name, "
        "evidence_digest"
    )
    return (
        f"INSERT INTO policy_consent (id, uuid, {columns}, decision, replaces_id, valid_from, "
        f"recorded_at) SELECT {total} + n, {sql.uuid('f')}, {columns}, 'withdrawn', n, {LATER}, "
        f"{LATER} FROM (SELECT id AS n, * FROM policy_consent WHERE id % 20 = 0) AS old"
    )


def _use() -> str:
    cases = " ".join(f"WHEN {place} THEN '{use}'" for place, use in enumerate(USES))
    return f"CASE n % {len(USES)} {cases} END"


def _mood() -> str:
    return "CASE WHEN n % 5 = 0 THEN 'denied' ELSE 'granted' END"
