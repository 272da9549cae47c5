"""Marked parts are made anew, and a slip in a marker is told."""

from __future__ import annotations

import pytest

from policy.lang.reference.text import BadMarkers, renewed

PARTS = {"words": lambda: "a\nb", "keys": lambda: "c"}


def test_only_what_stands_between_markers_changes() -> None:
    text = "<!-- note -->\n<!-- generated: words -->\nold\n<!-- end -->\nx\n"
    wanted = "<!-- note -->\n<!-- generated: words -->\na\nb\n<!-- end -->\nx\n"
    assert renewed(text, PARTS) == wanted
    assert renewed(wanted, PARTS) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!-- generated: wrods -->\n<!-- end -->", "line 1: there is no part `wrods`; did you"),
        ("<!-- generated: words -->\n", "the part `words` is not closed"),
        ("x\n<!-- end -->", "line 2: it closes nothing"),
        ("<!-- generated: words -->\n<!-- generated: keys -->", "line 2: close `words` first"),
    ],
)
def test_a_slip_in_a_marker_is_told(text: str, said: str) -> None:
    with pytest.raises(BadMarkers, match=said):
        renewed(text, PARTS)
