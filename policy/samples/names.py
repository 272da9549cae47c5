"""Invented names: artists, titles, record labels, distributors. None is meant to be anybody's.

Artists and titles (in `words/`) come in many languages and scripts, because catalogues do and
because comparing names is where software goes wrong first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_WORDS = Path(__file__).with_name("words")


@dataclass(frozen=True, slots=True)
class Act:
    """An artist or group: name, main language (ISO 639) and genre."""

    name: str
    language: str
    genre: str


def _lines(name: str) -> list[str]:
    return (_WORDS / name).read_text(encoding="utf-8").splitlines()


def _titles() -> dict[str, tuple[str, ...]]:
    pairs = (line.split(": ", 1) for line in _lines("titles.txt"))
    return {language: tuple(titles.split(" | ")) for language, titles in pairs}


ACTS = tuple(Act(*line.split(" / ")) for line in _lines("artists.txt"))

TITLES = _titles()
"""By language."""

WRITERS = tuple(_lines("writers.txt"))
"""Composers, lyricists, producers."""

NOISE = (
    "Endless Rain for Sleep",
    "Deep Brown Noise",
    "Gentle Ocean for Focus",
    "Soft Fan in the Night",
    "Forest Stream for Babies",
    "432 Hz Calm Mind",
    "Study Beats",
    "Binaural Morning",
)
"""Functional audio, as it is uploaded in series."""

VERSIONS = ("Live", "Acoustic", "Remix", "Radio Edit", "Demo", "Instrumental")

LABELS = (
    ("Nightjar Recordings", "NJR"),
    ("Kupferton", "KPT"),
    ("Blue Ledger Music", "BLG"),
    ("Maré Alta Discos", "MAD"),
    ("Tidewater and Daughters", "TWD"),
    ("Hoshizora Works", "HSW"),
    ("Southquay Static", "SQS"),
    ("Polarlys Lyd", "PLY"),
    ("Sahil Sound House", "SSH"),
    ("Second Attic", "2AT"),
)
"""Names, and the three characters after ZZ in their ISRCs."""

DISTRIBUTORS = (
    "Lighthouse Digital",
    "Parcel Music Delivery",
    "Northern Post Distribution",
    "Open Quay",
    "Cobalt Pipeline",
    "Meridian Aggregation",
    "Tramline Distribution",
    "Seven Ferries",
    "Brass Gate",
)

NEWCOMER = "Rapid Loops Delivery"
"""A distributor of a few days, for bursts."""

SERVICE = "Example Streaming Service (fictional)"

VOICES = ("Mira Solvejord", "Cassian Thornquist", "Ayaka Tsukimori")
"""Well-known singers, whose voices others imitate."""
