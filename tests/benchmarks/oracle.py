"""The forty rules as a person would write them in Python: the oracle, and a peer."""

from __future__ import annotations

import re
from typing import Any

_GENERATOR = re.compile(r"(AI|Suno|Udio) ")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_SPED = re.compile(r"(?i)(sped up|slowed|nightcore)")
_P_LINE = re.compile(r"\(P\) [0-9]{4} ")


def firings(document: dict[str, Any]) -> list[int]:
    """The indexes of the rules that match, with regular expressions."""
    track = document["track"]
    artist = _GENERATOR.match(track["display_artist"]) is not None
    isrc = "isrc" in track and _ISRC.fullmatch(track["isrc"]) is None
    sped = _SPED.search(track["title"]) is not None
    return _all(track, artist, isrc, sped, _P_LINE.match(track["p_line"]) is None)


def plain_firings(document: dict[str, Any]) -> list[int]:
    """The same without regular expressions."""
    track = document["track"]
    key = track["title_key"]
    artist = track["display_artist"].startswith(("AI ", "Suno ", "Udio "))
    isrc = "isrc" in track and len(track["isrc"]) != 12
    sped = "sped up" in key or "slowed" in key or "nightcore" in key
    return _all(track, artist, isrc, sped, not track["p_line"].startswith("(P) "))


def _all(track: dict[str, Any], artist: bool, isrc: bool, sped: bool, p_line: bool) -> list[int]:
    found: list[int] = []
    add = found.append
    ai, contributors, holders = track["ai"], track["contributors"], track["holders"]
    declared, licence, opt_in = ai["declared"], ai["licence"], ai["training_opt_in"]
    streams, country = track["streams_last_week"], track["country"]
    if any(
        c["facet"] == "vocals" and c["voice_score"] >= 0.92 and c["likeness_consent"] != "granted"
        for c in contributors
    ):
        add(0)
    if (
        opt_in
        and licence != "granted"
        and any(h["ai_consent"] == "denied" and h["basis_points"] > 0 for h in holders)
    ):
        add(1)
    if (
        opt_in
        and licence == "none"
        and ai["training_territories"] > 0
        and not all(h["ai_consent"] == "granted" or h["basis_points"] == 0 for h in holders)
    ):
        add(2)
    if declared in ("all", "partly") and any(
        h["layer"] == "master" and h["ai_consent"] == "unknown" and h["territory"] == country
        for h in holders
    ):
        add(3)
    if (
        "generator" in ai
        and licence == "none"
        and declared != "none"
        and not (track["record_label"] == "Self" and streams == 0)
    ):
        add(4)
    if opt_in and ai["training_territories"] == 0 and licence != "granted":
        add(5)
    if any(
        c["ai"] == "all" and c["voice_score"] >= 0.8 and c["name"] == track["display_artist"]
        for c in contributors
    ):
        add(6)
    if (
        opt_in
        and licence == "pending"
        and not track["disputed"]
        and track["first_delivered_at"] >= "2026-06-01T00:00:00Z"
    ):
        add(7)
    if track["disputed"] and streams > 0 and (opt_in or declared == "all" or "generator" in ai):
        add(8)
    if (
        track["is_cover"]
        and not track["is_instrumental"]
        and any(c["facet"] == "vocals" and c["ai"] in ("all", "partly") for c in contributors)
    ):
        add(9)
    if (
        declared == "none"
        and "detector_score" in ai
        and ai["detector_score"] >= 0.9
        and not (track["is_instrumental"] and track["is_cover"])
    ):
        add(10)
    if (
        declared == "undeclared"
        and track["release_date"] >= "2026-08-02T00:00:00Z"
        and not (track["is_cover"] and track["disputed"])
    ):
        add(11)
    if declared == "none" and any(c["ai"] in ("all", "partly") for c in contributors):
        add(12)
    if (
        declared == "all"
        and not ai["disclosed_in_title"]
        and any(c["ai"] == "none" and c["facet"] != "production" for c in contributors)
    ):
        add(13)
    if (
        declared != ai["release_declared"]
        and ai["release_declared"] != "undeclared"
        and (track["tracks_on_release"] == 1 or ai["release_declared"] == "none")
    ):
        add(14)
    if (
        declared in ("none", "undeclared")
        and not track["is_instrumental"]
        and (
            ai["vocals_score"] > 0.95
            or (ai["vocals_score"] > 0.9 and track["account_age_days"] < 100)
        )
    ):
        add(15)
    if artist and declared != "all":
        add(16)
    if ai["disclosed_in_title"] and declared in ("none", "undeclared"):
        add(17)
    if (
        ai["lyrics_score"] >= 0.95
        and track["language"] in ("en", "de", "fr")
        and declared == "none"
        and not track["is_instrumental"]
        and not track["is_cover"]
    ):
        add(18)
    if track["is_instrumental"] and any(
        c["facet"] == "vocals" and c["ai"] != "all" for c in contributors
    ):
        add(19)
    if (
        "isrc" in track
        and track["same_isrc"] > 0
        and (track["same_title_artist"] == 0 or track["account_age_days"] < 365)
    ):
        add(20)
    if isrc:
        add(21)
    if sped and (track["same_title_artist"] > 0 or track["account_age_days"] < 365):
        add(22)
    if (
        track["audio_similarity"] >= 0.95
        and track["same_audio"] > 0
        and not (track["is_cover"] and track["disputed"])
    ):
        add(23)
    if (
        30 <= track["duration_seconds"] < 36
        and track["tracks_last_week"] > 100
        and track["tracks_on_release"] > 1
    ):
        add(24)
    if (track["tracks_last_week"] > 500 and track["account_age_days"] < 30) or (
        track["tracks_last_week"] > 2500 and track["duration_seconds"] < 60
    ):
        add(25)
    if (
        streams > 10_000
        and track["top_listener_share"] > 0.6
        and not track["is_cover"]
        and track["account_age_days"] < 2000
    ):
        add(26)
    if (
        track["silence_ratio"] > 0.5
        and track["duration_seconds"] > 60
        and not track["is_instrumental"]
    ):
        add(27)
    if (
        streams > 40 * track["listeners_last_week"]
        and track["skip_rate"] < 0.05
        and track["listeners_last_week"] > 0
    ):
        add(28)
    if len(track["title"]) > 40 and (
        "type beat" in track["title_key"] or "8d audio" in track["title_key"]
    ):
        add(29)
    if track["claimed_basis_points"] > 10_050 or (
        track["claimed_basis_points"] < 9_950 and streams > 1000
    ):
        add(30)
    if streams > 0 and all(not h["payout_ready"] or h["basis_points"] == 0 for h in holders):
        add(31)
    if any(h["layer"] == "master" and h["basis_points"] == 0 for h in holders):
        add(32)
    if (
        len(holders) < 4
        and track["price_tier"] == "premium"
        and track["advance_open"]
        and track["payout_currency"] != "USD"
    ):
        add(33)
    if (
        streams > 50_000
        and not track["disputed"]
        and any(
            not h["payout_ready"] and h["territory"] == "WW" and h["basis_points"] > 500
            for h in holders
        )
    ):
        add(34)
    if track["advance_open"] and track["disputed"] and streams > 1000:
        add(35)
    if p_line:
        add(36)
    if all(h["territory"] != country and h["territory"] != "WW" for h in holders):
        add(37)
    if (
        track["payout_currency"] != "EUR"
        and country in ("DE", "FR", "ES", "IT")
        and track["record_label"] == "Self"
        and track["account_age_days"] < 1000
    ):
        add(38)
    if "iswc" not in track and any(
        h["layer"] == "publishing" and h["basis_points"] > 5000 for h in holders
    ):
        add(39)
    return found
