"""What the reader makes of the own messages: one of each structure that ERN has had."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from policy.ingest.delivery import (
    DeliveredArtist,
    DeliveredConsent,
    DeliveredContributor,
    DeliveredRelation,
    DeliveredShare,
    Identifier,
    PartyRef,
)
from policy.ingest.ern import read_ern
from policy.ingest.ern_versions import VERSIONS
from policy.ingest.identifiers import identify
from tests.ingest.reading import FIXTURES, fixture, warned

DPID = "PADPIDA99999999013"
SHARES = fixture("ern-432-shares.xml")
FIRST, SECOND = SHARES.tracks
OLD = fixture("ern-383.xml")


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_envelope_is_read() -> None:
    assert SHARES.message_id == "shares-1"
    assert SHARES.thread_id == "thread-7"
    assert SHARES.format == "ern/4.3.2"
    assert SHARES.kind == "new_release"
    assert SHARES.profile == "Audio"
    assert SHARES.language == "en"
    assert not SHARES.is_test
    assert SHARES.sender == PartyRef(DPID, "Example Distributor (fictional)")
    assert SHARES.recipient == PartyRef("PADPIDA99999999021", "")
    assert SHARES.on_behalf_of == PartyRef("PADPIDA9999999903Z", "Example Label Group")
    assert SHARES.created_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_parties_carry_their_default_name_and_their_identifiers() -> None:
    label, artist, writer = SHARES.parties
    assert [party.name for party in SHARES.parties] == ["Kupferton", "Yonagi Soda", "Holmquist"]
    assert [one.scheme for one in artist.ids] == ["isni", "ipi", "proprietary"]
    assert [one.valid for one in artist.ids] == [True, False, True]
    assert artist.ids[2].namespace == DPID
    assert label.ids == (identify("dpid", DPID),)
    assert writer.ids == ()


def test_the_isrc_in_force_is_told_from_replaced_ones_and_other_editions() -> None:
    assert FIRST.isrc == Identifier("isrc", "ZZ-EXA-26-10001", "ZZEXA2610001", True)
    assert [(one.scheme, one.key) for one in FIRST.other_ids] == [
        ("isrc", "ZZEXA2500001"),
        ("catalog_number", "K-1"),
        ("isrc", "ZZEXA2610002"),
    ]


def test_titles_are_the_default_ones_with_white_space_folded() -> None:
    assert FIRST.title == "Night Vending Machine (Live)"
    assert FIRST.version_title == "Live"
    assert FIRST.display_artist == "Yonagi Soda"
    assert SECOND.display_artist == "Yonagi Soda, Holmquist"


def test_every_role_is_a_contributor_and_generative_ai_means_all() -> None:
    said = [(one.party, one.role, one.facet, one.ai, one.special) for one in FIRST.contributors]
    assert said == [
        ("PArtist", "ComposerLyricist", "composition", "undeclared", "no"),
        ("PArtist", "ComposerLyricist", "lyrics", "undeclared", "no"),
        ("PArtist", "Musician", "instrumentation", "undeclared", "no"),
        (None, "VoiceDesigner", "other", "all", "generative_ai"),
        (None, "", "other", "undeclared", "traditional"),
        ("PWriter", "MasteringEngineer", "post_production", "partly", "no"),
    ]


def test_display_artists_may_be_special() -> None:
    assert FIRST.artists == (
        DeliveredArtist("PArtist", "Yonagi Soda", "MainArtist"),
        DeliveredArtist(None, None, "FeaturedArtist", "generative_ai"),
    )


def test_shares_are_exact_and_rounded_half_to_even() -> None:
    label, artist, writer = FIRST.shares
    assert label == DeliveredShare(
        "PLabel",
        "master",
        6666,  # 66.665 % of 10000, half to even
        Decimal("66.665"),
        ("DE", "AT"),
        (),
        date(2026, 1, 1),
        date(2031, 1, 1),
        "RightsController",
    )
    assert (artist.layer, artist.basis_points, artist.percentage) == ("master", None, None)
    assert writer == DeliveredShare(
        "PWriter",
        "publishing",
        3334,
        Decimal("33.335"),
        (),
        (),
        date(2026, 1, 1),
        date(2027, 1, 1),
        "RightsController, RoyaltyAdministrator",
    )


def test_relations_name_recordings_inside_and_outside_the_message() -> None:
    outside = (Identifier("proprietary", "X1", "X1", True, DPID),)
    assert FIRST.relations == (
        DeliveredRelation("IsCoverOf", identify("isrc", "ZZEXA2600010"), outside),
        DeliveredRelation(
            "ContainsSamplesFrom",
            identify("isrc", "ZZEXA2599999"),
            (),
            "Sampled Song",
            "Marés de Vidro",
        ),
    )


def test_the_rest_of_a_recording() -> None:
    assert FIRST.duration_seconds == 3723
    assert FIRST.contains_ai == "partly"
    assert FIRST.is_explicit is True
    assert FIRST.is_cover is True
    assert FIRST.is_instrumental is False
    assert FIRST.language == "ja"
    assert FIRST.pline_year == 2025
    assert FIRST.audio_hash == "sha-256:abcdef"
    assert [one.valid for one in FIRST.iswcs] == [False]
    assert SECOND.is_explicit is None
    assert SECOND.is_cover is None
    assert SECOND.audio_hash is None


def test_the_release_orders_its_recordings_and_leaves_the_video_out() -> None:
    (release,) = SHARES.releases
    assert release.tracks == ("A2", "A1")
    assert (release.title, release.artist, release.type) == (
        "Vending Machines",
        "Yonagi Soda",
        "EP",
    )
    assert (release.record_label, release.record_label_name) == ("PLabel", "Kupferton")
    assert release.release_date == date(2026, 12, 1)
    assert release.contains_ai == "partly"
    assert release.icpn == identify("icpn", "2900000000018")
    assert release.grid == identify("grid", "A12425GABC1234002M")
    assert release.catalog_number == "K-EP-1"
    assert [one.value for one in release.other_ids] == ["rel-1"]


def test_a_track_release_has_its_own_genre() -> None:
    assert (FIRST.genre, SECOND.genre) == ("City Pop", "J-Pop")


def test_deals_keep_terms_as_delivered_one_for_each_period() -> None:
    deals = SHARES.releases[0].deals
    assert [deal.use_types for deal in deals] == [
        ("Stream", "UserDefined:HumToSearch"),
        ("UseForDataMining",),
        ("UseForDataMining",),
        ("UseForTrainingGenerativeAI",),
        ("UseForIdentification",),
        ("UseForTrainingNonGenerativeAI",),
    ]
    assert [deal.track for deal in deals] == [None] * 5 + ["A1"]
    assert deals[0].valid_from == datetime(2026, 12, 3, 21, tzinfo=UTC)
    assert deals[0].commercial_models == ("SubscriptionModel",)


def test_ai_uses_of_deals_are_consents_of_the_record_label() -> None:
    mining = DeliveredConsent(
        "data_mining",
        "master",
        "granted",
        "ern_deal",
        "PLabel",
        (),
        ("US", "CA"),
        day("2026-12-04"),
        day("2027-07-01"),
    )
    assert SHARES.releases[0].consents == (
        mining,
        replace(mining, valid_from=day("2028-01-01"), valid_until=None),
        replace(
            mining,
            use="fingerprint_identification",
            excluded_territories=(),
            valid_until=None,
        ),
    )


def test_a_deal_for_another_service_is_no_consent() -> None:
    uses = {consent.use for consent in SHARES.releases[0].consents}
    assert "train_generative" not in uses
    assert "other-channel" in warned(SHARES)


def test_a_deal_of_a_track_release_is_consent_for_that_track_alone() -> None:
    assert [(one.use, one.territories) for one in FIRST.consents] == [
        ("train_non_generative", ("JP",))
    ]
    assert SECOND.consents == ()


def test_what_is_doubted_is_said_with_its_line() -> None:
    assert [(warning.code, warning.line) for warning in SHARES.warnings] == [
        ("dpid-check-digit", 8),
        ("ipi-check-digit", 23),
        ("iswc-check-digit", 46),
        ("not-on-release", 81),
        ("not-read", 96),
        ("other-channel", 133),
    ]


def test_children_may_be_qualified_by_a_default_namespace() -> None:
    found = fixture("ern-43-default-namespace.xml")
    assert found.format == "ern/4.3"
    assert found.message_id == "default-namespace-1"
    assert found.created_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    (track,) = found.tracks
    assert (track.title, track.version_title) == ("Ostatni tramwaj", "LiveVersion")
    assert track.contributors == (
        DeliveredContributor(
            "PMgla", "Mgła nad Torami", "LeadVocalist", "vocals", instrument="Voice"
        ),
    )
    assert track.genre == "Rock"
    assert track.is_explicit is None
    assert track.contains_ai == "undeclared"
    assert track.audio_hash == "md5:00ff"
    assert found.releases[0].release_date == date(2026, 12, 4)


def test_children_may_carry_the_prefix_of_the_root() -> None:
    raw = (FIXTURES / "ern-42.xml").read_bytes()
    prefixed = re.sub(rb"<(/?)(?=[A-Z])", rb"<\1ern:", raw)
    assert b"<ern:SoundRecording>" in prefixed
    assert read_ern(prefixed, path="x") == fixture("ern-42.xml")


@pytest.mark.parametrize("number", ["411", "42"])
def test_versions_before_4_3_have_no_editions(number: str) -> None:
    raw = (FIXTURES / "ern-42.xml").read_bytes().replace(b"ern/42", f"ern/{number}".encode())
    found = read_ern(raw, path="x")
    (track,) = found.tracks
    assert found.format == f"ern/{VERSIONS[number].number}"
    assert track.isrc == identify("isrc", "ZZEXA2000001")
    assert track.iswcs == (identify("iswc", "T-034.524.680-1"),)
    assert [one.facet for one in track.contributors] == ["vocals", "lyrics"]
    assert [(one.party, one.basis_points) for one in track.shares] == [("P2", 10000)]
    assert (track.duration_seconds, track.pline_year) == (245, 2020)
    assert (track.audio_hash, track.genre) == ("md5:aa11", "Shanty")
    assert found.created_at == datetime(2020, 3, 1, 1, 30, tzinfo=UTC)
    assert [(deal.track, deal.territories) for deal in found.releases[0].deals] == [
        (None, ("GB",)),
        ("A1", ("GB",)),
    ]


@pytest.mark.parametrize("number", ["38", "381", "382", "383"])
def test_every_3_8_reads_alike(number: str) -> None:
    raw = (
        (FIXTURES / "ern-383.xml")
        .read_bytes()
        .replace(b"xml/ern/383", f"xml/ern/{number}".encode())
    )
    assert read_ern(raw, path="x") == replace(OLD, format=f"ern/{VERSIONS[number].number}")


def test_3_8_names_parties_inline_and_each_once() -> None:
    names = ["Kupferwald", "Ada Holmquist", "Nuit Éditions", "Kupferton"]
    assert sorted(party.name for party in OLD.parties) == sorted(names)
    (artist,) = (party for party in OLD.parties if party.name == "Kupferwald")
    assert [one.scheme for one in artist.ids] == ["isni", "proprietary"]
    assert all(" " not in party.reference for party in OLD.parties)


def test_3_8_takes_the_details_of_the_whole_world() -> None:
    (track,) = OLD.tracks
    assert (track.title, track.version_title) == ("Kupferdach", "Live")
    assert track.display_artist == "Kupferwald"
    assert [(one.name, one.role, one.facet) for one in track.contributors] == [
        ("Kupferwald", "Programmer", "instrumentation"),
        ("Ada Holmquist", "Composer", "composition"),
    ]
    assert (track.language, track.is_instrumental, track.is_explicit) == ("de", True, True)
    assert track.audio_hash == "md5:22"  # the other file is a preview
    assert track.contains_ai == "undeclared"


def test_3_8_shares_hold_in_the_territory_of_their_details() -> None:
    names = {party.reference: party.name for party in OLD.parties}
    said = [(names[one.party], one.basis_points, one.territories) for one in OLD.tracks[0].shares]
    assert said == [("Nuit Éditions", 10000, ("FR",)), ("Kupferton", None, ())]


def test_3_8_releases_of_single_tracks_are_no_releases() -> None:
    (release,) = OLD.releases
    assert (release.reference, release.tracks) == ("R0", ("A1",))
    assert (release.record_label_name, release.type) == ("Kupferton", "Single")
    assert OLD.tracks[0].genre == "Techno"


def test_3_8_use_types_stand_in_usage_and_a_takedown_is_marked() -> None:
    deals = OLD.releases[0].deals
    assert [deal.use_types for deal in deals] == [
        ("OnDemandStream", "NonInteractiveStream"),
        (),
        ("PermanentDownload",),
    ]
    assert [deal.takedown for deal in deals] == [False, True, False]
    assert [deal.territories for deal in deals] == [(), ("RU",), ("DE",)]


def test_a_purge_names_a_release_by_all_its_identifiers() -> None:
    found = fixture("purge-432.xml")
    assert found.kind == "purge"
    assert not found.tracks
    assert not found.releases
    (purged,) = found.purges
    assert [one.scheme for one in purged.ids] == ["grid", "icpn"]
    assert (purged.title, purged.artist) == ("Vending Machines", "Yonagi Soda")


def test_a_blank_message_id_is_replaced_by_the_digest_of_the_text() -> None:
    raw = (FIXTURES / "purge-432.xml").read_bytes()
    blank = raw.replace(b"<MessageId>purge-1</MessageId>", b"<MessageId> </MessageId>")
    found = read_ern(blank, path="x")
    assert found.message_id.startswith("sha-256:")
    assert warned(found) == ["blank-message-id"]
    assert read_ern(blank, path="y").message_id == found.message_id
    assert read_ern(blank + b"\n", path="x").message_id != found.message_id


def test_an_isrc_from_the_future_is_doubted() -> None:
    raw = (FIXTURES / "ern-42.xml").read_bytes().replace(b"ZZEXA2000001", b"ZZEXA2600001")
    assert warned(read_ern(raw, path="x")) == ["isrc-year"]
    malformed = raw.replace(b"ZZEXA2600001", b"ZZEXA26001")
    (track,) = read_ern(malformed, path="x").tracks
    assert track.isrc == Identifier("isrc", "ZZEXA26001", "ZZEXA26001", False)
    assert warned(read_ern(malformed, path="x")) == ["isrc-syntax"]


def test_uses_that_ddex_has_no_word_for_are_user_defined_in_our_namespace() -> None:
    plain = (FIXTURES / "ern-432-shares.xml").read_bytes()
    use = b"<UseType>UseForTrainingNonGenerativeAI</UseType>"
    own = b'<UseType Namespace="%s" UserDefinedValue="%s">UserDefined</UseType>'
    said = {}
    for namespace, value in ((b"stave", b"remix"), (b"other", b"remix"), (b"Stave", b"remi")):
        found = read_ern(plain.replace(use, own % (namespace, value)), path="x")
        track = next(track for track in found.tracks if track.reference == "A1")
        said[namespace, value] = ([one.use for one in track.consents], warned(found))
    assert said[b"stave", b"remix"] == (["remix"], warned(SHARES))
    assert said[b"other", b"remix"] == ([], warned(SHARES))
    assert said[b"Stave", b"remi"] == ([], [*warned(SHARES), "unknown-value"])
