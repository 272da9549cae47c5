"""The one table between our uses of AI and the words of the standards for consent.

A use without a word in a standard cannot be said there, and a word that is not here says nothing to
us: both are told, neither is guessed. Where one word stands for several uses, a grant of the word
is a grant of each, and a refusal refuses each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from policy.lang.words import USES, Use

Standard: TypeAlias = Literal["aipref", "tdmrep", "cawg", "rsl", "ern"]
STANDARDS: tuple[Standard, ...] = get_args(Standard)

OWN = "stave"
"""Namespace of our own words, where a standard lets everybody bring some."""

RESERVATION = "tdm-reservation"

VOCABULARY: Mapping[Use, Mapping[Standard, str]] = {
    "train_generative": {
        "aipref": "train-ai",
        "tdmrep": RESERVATION,
        "cawg": "cawg.ai_generative_training",
        "rsl": "ai-train",
        "ern": "UseForTrainingGenerativeAI",
    },
    "train_non_generative": {
        "tdmrep": RESERVATION,
        "cawg": "cawg.ai_training",
        "rsl": "ai-train",
        "ern": "UseForTrainingNonGenerativeAI",
    },
    "data_mining": {
        "tdmrep": RESERVATION,
        "cawg": "cawg.data_mining",
        "rsl": "ai-index",
        "ern": "UseForDataMining",
    },
    "generate_output": {"cawg": "cawg.ai_inference", "rsl": "ai-input"},
    "fingerprint_identification": {"ern": "UseForIdentification"},
}
"""Words by use. Sources: IETF aipref vocab -07 and attach -05 (August 2026), W3C TDMRep (May 2024),
CAWG training and data mining 1.1 (May 2025), RSL 1.0 (November 2025), DDEX ERN 4.3.2 with AVS 9."""

_OPEN: Mapping[Standard, str] = {"cawg": f"{OWN}.{{}}", "ern": f"UserDefined:{OWN}:{{}}"}
"""Standards with room for words of others (CAWG custom labels, DDEX UserDefined with a namespace):
there every further use has a word of ours."""

WHOLE: Mapping[str, tuple[str, ...]] = {
    "all": ("ai-train", "ai-index", "ai-input"),
    "ai-all": ("ai-train", "ai-index", "ai-input"),
}
"""RSL's words for several: they are the uses that RSL knows. Nobody who permits `all` there has
been asked about cloning a voice."""

OUTSIDE: Mapping[Standard, frozenset[str]] = {
    "aipref": frozenset({"search"}),
    "rsl": frozenset({"search"}),
}
"""Words that are known but about no use of AI that needs consent here."""


def word(use: Use, standard: Standard) -> str | None:
    """What a standard calls a use; None when it cannot say it."""
    own = _OPEN.get(standard)
    return VOCABULARY.get(use, {}).get(standard) or (own.format(use) if own else None)


def uses_by_word(standard: Standard) -> dict[str, tuple[Use, ...]]:
    """The uses that each word of a standard stands for, in our order."""
    found: dict[str, tuple[Use, ...]] = {}
    for use in USES:
        name = word(use, standard)
        if name is not None:
            found[name] = (*found.get(name, ()), use)
    if standard == "rsl":
        for whole, parts in WHOLE.items():
            found[whole] = tuple(use for part in parts for use in found[part])
    return found
