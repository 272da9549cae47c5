"""IETF AI preferences: header lines, robots.txt, paths and groups."""

from __future__ import annotations

import pytest

from policy.ingest.consents.aipref import read_aipref, write_aipref
from policy.ingest.consents.locations import speaking
from tests.ingest.consents.reading import mistakes, read, said, statement, warned
from tests.shared import shared_or_skip

ALL = "User-Agent: *\n"


def test_of_one_path_the_most_restrictive_rule_counts() -> None:
    found = read("aipref")
    assert said(found, "location", "use", "decision", "line", "column") == [
        ("", "train_generative", "denied", 2, 16),
        ("/open/", "train_generative", "granted", 7, 23),
        ("/open/demos/", "train_generative", "denied", 9, 29),
    ]
    assert warned(found) == [("outside", 6), ("not-crawled", 10), ("one-crawler", 14)]


@pytest.mark.parametrize(
    ("path", "decision"),
    [("/", "denied"), ("/open/song", "granted"), ("/open/demos/x", "denied"), ("/opera", "denied")],
)
def test_the_longest_path_wins(path: str, decision: str) -> None:
    (one,) = speaking(read("aipref").statements, path)
    assert one.decision == decision


@pytest.mark.parametrize(
    ("usage", "warning"),
    [
        ("train-ai", "unknown-value"),
        ("train-ai=?1", "unknown-value"),
        ("train-ai=yes", "unknown-value"),
        ('train-ai="y"', "unknown-value"),
        ("train-ai=(y n);a", "unknown-value"),
        ("train-genai=y", "unknown-word"),
        ("search=y", "outside"),
    ],
)
def test_what_is_neither_y_nor_n_is_never_a_grant(usage: str, warning: str) -> None:
    found = read("aipref", f"{ALL}Content-Usage: {usage}\n")
    assert (found.statements, warned(found)) == ((), [(warning, 2)])


def test_the_last_of_one_name_counts_and_parameters_are_told() -> None:
    found = read("aipref", f"{ALL}content-usage:train-ai=y , train-ai=n;exceptions=cc-cr\n")
    assert said(found, "decision") == [("denied",)]
    assert warned(found) == [("unknown-parameter", 2)]


def test_a_permission_where_nothing_may_be_crawled_says_nothing() -> None:
    rules = "Disallow: /\nAllow: /ok/\nContent-Usage: train-ai=y\nContent-Usage: /ok/ train-ai=y\n"
    found = read("aipref", ALL + rules)
    assert said(found, "location", "decision") == [("/ok/", "granted")]


def test_groups_of_several_crawlers_and_groups_of_one_name_are_joined() -> None:
    text = (
        "User-Agent: A\nUser-Agent: *\nContent-Usage: /a train-ai=n\n\n"
        "User-Agent: B\nAllow: /\nUser-Agent: *\nContent-Usage: /b train-ai=y\n"
    )
    assert said(read("aipref", text), "location", "decision") == [
        ("/a", "denied"),
        ("/b", "granted"),
    ]


def test_mistakes_come_all_at_once_with_their_places() -> None:
    text = (
        "Content-Usage: /open/ train-ai=y\n"
        "User-Agent: *\n"
        "Content-Usage: train-ai=y search=n\n"
        "Content-Usage: /a/ Train=n\n"
        "Content-Usage: train-ai=n,\n"
        "Content-Usage: train-ai=\n"
        "Content-Usage: train-ai=n;\n"
        "Content-Usage: train-ai=(y\n"
    )
    assert mistakes("aipref", text) == [
        ("path-in-header", 1, 16),
        ("not-structured", 3, 26),
        ("not-structured", 4, 20),
        ("not-structured", 5, 27),
        ("not-structured", 6, 25),
        ("not-structured", 7, 27),
        ("not-structured", 8, 27),
    ]


def test_lines_that_are_no_rules_are_told_and_passed_over() -> None:
    assert warned(read("aipref", "hello\n\n# fine\nContent-Usage: train-ai=n")) == [
        ("unknown-line", 1)
    ]


def test_the_shared_sample_reads_right() -> None:
    raw = shared_or_skip("samples", "consent", "aipref.txt").read_bytes()
    found = read_aipref(raw, path="aipref.txt")
    assert said(found, "location", "decision") == [("", "denied"), ("/open/", "granted")]


def test_what_robots_cannot_say_is_told() -> None:
    found = write_aipref(
        [
            statement("train_generative", "denied", layer="master"),
            statement("train_generative", "granted", layer="publishing"),
            statement("remix", "granted"),
            statement(location="/paid/", condition="payment", terms="EUR 1"),
            statement(location="/se/", territories=("SE",)),
            statement(location="/old/", decision="withdrawn"),
            statement(location="/one/", licensee="Toneworks"),
        ]
    )
    assert found.text == (
        "User-Agent: *\nAllow: /\nContent-Usage: train-ai=n\nContent-Usage: /se/ train-ai=n\n"
        "Content-Usage: /old/ train-ai=n\nContent-Usage: /paid/ train-ai=n\n"
    )
    assert [one.message.partition(":")[0] for one in found.warnings] == [
        "the use `remix` (1 of the statements)",
        "grants with the condition `payment`",
        "terms (1 of the statements)",
        "territories",
        "that a grant was withdrawn",
        "what is said to one licensee or model",
        "layers of rights",
        "a grant of some layers and not of others",
    ]
