"""W3C TDMRep and the CAWG assertion: two standards in JSON."""

from __future__ import annotations

import json

import pytest

from policy.ingest.consents.cawg import read_cawg, write_cawg
from policy.ingest.consents.tdmrep import read_tdmrep, write_tdmrep
from tests.ingest.consents.reading import mistakes, read, said, statement, warned
from tests.shared import shared_or_skip

THREE = ("train_generative", "train_non_generative", "data_mining")


def test_a_reservation_is_about_learning_and_mining_and_other_values_are_not_set() -> None:
    found = read("tdmrep")
    terms = "https://odd-harbour.example/ai.json"
    assert said(found, "location", "use", "decision", "terms", "line") == [
        *(("", use, "denied", terms, 2) for use in THREE),
        *(("/open/*", use, "granted", "", 3) for use in THREE),
    ]
    assert warned(found) == [("not-set", 4), ("not-set", 5), ("unknown-field", 5)]


def test_mistakes_of_a_list_come_all_at_once() -> None:
    text = '[{"tdm-reservation": 1},\n {"location": 3, "tdm-reservation": "1"},\n 4]'
    assert mistakes("tdmrep", text) == [
        ("missing-field", 1, 2),
        ("wrong-type", 2, 15),
        ("wrong-type", 2, 37),
        ("wrong-type", 3, 2),
    ]
    assert mistakes("tdmrep", "{}") == [("wrong-type", None, None)]


def test_a_list_in_which_one_location_is_said_twice_is_read_strictly() -> None:
    rules = [{"location": "/a", "tdm-reservation": value} for value in (0, 1)]
    assert {one[0] for one in said(read("tdmrep", json.dumps(rules)), "decision")} == {"denied"}


def test_one_bit_is_not_set_where_it_would_grant_more_than_was_said() -> None:
    found = write_tdmrep([statement("data_mining"), statement("data_mining", location="/a/")])
    assert json.loads(found.text) == []
    assert "a grant of `data_mining` without" in found.warnings[0].message
    found = write_tdmrep([statement("data_mining", "denied"), statement("train_generative")])
    assert json.loads(found.text) == [{"location": "/", "tdm-reservation": 1}]
    assert "refuses all of them" in found.warnings[0].message


def test_an_assertion_with_old_prefixes_and_own_labels() -> None:
    found = read("cawg")
    assert said(found, "use", "decision", "condition", "terms", "line") == [
        ("data_mining", "granted", "none", "", 5),
        ("train_generative", "denied", "none", "", 6),
        ("voice_clone", "granted", "constrained", "by letter", 7),
    ]
    assert warned(found) == [("unknown-word", 8)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"entries": {"cawg.data_mining": {"use": "yes"}}}', [("value-not-allowed", 1, 42)]),
        ('{"entries": {"cawg.data_mining": {}}}', [("missing-field", 1, 34)]),
        ('{"entries": {"cawg.data_mining": 1}}', [("wrong-type", 1, 34)]),
        ("{}", [("missing-field", 1, 1)]),
        ('{"label": "x", "data": {}}', [("missing-field", 1, 24), ("value-not-allowed", 1, 11)]),
        ('{"label": "cawg.training-mining"}', [("missing-field", 1, 1)]),
    ],
)
def test_an_assertion_that_is_wrong_is_refused(
    text: str, found: list[tuple[str, int, int]]
) -> None:
    assert sorted(mistakes("cawg", text)) == found


def test_an_assertion_tells_conditions_as_constrained_and_has_no_places() -> None:
    found = write_cawg(
        [
            statement("generate_output", condition="payment"),
            statement("remix", "denied"),
            statement("data_mining", location="/a/"),
        ]
    )
    assert json.loads(found.text)["data"]["entries"] == {
        "cawg.ai_inference": {"use": "constrained", "constraint_info": "payment"},
        "stave.remix": {"use": "notAllowed"},
    }
    assert len(found.warnings) == 2


def test_the_shared_samples_read_right() -> None:
    raw = shared_or_skip("samples", "consent", "tdmrep.json").read_bytes()
    found = read_tdmrep(raw, path="tdmrep.json")
    assert {(one.location, one.decision) for one in found.statements} == {
        ("/catalog/label-a/*", "denied"),
        ("/catalog/label-b/*", "denied"),
        ("/catalog/open/*", "granted"),
    }
    raw = shared_or_skip("samples", "consent", "cawg-training-mining.json").read_bytes()
    assert said(read_cawg(raw, path="cawg.json"), "use", "decision", "condition") == [
        ("data_mining", "granted", "none"),
        ("generate_output", "granted", "none"),
        ("train_non_generative", "granted", "constrained"),
        ("train_generative", "denied", "none"),
    ]
