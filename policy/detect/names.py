"""Names and titles in a form for comparing, and the words by which they are found.

Two spellings of one name come to the same key: case, accents, punctuation, invisible characters
and letters borrowed from another alphabet do not count, and a title's version words and featured
artists are left out. Keys are evidence for a person to look, never an identity.
"""
# ruff: noqa: RUF001 - letters that look like other letters are what this module is about

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST_TERM = 64
"""Bytes of the longest word that is kept for searching; longer ones are cut."""

# Letters that no Unicode decomposition takes apart.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ħ": "h"}
    | dict.fromkeys("'’‘`´ʼ′", "")
    | {"&": " and ", "+": " and "}
)

# Cyrillic and Greek letters that look like Latin ones, small or capital, after case folding.
_TWINS = dict(
    zip(
        "авекмнорстухіјѕһԁԛԝ" + "αβεζηικμνορτυχ",
        "abekmhopctyxijshdqw" + "abezhikmnoptyx",
        strict=True,
    )
)
# Those that look alike both small and capital: a word of these alone is taken for Latin too.
_PERFECT_TWINS = frozenset("аеорсухіјѕοԛԝ")

_VERSION = (
    r"live|remix(?:ed)?|mix|re-?master(?:ed)?|edit(?:ed)?|version|acoustic|unplugged|instrumental"
    r"|karaoke|demo|sped[ -]up|slowed(?:[ -]down)?|reverb|nightcore|extended|radio|mono|stereo"
    r"|deluxe|bonus|explicit|clean|a ?cappella|orchestral|session|take|rework|vip|dub|cover"
)
_GUESTS = r"feat|ft|featuring"
# What stands in brackets, or after a dash at the end, and has a version word or a guest in it.
_IN_BRACKETS = re.compile(
    rf"[(\[{{](?=[^()\[\]{{}}]*\b(?:{_VERSION}|{_GUESTS}|with)\b)[^()\[\]{{}}]*[)\]}}]"
)
_AFTER_DASH = re.compile(rf"\s[-–—]\s(?=[^-–—]*\b(?:{_VERSION})\b)[^-–—]*$")
_GUESTS_AT_END = re.compile(rf"(?<=\S)\s(?:{_GUESTS})\b\.?\s.+$")


_NO_WORD = re.compile("[^a-z0-9]+")


def fold(text: str) -> str:
    """The words of a text, folded and joined by single spaces; empty when it has no word."""
    if text.isascii():
        return " ".join(_plain(text).split())
    return " ".join(_latin(word) for word in _plain(text).split())


def title_key(title: str) -> str:
    """A title for comparing, without version words and featured artists.

    A title of nothing but such words or of punctuation keeps them: `Live` and `!!!` are titles.
    """
    bare = _IN_BRACKETS.sub(" ", _caseless(title))
    bare = _GUESTS_AT_END.sub("", _AFTER_DASH.sub("", bare))
    return fold(bare) or name_key(title)


def artist_key(name: str) -> str:
    """An artist's name for comparing, without those who are featured."""
    bare = _GUESTS_AT_END.sub("", _IN_BRACKETS.sub(" ", _caseless(name)))
    return fold(bare) or name_key(name)


def name_key(name: str) -> str:
    """Any name for comparing; one of punctuation alone keeps it."""
    return fold(name) or " ".join(filter(None, map(_visible, _caseless(name).split())))


def terms(texts: Iterable[str]) -> tuple[str, ...]:
    """The distinct folded words of texts, sorted, each at most LONGEST_TERM bytes of UTF-8."""
    return tuple(sorted({_cut(word) for text in texts for word in name_key(text).split()}))


def _caseless(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _plain(text: str) -> str:
    """Without case, accents and punctuation.

    Only the accents of European scripts go: a Japanese or Indic mark makes another letter.
    """
    if text.isascii():  # most are, and this is ten times as fast
        return _NO_WORD.sub(" ", text.lower().translate(_LETTERS))
    apart = unicodedata.normalize("NFKD", _caseless(text).translate(_LETTERS))
    bare = "".join(char for char in apart if not "\u0300" <= char <= "\u036f")
    whole = unicodedata.normalize("NFC", bare).translate(_LETTERS)
    return "".join(map(_kept, whole))


def _visible(word: str) -> str:
    return "".join(char for char in word if unicodedata.category(char) != "Cf")


def _kept(char: str) -> str:
    """Letters, digits and marks as they are, invisible characters gone, all else a space."""
    category = unicodedata.category(char)
    if category[0] in "LNM":
        return char
    return "" if category == "Cf" else " "


def _latin(word: str) -> str:
    """A word with its look-alike letters made Latin, if it is Latin but for them."""
    if word.isascii():
        return word
    foreign = {char for char in word if char.isalpha() and not _is_latin(char)}
    mixed = any(_is_latin(char) for char in word)
    if foreign and foreign <= (_TWINS.keys() if mixed else _PERFECT_TWINS):
        return "".join(_TWINS.get(char, char) for char in word)
    return word


def _is_latin(char: str) -> bool:
    return char.isalpha() and (char.isascii() or unicodedata.name(char, "").startswith("LATIN"))


def _cut(word: str) -> str:
    return word.encode()[:LONGEST_TERM].decode(errors="ignore")
