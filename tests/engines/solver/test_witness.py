"""What the solver finds, and what it proves that nobody can find."""

from __future__ import annotations

import pytest

from policy.engines.solver import Found, Impossible, Start, Unproved, witness
from policy.engines.solver.documents import Documents
from tests.engines.making import document
from tests.engines.solver.asking import SCHEMA, ask, found, parameter, setting

_LARGE = 'track.contributors.exists(c, c.ai == "all")'
_HIGH = parameter("high", "double", ("2026-01-01", 0.9), ("2026-08-02", 0.85))


@pytest.mark.parametrize(
    "goal",
    [
        'track.title == "X"',
        'has(track.isrc) && track.isrc.matches("^[A-Z]{2}[0-9]+$") && size(track.isrc) > 2',
        'track.title.contains("live") && !track.title.startsWith("live")',
        "size(track.title) == 12",
        "track.deliveries > 5 && track.deliveries < 7",
        "track.deliveries * 3 - 1 > 20 && track.deliveries * 3 - 1 < 24",
        "has(track.release) && track.release.tracks >= 12"
        " && track.release.short_tracks * 100 >= track.release.tracks * 35",
        "track.deliverer.days_active < track.deliveries && track.deliveries < 3",
        'track.contributors.exists(c, c.ai == "all" && c.facet == "vocals")'
        " && size(track.contributors) == 3"
        " && track.contributors.all(c, c.special == 'no')",
        'track.contributors.exists_one(c, c.ai == "all") && size(track.contributors) > 1',
        'track.consents.exists(c, "DE" in c.territories && !("FR" in c.territories))',
        "track.shares.map(s, s.basis_points).sum() == 9999 && size(track.shares) == 2",
        'track.shares.filter(s, s.layer == "master").exists(s, s.territory in ["SE", "DK"])',
        "track.first_delivered_at < track.last_delivered_at && track.last_delivered_at < now",
        'now - track.first_delivered_at > duration("720h")',
        'now >= timestamp("2027-03-01T00:00:00Z") && track.deliveries == 2',
        "track.ai.declared != track.ai.release_declared",
        "(track.deliveries > 2) != (track.isrc_well_formed)",
        "has(track.is_cover) ? track.is_cover : track.isrc_well_formed",
        'track.contributors[1].role == "Mixer" && size(track.contributors) > 1',
        # Close to where calculations leave their numbers.
        "track.deliveries * 1000000 == 9000000000000000000",
        "track.deliveries + 9000000000000000000 == 9223372036854775000",
        "-track.deliveries < -9223372036854775806",
        'track.first_delivered_at + duration("100000h") > timestamp("9999-12-31T00:00:00Z")',
        "has(track.ai.detector_score) && track.ai.detector_score * 2.0 > 1e16",
        "has(track.ai.detector_score) && track.ai.detector_score - 1e15 > 1e300",
        "has(track.ai.detector_score) && track.ai.detector_score * 1e308 == 1e308 * 10.0",
    ],
)
def test_it_finds_facts(goal: str) -> None:
    assert isinstance(ask(goal), Found)


@pytest.mark.parametrize(
    "goal",
    [
        'track.title == "X" && track.title == "Y"',
        "track.deliveries > 5 && track.deliveries < 7 && track.deliveries != 6",
        "track.deliveries * 2 > 5 && track.deliveries < 3",
        "track.deliveries < track.deliverer.days_active"
        " && track.deliverer.days_active < track.duplicates.same_isrc"
        " && track.duplicates.same_isrc < track.deliveries",
        f"{_LARGE} && track.contributors.all(c, c.ai != 'all')",
        f"{_LARGE} && size(track.contributors) == 0",
        "size(track.title) > 5 && track.title == 'X'",
        "has(track.release) && !has(track.release)",
        "!has(track.release) && has(track.release.icpn)",
        'track.title.contains("x") && !track.title.contains("x")',
        "has(track.release) && track.release.tracks * 2 > track.release.short_tracks"
        " && track.release.tracks * 2 <= track.release.short_tracks",
        'now < timestamp("2026-03-01T00:00:00Z") && now > timestamp("2026-03-01T00:00:00Z")',
        'track.consents.exists(c, c.use == "remix" && c.use == "cover")',
        '["DE", "FR"].exists(t, t == "SE")',
        "has(track.ai.detector_score) && track.ai.detector_score > 1e308 * 10.0",
    ],
)
def test_it_proves_that_nothing_can_be_found(goal: str) -> None:
    assert isinstance(ask(goal), Impossible)


def test_it_says_when_it_cannot_tell() -> None:
    goal = "track.deliveries * track.deliveries == 1000003"  # a prime
    assert isinstance(ask(goal), Unproved)


def test_it_proves_nothing_of_what_had_a_value_nowhere() -> None:
    assert isinstance(ask("track.deliveries / 0 == 1"), Unproved)


def test_it_gives_up_when_its_budget_is_spent() -> None:
    tree, within = setting(f"{_LARGE} && size(track.contributors) == 3")
    assert isinstance(witness(tree, within, work=3), Unproved)


def test_a_witness_says_nothing_that_does_not_matter() -> None:
    goal = 'track.deliveries > 5 && track.contributors.exists(c, c.role == "Mixer")'
    start = Start(document(deliveries=9, isrc="SE1"), "2026-10-01T00:00:00Z")
    answer = ask(goal, starts=[start])
    assert isinstance(answer, Found)
    assert answer.as_of == start.as_of
    neutral = Documents(SCHEMA, "track", answer.as_of).neutral()["track"]
    differing = {k: v for k, v in answer.document["track"].items() if neutral.get(k) != v}
    mixer = {"role": "Mixer", "facet": "other", "ai": "undeclared", "special": "no"}
    assert differing == {"deliveries": 9, "contributors": [mixer]}


def test_a_start_that_fulfils_the_goal_is_only_reduced() -> None:
    start = Start({**document(deliveries=77), "unknown": ["track.isrc"]}, "2026-10-01T00:00:00Z")
    assert found("track.deliveries > 5", starts=[start])["deliveries"] == 77


def test_it_begins_at_the_start_that_is_nearest() -> None:
    far = Start(document(deliveries=1, title="Red"), "2026-10-01T00:00:00Z")
    near = Start(document(deliveries=77, title="Red"), "2026-10-02T00:00:00Z")
    goal = 'track.deliveries > 5 && track.deliveries < 100 && track.title != "Red"'
    answer = ask(goal, starts=[far, near])
    assert isinstance(answer, Found)
    assert (answer.as_of, answer.document["track"]["deliveries"]) == (near.as_of, 77)


def test_facts_are_put_back_to_those_of_a_base() -> None:
    tree, within = setting("track.deliveries > 5")
    base = document(title="Green", deliveries=3)
    answer = witness(tree, within, base=base)
    assert isinstance(answer, Found)
    assert answer.document == document(
        title="Green", deliveries=answer.document["track"]["deliveries"]
    )


def test_parameters_hold_by_their_days() -> None:
    goal = "has(track.ai.detector_score) && track.ai.detector_score >= params.high"
    low = f"{goal} && track.ai.detector_score < 0.9"
    answer = ask(low, parameters=[_HIGH])
    assert isinstance(answer, Found)
    assert answer.as_of >= "2026-08-02"
    assert isinstance(ask(low, parameters=[_HIGH], as_of="2026-03-01T00:00:00Z"), Impossible)
    both = f"{low} && now < timestamp('2026-08-02T00:00:00Z')"
    assert isinstance(ask(both, parameters=[_HIGH]), Impossible)


def test_lists_of_parameters_are_read_item_by_item() -> None:
    words = parameter("words", "list(string)", ("2026-01-01", ("live", "remix")))
    goal = "params.words.exists(w, track.title.contains(w)) && !track.title.contains('live')"
    assert "remix" in found(goal, parameters=[words])["title"]
    never = "params.words.exists(w, w == track.title) && track.title == 'cover'"
    assert isinstance(ask(never, parameters=[words]), Impossible)


def test_variables_are_read() -> None:
    variables = {
        "parts": 'track.contributors.filter(c, c.ai == "all")',
        "sung": 'parts.exists(c, c.facet == "vocals")',
    }
    assert len(found("sung && size(parts) == 1", variables=variables)["contributors"]) == 1
    assert isinstance(ask("sung && size(parts) == 0", variables=variables), Impossible)


def test_an_instant_is_kept() -> None:
    instant = "2026-05-05T00:00:00Z"
    answer = ask(f'now == timestamp("{instant}")', as_of=instant)
    assert isinstance(answer, Found)
    assert answer.as_of == instant
    assert isinstance(ask(f'now < timestamp("{instant}")', as_of=instant), Impossible)
