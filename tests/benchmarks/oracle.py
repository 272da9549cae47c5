"""The forty rules as a person would write them in Python: the oracle, and a peer to be as fast as."""

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
    sped = track["same_title_artist"] > 0 and _SPED.search(track["title"]) is not None
    return _all(track, artist, isrc, sped, _P_LINE.match(track["p_line"]) is None)


def plain_firings(document: dict[str, Any]) -> list[int]:
    """The same without regular expressions."""
    track = document["track"]
    key = track["title_key"]
    artist = track["display_artist"].startswith(("AI ", "Suno ", "Udio "))
    isrc = "isrc" in track and len(track["isrc"]) != 12
    sped = track["same_title_artist"] > 0 and (
        "sped up" in key or "slowed" in key or "nightcore" in key
    )
    return _all(track, artist, isrc, sped, not track["p_line"].startswith("(P) "))


def _all(track: dict[str, Any], artist: bool, isrc: bool, sped: bool, p_line: bool) -> list[int]:
    found: list[int] = []
    add = found.append
    ai, contributors, holders = track["ai"], track["contributors"], track["holders"]
    declared, opt_in = ai["declared"], ai["training_opt_in"]
    if any(
        c["facet"] == "vocals" and c["voice_score"] >= 0.92 and c["likeness_consent"] != "granted"
        for c in contributors
    ):
        add(0)
    if opt_in and any(h["ai_consent"] == "denied" for h in holders):
        add(1)
    if (
        opt_in
        and ai["licence"] == "none"
        and not all(h["ai_consent"] == "granted" for h in holders)
    ):
        add(2)
    if declared in ("all", "partly") and any(
        h["layer"] == "master"
        and h["ai_consent"] == "unknown"
        and h["territory"] == track["country"]
        for h in holders
    ):
        add(3)
    if "generator" in ai and ai["licence"] == "none" and declared != "none":
        add(4)
    if opt_in and ai["training_territories"] == 0:
        add(5)
    if any(
        c["known_person"] and c["ai"] == "all" and c["name"] == track["display_artist"]
        for c in contributors
    ):
        add(6)
    if (
        opt_in
        and ai["licence"] == "pending"
        and track["first_delivered_at"] >= "2026-06-01T00:00:00Z"
    ):
        add(7)
    if track["disputed"] and (opt_in or declared == "all"):
        add(8)
    if track["is_cover"] and any(
        c["facet"] == "vocals" and c["ai"] in ("all", "partly") for c in contributors
    ):
        add(9)
    if declared == "none" and "detector_score" in ai and ai["detector_score"] >= 0.9:
        add(10)
    if declared == "undeclared" and track["release_date"] >= "2026-08-02T00:00:00Z":
        add(11)
    if declared == "none" and any(c["ai"] in ("all", "partly") for c in contributors):
        add(12)
    if declared == "all" and any(c["special"] == "no" and c["ai"] == "none" for c in contributors):
        add(13)
    if (
        declared != ai["release_declared"]
        and ai["release_declared"] != "undeclared"
        and track["tracks_on_release"] == 1
    ):
        add(14)
    if (
        declared in ("none", "undeclared")
        and not track["is_instrumental"]
        and ai["vocals_score"] > 0.9
    ):
        add(15)
    if declared != "all" and artist:
        add(16)
    if ai["disclosed_in_title"] and declared == "none":
        add(17)
    if ai["lyrics_score"] >= 0.95 and track["language"] == "en" and declared == "none":
        add(18)
    if track["is_instrumental"] and any(c["role"] == "LeadVocalist" for c in contributors):
        add(19)
    if "isrc" in track and track["same_isrc"] > 0:
        add(20)
    if isrc:
        add(21)
    if sped:
        add(22)
    if track["audio_similarity"] >= 0.95 and track["same_audio"] > 0:
        add(23)
    if 30 <= track["duration_seconds"] < 36 and track["tracks_last_week"] > 100:
        add(24)
    if track["tracks_last_week"] > 500 and track["account_age_days"] < 30:
        add(25)
    if track["streams_last_week"] > 10_000 and track["top_listener_share"] > 0.6:
        add(26)
    if track["silence_ratio"] > 0.5 and track["duration_seconds"] > 60:
        add(27)
    if track["streams_last_week"] > 40 * track["listeners_last_week"] and track["skip_rate"] < 0.05:
        add(28)
    if len(track["title"]) > 40 and "type beat" in track["title_key"]:
        add(29)
    if track["claimed_basis_points"] > 10_050:
        add(30)
    if all(not h["payout_ready"] for h in holders):
        add(31)
    if any(h["layer"] == "master" and h["basis_points"] == 0 for h in holders):
        add(32)
    if len(holders) < 4 and track["price_tier"] == "premium" and track["advance_open"]:
        add(33)
    if track["streams_last_week"] > 50_000 and any(
        h["withheld"] and h["territory"] == "WW" for h in holders
    ):
        add(34)
    if track["advance_open"] and track["disputed"]:
        add(35)
    if p_line:
        add(36)
    country = track["country"]
    if all(h["territory"] not in (country, "WW") for h in holders):
        add(37)
    if (
        track["payout_currency"] != "EUR"
        and country in ("DE", "FR", "ES", "IT")
        and track["record_label"] == "Self"
    ):
        add(38)
    if "iswc" not in track and any(
        h["layer"] == "publishing" and h["kind"] == "company" for h in holders
    ):
        add(39)
    return found
