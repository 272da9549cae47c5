"""Seeded fact documents for the benchmark: some 60 fields and two lists of records, about 3 KB."""

from __future__ import annotations

import random
from typing import Any

_FIRST = ("Mara", "Ivo", "Lena", "Tomas", "Aiko", "Noor", "Felix", "Sade", "Juno", "Pavel")
_LAST = ("Holm", "Okafor", "Varga", "Lind", "Sato", "Rahimi", "Berg", "Costa", "Novak", "Moreau")
_WORDS = ("Blue", "Hour", "Static", "River", "Glass", "Neon", "Winter", "Salt", "Echo", "Golden")
_ROLES = ("Composer", "Lyricist", "LeadVocalist", "Guitarist", "Drummer", "Producer", "Mixer")
_FACETS = ("vocals", "instrumentation", "composition", "lyrics", "production")
_COUNTRIES = ("DE", "FR", "ES", "IT", "US", "GB", "SE", "JP", "BR", "NL")
_LABELS = ("Northlight", "Halcyon", "Self", "Old Harbour", "Meridian")


def tracks(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """Fact documents as a collector would hand them over."""
    dice = random.Random(seed)
    return [{"track": _track(dice)} for _ in range(count)]


def _chance(dice: random.Random, share: float) -> bool:
    return dice.random() < share


def _name(dice: random.Random) -> str:
    return f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"


def _isrc(dice: random.Random) -> str:
    if _chance(dice, 0.004):
        return f"QZ{dice.randrange(10**6)}"
    return f"{dice.choice(_COUNTRIES)}A1B{dice.randrange(10**7):07d}"


def _day(dice: random.Random) -> str:
    month = dice.randrange(1, 13)
    return f"{dice.choice((2025, 2026))}-{month:02d}-{dice.randrange(1, 29):02d}"


def _title(dice: random.Random) -> str:
    title = " ".join(dice.choices(_WORDS, k=dice.randrange(1, 4)))
    if _chance(dice, 0.02):
        title += dice.choice((" (Sped Up)", " (Slowed)", " - Nightcore"))
    if _chance(dice, 0.01):
        title += " free for profit dark melodic type beat 2026"
    return title


def _track(dice: random.Random) -> dict[str, Any]:
    title, artist, country = _title(dice), _name(dice), dice.choice(_COUNTRIES)
    if _chance(dice, 0.01):
        artist = f"{dice.choice(('AI', 'Suno', 'Udio'))} {artist}"
    listeners = dice.randrange(10, 60_000)
    loops = 60 if _chance(dice, 0.01) else dice.uniform(1, 4)
    found: dict[str, Any] = {
        "title": title,
        "title_key": title.lower(),
        "display_artist": artist,
        "upc": f"{dice.randrange(10**12):012d}",
        "duration_seconds": dice.choice((31, 33, 35)) if _chance(dice, 0.08) else _length(dice),
        "genre": dice.choice(("pop", "rock", "ambient", "techno", "folk", "hip-hop")),
        "language": dice.choice(("en", "de", "fr", "es", "ja")),
        "release_type": dice.choice(("Album", "Single", "EP")),
        "track_number": dice.randrange(1, 15),
        "tracks_on_release": dice.choice((1, 1, 6, 12)),
        "bpm": round(dice.uniform(60, 180), 1),
        "loudness": round(dice.uniform(-18, -6), 2),
        "silence_ratio": round(dice.random() ** 8, 4),
        "is_explicit": _chance(dice, 0.15),
        "is_instrumental": _chance(dice, 0.1),
        "is_cover": _chance(dice, 0.15),
        "release_date": f"{_day(dice)}T00:00:00Z",
        "first_delivered_at": f"{_day(dice)}T{dice.randrange(24):02d}:{dice.randrange(60):02d}:00Z",
        "deliveries": dice.randrange(1, 6),
        "distributor": dice.choice(("Harbour Distribution", "Uplift", "Streamline Music")),
        "account_age_days": dice.randrange(1, 3000),
        "account_strikes": dice.choice((0, 0, 0, 1, 2)),
        "tracks_last_week": int(3000 * dice.random() ** 3),
        "record_label": dice.choice(_LABELS),
        "p_line": f"{'2026' if _chance(dice, 0.01) else '(P) 2026'} {dice.choice(_LABELS)}",
        "country": country,
        "territories": dice.sample(_COUNTRIES, dice.randrange(1, 5)),
        "streams_last_week": int(listeners * loops),
        "listeners_last_week": listeners,
        "skip_rate": round(dice.random() * (0.1 if loops > 4 else 1), 4),
        "top_listener_share": round(dice.random() ** 2, 4),
        "playlist_share": round(dice.random(), 4),
        "same_isrc": dice.randrange(1, 4) if _chance(dice, 0.02) else 0,
        "same_title_artist": dice.randrange(1, 4) if _chance(dice, 0.1) else 0,
        "same_audio": dice.randrange(1, 3) if _chance(dice, 0.08) else 0,
        "audio_similarity": round(dice.random() ** 0.5, 4),
        "price_tier": dice.choice(("standard", "premium", "budget")),
        "payout_currency": dice.choice(("EUR", "EUR", "EUR", "USD")),
        "claimed_basis_points": dice.choice((10_000,) * 20 + (9_000, 10_040, 10_100, 13_000)),
        "advance_open": _chance(dice, 0.2),
        "disputed": _chance(dice, 0.08),
        "ai": _ai(dice),
        "contributors": [_contributor(dice, artist) for _ in range(dice.randrange(3, 9))],
        "holders": [_holder(dice, country) for _ in range(dice.randrange(3, 9))],
    }
    if _chance(dice, 0.2):
        found["version_title"] = dice.choice(("Live", "Remix", "Acoustic"))
    if _chance(dice, 0.95):
        found["isrc"] = _isrc(dice)
    if _chance(dice, 0.75):
        found["iswc"] = f"T-{dice.randrange(10**9):09d}-1"
    return found


def _length(dice: random.Random) -> int:
    return dice.randrange(90, 400)


def _ai(dice: random.Random) -> dict[str, Any]:
    declared = dice.choices(("none", "undeclared", "partly", "all"), (52, 30, 14, 4))[0]
    same = _chance(dice, 0.93)
    found: dict[str, Any] = {
        "declared": declared,
        "release_declared": declared if same else dice.choice(("none", "partly", "undeclared")),
        "detector": "ears 2.1",
        "vocals_score": round(dice.random(), 4),
        "lyrics_score": round(dice.random(), 4),
        "training_opt_in": _chance(dice, 0.12),
        "training_territories": dice.choice((0, 1, 5, 30, 200)),
        "licence": dice.choices(("none", "pending", "granted"), (70, 15, 15))[0],
        "disclosed_in_title": _chance(dice, 0.01),
    }
    if _chance(dice, 0.7):
        found["detector_score"] = round(dice.random() ** 6, 4)
    if declared in ("partly", "all") and _chance(dice, 0.4):
        found["generator"] = "Songsmith 4"
    return found


def _contributor(dice: random.Random, artist: str) -> dict[str, Any]:
    role = dice.choices(_ROLES, (4, 4, 3, 4, 4, 4, 4))[0]
    return {
        "name": artist if _chance(dice, 0.35) else _name(dice),
        "role": role,
        "facet": "vocals" if role == "LeadVocalist" else dice.choice(_FACETS[1:]),
        "ai": dice.choices(("none", "undeclared", "partly", "all"), (62, 31, 4, 3))[0],
        "special": dice.choices(("no", "traditional", "generative_ai"), (97, 1, 2))[0],
        "voice_score": round(dice.random() ** 4, 4),
        "likeness_consent": dice.choice(("granted", "unknown", "denied")),
        "known_person": _chance(dice, 0.2),
    }


def _holder(dice: random.Random, country: str) -> dict[str, Any]:
    return {
        "name": _name(dice),
        "layer": dice.choice(("master", "publishing", "performer")),
        "basis_points": 0 if _chance(dice, 0.004) else dice.randrange(100, 10_001),
        "territory": dice.choice(("WW", country, country, *_COUNTRIES[:3])),
        "ai_consent": dice.choices(("granted", "unknown", "denied"), (70, 20, 10))[0],
        "payout_ready": _chance(dice, 0.6),
        "kind": dice.choice(("person", "company")),
        "withheld": _chance(dice, 0.05),
    }
