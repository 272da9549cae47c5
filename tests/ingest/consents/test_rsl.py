"""Really Simple Licensing: offers, prohibitions, limits and payment."""

from __future__ import annotations

import pytest

from policy.ingest.consents.locations import speaking
from policy.ingest.consents.rsl import read_rsl
from policy.ingest.consents.rsl_writer import write_rsl
from tests.ingest.consents.reading import mistakes, read, refused, said, statement, warned
from tests.shared import shared_or_skip


def document(licence: str, url: str = "/") -> str:
    """A document with one licence."""
    return (
        f'<rsl xmlns="https://rslstandard.org/rsl"><content url="{url}">'
        f"<license>{licence}</license></content></rsl>"
    )


PERMITS = '<permits type="usage">ai-index</permits>'


def test_prohibitions_beat_permissions_and_limits_are_kept() -> None:
    found = read("rsl")
    terms = "use 0.002 EUR; https://odd-harbour.example/terms"
    names = ("location", "use", "decision", "territories", "excluded", "condition", "terms")
    assert said(found, *names) == [
        ("", "train_generative", "denied", (), (), "none", ""),
        ("", "train_non_generative", "denied", (), (), "none", ""),
        ("", "data_mining", "granted", ("DE", "FR"), (), "credit", ""),
        ("", "generate_output", "granted", (), ("US",), "payment", terms),
        ("", "generate_output", "denied", ("US",), (), "none", ""),
        *(
            ("/open/*", use, "granted", (), (), "constrained", "users: non-commercial education")
            for use in ("train_generative", "train_non_generative")
        ),
    ]
    assert warned(found) == [("outside", 5)]


def test_a_wider_prohibition_holds_for_a_part_that_permits() -> None:
    found = speaking(read("rsl").statements, "/open/x", refusals_hold=True)
    assert {(one.use, one.decision) for one in found} == {
        ("train_generative", "denied"),
        ("train_non_generative", "denied"),
        ("data_mining", "granted"),
        ("generate_output", "granted"),
        ("generate_output", "denied"),
    }


@pytest.mark.parametrize("word", ["all", "ai-all"])
def test_a_word_for_all_is_the_uses_that_rsl_knows(word: str) -> None:
    found = read("rsl", document(f'<permits type="usage">{word}</permits>'))
    assert [one.use for one in found.statements] == [
        "train_generative",
        "train_non_generative",
        "data_mining",
        "generate_output",
    ]


@pytest.mark.parametrize(
    ("limit", "condition", "warning"),
    [
        ("", "none", None),
        ('<payment type="free"/>', "none", None),
        ("<payment/>", "none", None),
        ('<payment type="crawl"/>', "payment", None),
        ('<payment type="contribution"/>', "constrained", None),
        ('<payment type="attribution"/><payment type="crawl"/>', "payment", None),
        ('<payment type="barter"/>', "constrained", "unknown-word"),
        ('<permits type="geo">Europe</permits>', "constrained", "unknown-limit"),
        ('<prohibits type="geo"></prohibits>', "constrained", "unknown-limit"),
        ('<prohibits type="user">commercial</prohibits>', "constrained", None),
        ('<permits type="user">commercial non-commercial education government personal</permits>',
         "none", None),
    ],
)  # fmt: skip
def test_what_limits_a_grant_is_a_condition_of_it(
    limit: str, condition: str, warning: str | None
) -> None:
    found = read("rsl", document(PERMITS + limit))
    assert said(found, "decision", "condition") == [("granted", condition)]
    assert [code for code, _ in warned(found)] == ([warning] if warning else [])


def test_an_unknown_sort_of_prohibition_limits_too() -> None:
    found = read("rsl", document(f'{PERMITS}<prohibits type="moon">full</prohibits>'))
    assert said(found, "condition") == [("constrained",)]
    assert {code for code, _ in warned(found)} == {"unknown-word", "unknown-limit"}


def test_a_licence_server_is_a_condition() -> None:
    text = document(PERMITS).replace("url=", 'server="https://s.example" url=')
    assert said(read("rsl", text), "condition", "terms") == [("constrained", "https://s.example")]


def test_a_licence_without_a_known_use_says_nothing() -> None:
    found = read("rsl", document('<permits type="usage">ai-trian</permits>'))
    assert found.statements == ()
    assert [one.code for one in found.warnings] == ["no-usage", "unknown-word"]
    assert "did you mean `ai-train`?" in found.warnings[1].message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<rss xmlns="https://rslstandard.org/rsl"/>', [("unknown-root", 1, 1)]),
        ("<rsl/>", [("unknown-root", 1, 1)]),
        ("no", [("not-xml", 1, 1)]),
        ("", [("empty", None, None)]),
        (document("<permits>all</permits>\n<prohibits>x</prohibits>").replace("<content url=\"/\">",
         "<content>"), [("missing-attribute", 1, 42)]),
        (document("<permits>all</permits>\n<prohibits>x</prohibits>"),
         [("missing-attribute", 1, 68), ("missing-attribute", 2, 1)]),
        (document(PERMITS, "/" * 501), [("too-long", 1, 42)]),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(text: str, found: list[tuple[str, int, int]]) -> None:
    if text:
        assert mistakes("rsl", text) == found
    else:
        assert [one.code for one in refused("rsl", b" ").problems] == ["empty"]


def test_entities_are_not_read() -> None:
    text = '<!DOCTYPE rsl [<!ENTITY a "ai-train">]>' + document(PERMITS)
    assert mistakes("rsl", text) == [("doctype", 1, 1)]


def test_a_refusal_for_some_territories_is_told_as_one_for_all() -> None:
    found = write_rsl([statement("data_mining", "denied", territories=("US",))])
    assert said(read_rsl(found.text.encode(), path="x"), "use", "decision", "territories") == [
        ("data_mining", "denied", ())
    ]
    assert "told as refusals everywhere" in found.warnings[0].message


def test_the_shared_sample_reads_right() -> None:
    raw = shared_or_skip("samples", "consent", "rsl.xml").read_bytes()
    found = read_rsl(raw, path="rsl.xml")
    assert said(found, "use", "decision", "territories", "condition", "terms") == [
        ("train_generative", "denied", (), "none", ""),
        ("train_non_generative", "denied", (), "none", ""),
        ("generate_output", "granted", ("DE", "FR", "SE"), "payment", "use 0.002 EUR"),
    ]
