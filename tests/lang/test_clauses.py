"""The clauses of `format`."""

from __future__ import annotations

import pytest

from policy.lang.clauses import Clause, pieces


def test_holes_and_the_text_between_them() -> None:
    assert pieces("%d of %%: %.2f!") == (Clause("d"), " of ", "%", ": ", Clause("f", 2), "!")
    assert pieces("") == ()
    assert pieces("%.1000e") == (Clause("e", 1000),)


@pytest.mark.parametrize("text", ["%", "a%", "%q", "%.f", "%.+1f", "%.1", "%1d", "%.1%", "%.1001f"])
def test_what_is_no_clause(text: str) -> None:
    with pytest.raises(ValueError, match="clause"):
        pieces(text)
