"""Every shared sample goes in: our own messages about AI, and DDEX's published ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from policy.ingest.delivery import AiLevel, Delivery
from policy.ingest.refusals import MessageRefused
from tests.ingest.reading import MESSAGES, read, warned
from tests.shared import shared_or_skip

OWN = sorted(path.name for path in MESSAGES.glob("*.xml") if not path.name.startswith("12"))


def own(number: str) -> Delivery:
    """One of our own messages, by the number that its name begins with."""
    (path,) = MESSAGES.glob(f"{number}-*.xml")
    return read(path)


def official(folder: str, name: str) -> Delivery:
    """One of DDEX's published messages, if this machine has them."""
    return read(shared_or_skip("samples", folder, name))


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("name", OWN)
def test_own_messages_are_those_of_the_shared_samples(name: str) -> None:
    shared = shared_or_skip("samples", "ern-432-ai", name)
    assert (MESSAGES / name).read_bytes() == shared.read_bytes()


@pytest.mark.parametrize("name", OWN)
def test_own_messages_go_in_without_a_doubt(name: str) -> None:
    found = read(MESSAGES / name)
    assert found.format == "ern/4.3.2"
    assert found.message_id == f"{name.removesuffix('.xml')}-1"
    assert found.is_test
    assert found.warnings == ()
    assert len(found.tracks) == len(found.releases) == 1


@pytest.mark.parametrize(
    ("number", "title", "level", "said"),
    [
        ("01", "Quiet Ledger", "undeclared", ["undeclared"]),
        ("02", "Paper Boats", "none", ["none"]),
        ("03", "Glass Choir", "partly", ["none", "none", "all"]),
        ("04", "Signal Lost", "partly", ["none", "all", "partly"]),
        ("05", "Endless Rain for Sleep 0417", "all", ["all", "all"]),
        ("07", "Honest Label", "none", ["partly"]),
        ("11", "Open Door (Sped Up)", "none", ["none"]),
    ],
)
def test_ai_levels_are_those_that_the_messages_declare(
    number: str, title: str, level: AiLevel, said: list[AiLevel]
) -> None:
    found = own(number)
    (track,) = found.tracks
    assert track.title == title
    assert track.contains_ai == found.releases[0].contains_ai == level
    assert [contributor.ai for contributor in track.contributors] == said


def test_a_generated_voice_is_a_special_contributor() -> None:
    lead = own("03").tracks[0].contributors[-1]
    assert (lead.party, lead.role, lead.facet) == (None, "LeadVocalist", "vocals")
    assert (lead.special, lead.ai) == ("generative_ai", "all")


def test_a_training_deal_is_a_consent_with_territories_and_a_window() -> None:
    training, non_generative, mining = own("09").releases[0].consents
    assert (training.use, training.territories) == ("train_generative", ("DE", "FR", "SE"))
    assert training.valid_from == day("2026-12-04")
    assert training.valid_until == day("2027-12-04")
    assert training.grantor == "PLabel"
    assert [one.use for one in (non_generative, mining)] == ["train_non_generative", "data_mining"]
    assert [one.excluded_territories for one in (non_generative, mining)] == [("US",)] * 2


def test_the_next_message_has_the_complete_set_of_consents() -> None:
    (left,) = own("10").releases[0].consents
    assert (left.use, left.valid_until) == ("train_generative", day("2027-03-01"))
    assert own("09").releases[0].icpn == own("10").releases[0].icpn


def test_a_sped_up_version_names_its_source() -> None:
    (relation,) = own("11").tracks[0].relations
    assert (relation.kind, relation.isrc and relation.isrc.key) == ("IsSpedUpOf", "ZZEXA2600010")


def test_the_invalid_message_is_refused() -> None:
    with pytest.raises(MessageRefused, match="AiContribution"):
        read(MESSAGES / "12-invalid-value.xml")


@pytest.mark.parametrize(
    ("folder", "name", "version"),
    [
        ("ern-official-4.3", "1_Audio.xml", "4.3"),
        ("ern-official-older", "ern42_1_Audio.xml", "4.2"),
        ("ern-official-older", "ern411_1_Audio.xml", "4.1.1"),
    ],
)
def test_one_album_in_three_versions_reads_alike(folder: str, name: str, version: str) -> None:
    found = official(folder, name)
    assert found.format == f"ern/{version}"
    assert found.message_id == "Test1.1"
    assert [party.name for party in found.parties] == ["Saeko Shu", "EMI MUSIC JAPAN INC."]
    (release,) = found.releases
    assert (release.title, release.type, release.genre) == ("Yume no Hajmari", "Album", "J-Pop")
    assert release.tracks == tuple(f"A{number}" for number in range(1, 22))
    assert len(release.deals) == 1 + 21 * 2  # one of the album, two of each track
    assert release.consents == ()
    assert release.icpn is not None
    assert (release.icpn.value, release.icpn.key) == ("00094631432057", "94631432057")
    assert len(found.tracks) == 21
    track = found.tracks[8]
    assert (track.title, track.version_title) == ("Natsu no Omoide (Instrumental)", "Instrumental")
    assert (track.display_artist, track.language, track.pline_year) == ("Saeko Shu", "ja", 1994)
    assert track.isrc is not None
    assert track.isrc.key == "JPTO09404980"
    assert track.duration_seconds == 74
    assert {one.contains_ai for one in found.tracks} == {"undeclared"}
    assert sum(one.duration_seconds or 0 for one in found.tracks) == 36 * 60 + 30


def test_the_largest_sample_has_747_deals() -> None:
    found = official("ern-official-4.3", "4_SimpleAudioSingle.xml")
    (release,) = found.releases
    assert len(release.deals) == 747
    assert len({deal.territories for deal in release.deals}) == 249
    assert {deal.valid_from for deal in release.deals} == {day("2017-04-25")}
    assert release.record_label_name == "Warner Classics"
    assert release.grid is not None
    assert release.grid.valid
    assert found.tracks[0].duration_seconds == 263
    assert found.tracks[0].audio_hash == "md5:db7dd2f3bb9b322646e3f4d7b65b47ab"


def test_a_dj_mix_refers_to_recordings_that_it_does_not_deliver() -> None:
    found = official("ern-official-4.3", "8_DjMix.xml")
    (track,) = found.tracks
    assert track.title == "MMix"
    assert len(track.relations) == 8
    assert {relation.kind for relation in track.relations} == {"HasContentFrom"}
    first = track.relations[0]
    assert (first.title, first.artist, first.isrc) == ("Fall Back 2U", "Chromeo", None)
    assert [one.value for one in first.other_ids] == ["USAT21400507"]
    assert warned(found) == ["blank-message-id", "isrc-year", "icpn-check-digit"]
    (deal,) = found.releases[0].deals
    assert deal.commercial_models == ("SubscriptionModel", "UserDefined:DSP Program 6")
    assert len(deal.territories) == 12


def test_a_classical_single_of_3_8_3() -> None:
    found = official("ern-official-older", "ern381_Single.xml")
    assert found.format == "ern/3.8.3"
    (track,) = found.tracks
    roles = [(one.name, one.role, one.facet) for one in track.contributors]
    assert roles == [
        ("Wiener Philharmoniker", "Orchestra", "instrumentation"),
        ("Leonard Bernstein", "Conductor", "instrumentation"),
        ("Hanno Rinke", "ExecutiveProducer", "production"),
        ("Hans Weber", "StudioProducer", "production"),
        ("Klaus Scheibe", "RecordingEngineer", "other"),
        ("Jobst Eberhardt", "Editor", "post_production"),
        ("Joachim Niss", "Composer", "composition"),
        ("Klaus Behrens", "Author", "lyrics"),
    ]
    assert track.audio_hash == "md5:0e771a50ae6b803e91100b6ce461a9bc"
    assert (track.duration_seconds, track.is_explicit) == (469, False)
    (release,) = found.releases
    assert release.tracks == ("A1",)
    assert release.record_label_name == "Deutsche Grammophon (DG)"
    assert release.release_date == date(2022, 4, 22)
    assert release.icpn is not None
    assert release.icpn.valid
    assert warned(found) == ["dpid-syntax", "dpid-syntax"]


def test_every_shared_message_is_read_or_refused_for_a_reason() -> None:
    folder: Path = shared_or_skip("samples")
    refused = []
    for path in sorted(folder.glob("ern-*/*.xml")):
        try:
            read(path)
        except MessageRefused:
            refused.append(path.name)
    assert refused == ["12-invalid-value.xml"]
