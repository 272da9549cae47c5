"""A catalogue with owners and what they say of uses, made by SQL.

Every track has a whole master of one label and a work of one or two writers; labels and most
writers say what they say of all they have, and every other track has a statement of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone

from policy.models import Account
from tests.benchmarks.sql import boolean, numbers, uuid

AT = "'2026-11-22 12:00:00+00:00'"
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def fill(tracks: int, parties: int) -> None:
    """Make that many tracks, with two and a half times as many shares. The database is empty."""
    Account.objects.create(pk=1, key="distributor", name="Distributor", created_at=timezone.now())
    with connection.cursor() as cursor:
        for statement in _tables(tracks, parties):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")


def _tables(tracks: int, parties: int) -> Iterator[str]:
    no, yes = boolean(False), boolean(True)
    releases, labels = tracks // 10, parties // 10
    writers = parties - labels
    yield (
        "INSERT INTO policy_party (id, uuid, name, name_key, created_at) "
        f"SELECT n, {uuid('b')}, 'Party ' || n, 'party ' || n, {AT} FROM {numbers(parties)}"
    )
    yield (
        "INSERT INTO policy_release (id, uuid, account_id, key, icpn, icpn_valid, grid, type, "
        "title, display_artist, record_label, genre, contains_ai, delivered_at, "
        f"message_created_at) SELECT n, {uuid('c')}, 1, 'r' || n, '', {no}, '', 'Album', "
        f"'Release ' || n, '', 'Label ' || n % {labels}, '', 'none', {AT}, {AT} "
        f"FROM {numbers(releases)}"
    )
    yield (
        "INSERT INTO policy_track (id, uuid, release_id, account_id, reference, isrc, "
        "isrc_well_formed, iswc, title, title_key, version_title, display_artist, artist_key, "
        "genre, language, contains_ai, audio_digest, first_delivered_at, last_delivered_at, "
        f"deliveries) SELECT n, {uuid('d')}, 1 + n % {releases}, 1, 'A' || n, "
        f"'ZZBEN' || n, {yes}, '', 'Track ' || n, 'track ' || n, '', "
        f"'Artist ' || n % 9973, 'artist ' || n % 9973, '', '', 'none', '', {AT}, {AT}, 1 "
        f"FROM {numbers(tracks)}"
    )
    share = (
        "INSERT INTO policy_share (track_id, party_id, layer, basis_points, territories, "
        "excluded_territories) SELECT n, "
    )
    of = f"FROM {numbers(tracks)}"
    yield f"{share} 1 + n % {labels}, 'master', 10000, '[]', '[]' {of}"
    first = f"{labels} + 1 + n * 7919 % {writers}"
    second = f"{labels} + 1 + n * 7907 % {writers}"
    half = "CASE WHEN n % 2 = 0 THEN 5000 ELSE 10000 END"
    yield f"{share} {first}, 'publishing', {half}, '[]', '[]' {of}"
    yield f"{share} {second}, 'publishing', 5000, '[]', '[]' {of} WHERE n % 2 = 0"
    said = (
        "INSERT INTO policy_consent (uuid, grantor_id, scope, track_id, subject_key, layer, use, "
        "decision, model, model_version, territories, excluded_territories, valid_from, "
        "condition, terms, source, assurance, evidence_name, evidence_digest, recorded_at) SELECT "
    )
    rest = f"'', '', '[]', '[]', {AT}, 'none', '', 'contract', 'contract', '', '', {AT}"
    use = "'train_generative'"
    yield (
        f"{said} {uuid('e')}, n, 'catalogue', NULL, '', CASE WHEN n <= {labels} THEN 'master' "
        f"ELSE 'publishing' END, {use}, CASE WHEN n % 17 = 0 THEN 'denied' ELSE 'granted' END, "
        f"{rest} FROM {numbers(parties)} WHERE n % 11 <> 0"
    )
    yield (
        f"{said} {uuid('f')}, 1 + n % {labels}, 'track', n, '', 'master', {use}, "
        f"CASE WHEN n % 20 = 0 THEN 'withdrawn' ELSE 'granted' END, {rest} {of} WHERE n % 2 = 0"
    )
