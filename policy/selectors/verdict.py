"""What a decision says, in a sentence that nobody needs to look up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policy.selectors import territories

WORDS = {
    "allow": ("Allowed", "may be live"),
    "limit": ("Limited", "live, but not recommended or not monetised"),
    "review": ("In review", "a person must look before this is final"),
    "withhold": ("Withheld", "not live until what is missing is supplied"),
    "block": ("Blocked", "not live"),
}


def word(effect: str) -> str:
    """An effect as a label: `block` is `Block`."""
    return effect.capitalize()


@dataclass(frozen=True, slots=True)
class Region:
    """Territories with one effect; no codes means everywhere that no other region names."""

    effect: str
    codes: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome: a headline (`Blocked in Germany`), what it means, and every region."""

    effect: str
    headline: str
    meaning: str
    regions: tuple[Region, ...]


def verdict(effect: str, worldwide: str, differing: Sequence[tuple[str, str]]) -> Verdict:
    """Put an outcome in words; `effect` is the strictest anywhere, `differing` [code, effect]."""
    regions = _regions(worldwide, differing)
    strictest = next(region for region in regions if region.effect == effect)
    word, meaning = WORDS[effect]
    where = strictest.place if strictest.place.startswith("every") else f"in {strictest.place}"
    rest = [region for region in regions if region is not strictest]
    others = "; ".join(f"{region.place}: {WORDS[region.effect][0].lower()}" for region in rest)
    return Verdict(
        effect=effect,
        headline=f"{word} {where}",
        meaning=f"{meaning[0].upper()}{meaning[1:]}." + (f" {_sentence(others)}" if others else ""),
        regions=regions,
    )


def _regions(worldwide: str, differing: Sequence[tuple[str, str]]) -> tuple[Region, ...]:
    """Group the differing territories by effect, strictest first, with the rest of the world."""
    effects = list(WORDS)
    found = [
        Region(effect, codes, territories.phrase(codes))
        for effect in reversed(effects)
        if (codes := tuple(sorted(code for code, other in differing if other == effect)))
    ]
    rest = Region(worldwide, (), "everywhere else" if found else "everywhere")
    return tuple(sorted([*found, rest], key=lambda region: -effects.index(region.effect)))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
