"""The README of consent files tells what the code does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from policy.ingest.consents.licences import POLICY
from policy.ingest.consents.vocabulary import STANDARDS, VOCABULARY, uses_by_word, word
from policy.lang.words import USES

README = Path(__file__).resolve().parents[3] / "policy" / "ingest" / "consents" / "README.md"


def table(mark: str) -> list[str]:
    """The lines of the table after a mark, without its head."""
    text = README.read_text(encoding="utf-8").partition(f"<!-- {mark} -->\n")[2]
    return text.partition("\n\n")[0].splitlines()[2:]


def line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def words() -> Iterable[str]:
    for use in USES:
        found = [word(use, standard) for standard in STANDARDS]
        yield line(f"`{use}`", *(f"`{one}`" if one else "\u2013" for one in found))


def test_the_table_of_words_is_the_code() -> None:
    assert table("words") == list(words())


def test_the_policy_of_licences_is_the_code() -> None:
    rules = [
        line(
            f"`{rule.use}`",
            rule.commercial or "any",
            rule.derivatives or "any",
            rule.decision + (f", {rule.condition}" if rule.condition != "none" else ""),
            rule.why,
        )
        for rule in POLICY
    ]
    assert table("licences") == rules


@pytest.mark.parametrize("standard", STANDARDS)
def test_every_word_stands_for_uses_and_every_use_has_one_word(standard: str) -> None:
    (known,) = (one for one in STANDARDS if one == standard)
    by_word = uses_by_word(known)
    assert all(by_word.values())
    for use in USES:
        name = word(use, known)
        assert name is None or use in by_word[name]
        assert (name is not None) >= (known in VOCABULARY.get(use, {}))
