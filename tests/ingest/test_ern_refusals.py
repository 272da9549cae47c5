"""Bad input: one clear message for each mistake, with its place, and nothing else ever raised."""

from __future__ import annotations

import pytest

from policy.ingest import limits
from policy.ingest.ern import read_ern
from policy.ingest.ern_deals import MAX_TERRITORIES
from policy.ingest.refusals import MAX_PROBLEMS, MessageRefused
from policy.ingest.safe_xml import MAX_DEPTH, MAX_TAGS
from tests.ingest.reading import FIXTURES, MESSAGES, codes, refusal, warned
from tests.plugins.goldens import CheckGolden

GOOD = (FIXTURES / "ern-42.xml").read_text(encoding="utf-8")
NEWEST = (FIXTURES / "ern-432-shares.xml").read_text(encoding="utf-8")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def test_an_ai_value_outside_its_set_is_refused_with_the_allowed_ones(golden: CheckGolden) -> None:
    path = MESSAGES / "12-invalid-value.xml"
    refused = refusal(path.read_bytes(), path.name)
    (found,) = refused.problems
    assert (found.code, found.line, found.column) == ("value-not-allowed", 38, 156)
    assert found.element == "ResourceList/SoundRecording/Contributor/AiContribution"
    assert "`All`, `Partly` or `None`" in found.help
    golden("ingest/12-invalid-value.txt", f"{refused}\n")


def test_all_mistakes_are_told_at_once(golden: CheckGolden) -> None:
    path = FIXTURES / "many-mistakes.xml"
    refused = refusal(path.read_bytes(), path.name)
    golden("ingest/many-mistakes.txt", f"{refused}\n")
    assert refused.summary == "`MessageHeader` has no `MessageId` (and 17 more)"


def test_what_an_image_says_about_ai_is_checked_too() -> None:
    raw = NEWEST.replace(
        "<ContainsAI>All</ContainsAI></Image>", "<ContainsAI>Yes</ContainsAI></Image>"
    )
    assert codes(raw) == ["value-not-allowed"]


BOMB = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
DTDS = {
    "billion laughs": f'<!DOCTYPE r [<!ENTITY a0 "lol">{BOMB}]><r>&a9;</r>',
    "in an attribute": f'<!DOCTYPE r [<!ENTITY a0 "lol">{BOMB}]><r a="&a9;"/>',
    "long entity": f'<!DOCTYPE r [<!ENTITY a "{"x" * 99999}">]><r a="{"&a;" * 9999}"/>',
    "external entity": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>',
    "external subset": '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r/>',
    "parameter entity": '<!DOCTYPE r [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><r/>',
    "harmless": "<!DOCTYPE r><r/>",
}


@pytest.mark.parametrize("name", DTDS)
def test_a_document_type_is_refused_whatever_it_declares(name: str) -> None:
    (found,) = refusal(HEAD + DTDS[name]).problems
    assert found.code == "doctype"
    assert (found.line, found.column) == (2, 1)


def test_an_entity_in_a_message_is_refused_as_document_type() -> None:
    raw = GOOD.replace("<ern:", '<!DOCTYPE x [<!ENTITY a "A1">]><ern:', 1)
    assert codes(raw.replace("<ISRC>ZZEXA2000001<", "<ISRC>&a;<")) == ["doctype"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"hello", "not-xml"),
        (b"PK\x03\x04zip", "not-xml"),
        (b"\x00" * 100, "not-xml"),
        (b"<a>\x00</a>", "xml-syntax"),
        (b"<a><b></a>", "xml-syntax"),
        (b"<a>&nbsp;</a>", "xml-syntax"),
        (b"<a>&#0;</a>", "xml-syntax"),
        (b"<html/>", "unknown-root"),
        (b"<NewReleaseMessage/>", "unknown-root"),
        (b'<x:CatalogListMessage xmlns:x="http://ddex.net/xml/ern/383"/>', "unknown-root"),
        (b'<x:NewReleaseMessage xmlns:x="http://ddex.net/xml/ern/37"/>', "unknown-version"),
        (b'<x:NewReleaseMessage xmlns:x="http://ddex.net/xml/ern/"/>', "unknown-version"),
        (b'<x:NewReleaseMessage xmlns:x="http://ddex.net/xml/ern/432"/>', "missing-element"),
        (b'<x:PurgeReleaseMessage xmlns:x="http://ddex.net/xml/ern/432"/>', "missing-element"),
        (b'<?xml version="1.0" encoding="UTF-8"?><a>\xe9</a>', "encoding"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a>e</a>', "encoding"),
        (b'<?xml version="1.0" encoding="x-none"?><a>e</a>', "encoding"),
        (b'<?xml version="1.0" encoding="utf-7"?><a>e</a>', "encoding"),
        (b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), "too-deep"),
        (b"<a>" * 1_000_000, "too-deep"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", "too-large"),
        (b"<r>" + b"<a/>" * MAX_TAGS + b"</r>", "too-large"),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else value,
)
def test_each_broken_text_has_one_code(raw: bytes, code: str) -> None:
    refused = _refused(raw)
    assert [found.code for found in refused.problems] == [code]
    assert str(refused).startswith("message.xml")


def _refused(raw: bytes) -> MessageRefused:
    with pytest.raises(MessageRefused) as refused:
        read_ern(raw, path="message.xml")
    return refused.value


def test_a_message_above_the_limit_is_refused_before_it_is_parsed(golden: CheckGolden) -> None:
    raw = GOOD.encode() + b" " * 50_000_000
    assert len(raw) > limits.MESSAGE_BYTES
    golden("ingest/too-large.txt", f"{_refused(raw)}\n")


def test_unknown_roots_and_versions_say_what_is_read(golden: CheckGolden) -> None:
    mead = '<mead:MeadMessage xmlns:mead="http://ddex.net/xml/mead/11"/>'
    old = '<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/37"/>'
    golden("ingest/unknown-root.txt", f"{refusal(HEAD + mead)}\n\n{refusal(HEAD + old)}\n")


@pytest.mark.parametrize("cut", [1500, 2700, -3, -30, 60, 400])
def test_a_truncated_message_says_so(cut: int) -> None:
    assert codes(GOOD[:cut]) == ["truncated"]


def test_a_wrong_encoding_points_at_its_line(golden: CheckGolden) -> None:
    raw = GOOD.replace("Odd Harbour", "Öd Hafen").encode("latin-1")
    golden("ingest/wrong-encoding.txt", f"{_refused(raw)}\n")


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        (
            GOOD.replace('"UTF-8"', '"KLINGON"').encode(),
            "encoding",
            "the declared encoding is not known",
        ),
        (
            (GOOD + GOOD).encode(),
            "xml-syntax",
            "not well-formed XML: XML declaration allowed only at the start of the document",
        ),
    ],
)
def test_what_the_parser_says_is_told_in_clear_words(raw: bytes, code: str, message: str) -> None:
    (found,) = _refused(raw).problems
    assert (found.code, found.message) == (code, message)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-16", "UTF-16"), ("utf-16", "UTF-8"), ("latin-1", "ISO-8859-1"), ("utf-8-sig", "UTF-8")],
)
def test_other_encodings_are_read_when_they_are_what_they_say(encoding: str, declared: str) -> None:
    text = GOOD.replace("Odd Harbour", "Öd Hafen").replace('"UTF-8"', f'"{declared}"')
    found = read_ern(text.encode(encoding), path="x")
    assert found.tracks[0].display_artist == "Öd Hafen"


def test_mistakes_in_utf_16_point_at_the_right_place() -> None:
    text = GOOD.replace('"UTF-8"', '"UTF-16"').replace(">PT0H4M5S<", ">4:05<")
    (found,) = _refused(text.encode("utf-16")).problems
    before = text[: text.index("4:05")]
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert (found.code, (found.line, found.column)) == ("wrong-value", place)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<MessageId>ern-42-1</MessageId>", "", "missing-element"),
        (
            "<MessageSender><PartyId>PADPIDA99999999013</PartyId></MessageSender>",
            "",
            "missing-element",
        ),
        ("<ResourceReference>A1</ResourceReference>", "", "missing-element"),
        ("<PartyReference>P2<", "<PartyReference>P1<", "duplicate-reference"),
        (">R1</DealReleaseReference>", ">R7</DealReleaseReference>", "undefined-reference"),
        (">2020-03-06</StartDate>", ">2020-3-6</StartDate>", "wrong-value"),
        (">2020-03-06</StartDate>", ">2021-02-29</StartDate>", "wrong-value"),
        (">100.00<", ">-1<", "wrong-value"),
        (">100.00<", ">1e3<", "wrong-value"),
        (">PT0H4M5S<", ">PT0H4M5<", "wrong-value"),
        (">PT0H4M5S<", ">P1Y<", "wrong-value"),
        (">PT0H4M5S<", ">PT9999999999S<", "wrong-value"),
        (">2020</Year>", ">20</Year>", "wrong-value"),
        (">2020-02-29T23:30:00-02:00<", ">0001-01-01T00:00:00+14:00<", "wrong-value"),
        (">2020-02-29T23:30:00-02:00<", ">2020-W09-6T23:30:00<", "wrong-value"),
        ("Odd Harbour</DisplayArtistName>", "x" * 501 + "</DisplayArtistName>", "too-long"),
        (">P1</PartyReference>", ">P 1</PartyReference>", "wrong-value"),
    ],
)
def test_what_cannot_be_read_is_refused(old: str, new: str, code: str) -> None:
    assert old in GOOD
    assert code in codes(GOOD.replace(old, new))


def test_attributes_have_a_length_too() -> None:
    raw = NEWEST.replace(
        '<ProprietaryId Namespace="PADPIDA9', f'<ProprietaryId Namespace="{"N" * 99}'
    )
    assert set(codes(raw)) == {"too-long"}


def test_the_title_of_the_display_title_will_do() -> None:
    raw = GOOD.replace(
        "<DisplayTitleText>Harbour Light</DisplayTitleText>\n         <DisplayTitle>",
        "<DisplayTitle>",
    )
    assert raw != GOOD
    assert read_ern(raw.encode(), path="x").tracks[0].title == "Harbour Light"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        (">OnDemandStream<", ">TelepathicStream<", "TelepathicStream"),
        (">Vocalist<", ">Vocallist<", "Vocallist"),
        (">GB<", ">Britain<", "Britain"),
        (
            "</MessageHeader>",
            "<MessageControlType>Maybe</MessageControlType></MessageHeader>",
            "Maybe",
        ),
    ],
)
def test_words_that_ddex_does_not_know_are_kept_with_a_warning(
    old: str, new: str, word: str
) -> None:
    (warning,) = read_ern(GOOD.replace(old, new).encode(), path="x").warnings
    assert warning.code == "unknown-value"
    assert f"`{word}`" in warning.message
    assert warning.line > 1


def test_a_reader_gives_up_after_a_hundred_mistakes() -> None:
    wrong = "<DealReleaseReference>R9</DealReleaseReference>" * 5000
    raw = GOOD.replace("<DealReleaseReference>", wrong + "<DealReleaseReference>", 1)
    assert len(codes(raw)) == MAX_PROBLEMS


def test_warnings_are_kept_up_to_a_limit_and_then_counted() -> None:
    doubtful = "<ResourceId><ISRC>1</ISRC></ResourceId>" * 300
    raw = GOOD.replace("<ResourceId>", doubtful + "<ResourceId>", 1)
    found = warned(read_ern(raw.encode(), path="x"))
    assert found[:-1] == ["isrc-syntax"] * 200
    assert found[-1] == "more-warnings"


def test_products_of_long_lists_are_bounded() -> None:
    deal = GOOD[GOOD.index("<Deal>") : GOOD.index("</Deal>") + len("</Deal>")]
    reference = "<DealReleaseReference>R0</DealReleaseReference>"
    many = GOOD.replace(reference, reference * 2000).replace(deal, deal * 200)
    assert codes(many) == ["too-many-deals"]
    codes_of_places = "".join(f"<TerritoryCode>{one}</TerritoryCode>" for one in range(2000))
    assert MAX_TERRITORIES < 2000
    wide = GOOD.replace("<TerritoryCode>GB</TerritoryCode>", codes_of_places)
    assert codes(wide) == ["too-many-values"]
    training = deal.replace("OnDemandStream", "UseForDataMining")
    dated = "".join(
        training.replace(
            "2020-03-06", f"{2000 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}"
        )
        for day in range(6000)
    )
    assert codes(GOOD.replace(deal, dated)) == ["too-many-consents"]
