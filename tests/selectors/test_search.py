"""Words of a search, and the tracks that have them."""

from __future__ import annotations

import pytest

from policy.models import Track, TrackTerm
from policy.selectors import search
from tests import factories


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Blue Hour", (b"blue", b"hour")),
        ("an été", (b"ete", b"an")),
        ("gb-aaa-26-00001", (b"gbaaa2600001",)),
        ("GBAAA2600001 blue", (b"gbaaa2600001", b"blue")),
        ("   ", ()),
        ("a b c d e f g h i j", (b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h")),
    ],
)
def test_words_are_folded_and_the_longest_comes_first(text: str, words: tuple[bytes, ...]) -> None:
    assert search.words(text) == words


def _track(*terms: str) -> Track:
    track = factories.track()
    for term in terms:
        factories.track_term(track=track, term=term)
    return track


@pytest.mark.django_db
def test_a_word_means_all_that_start_with_it() -> None:
    tracks = [_track("lantern"), _track("lanterns", "song"), _track("land"), _track("lante\u0301")]
    found = TrackTerm.objects.filter(search.starts_with(b"lantern")).values_list("track", flat=True)
    assert set(found) == {tracks[0].pk, tracks[1].pk}


@pytest.mark.django_db
def test_a_single_letter_means_only_itself() -> None:
    alone, _ = _track("x"), _track("xylophone")
    found = TrackTerm.objects.filter(search.starts_with(b"x")).values_list("track", flat=True)
    assert list(found) == [alone.pk]


@pytest.mark.django_db
def test_all_words_must_be_there() -> None:
    both, _, _ = _track("blue", "hour"), _track("blue"), _track("hour")
    found = search.tracks_with_words(Track.objects.all(), search.words("ho blue"))
    assert list(found) == [both]
    rows = search.track_ids(text=search.words("ho blue"), party=None)
    assert set(rows.values_list("found", flat=True)) == {both.pk}
