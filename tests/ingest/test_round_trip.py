"""Laws: what our writers write, the readers read back as it was."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from lxml import etree

from policy.ingest.catalogue import read_catalogue
from policy.ingest.delivery import Delivery
from policy.ingest.ern import read_ern
from policy.ingest.reader import read_delivery
from policy.samples.catalogue_writer import write_catalogue
from policy.samples.ern_writer import write_ern
from policy.samples.making import for_catalogue
from tests.ingest.delivered import catalogues, deliveries
from tests.ingest.reading import FIXTURES, fixture

laws = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def plain(found: Delivery) -> Delivery:
    """The delivery without its warnings: invented numbers are mostly wrong."""
    return replace(found, warnings=())


@laws
@given(deliveries())
def test_an_ern_message_comes_back_as_it_was(made: Delivery) -> None:
    assert plain(read_ern(write_ern(made), path="x")) == made


@laws
@given(deliveries())
def test_white_space_and_encoding_of_the_xml_do_not_matter(made: Delivery) -> None:
    root = etree.fromstring(write_ern(made), etree.XMLParser(remove_blank_text=True))
    raw = etree.tostring(root, encoding="UTF-16", xml_declaration=True)
    assert isinstance(raw, bytes)
    assert plain(read_ern(raw, path="x")) == made


@laws
@given(catalogues())
def test_a_catalogue_comes_back_as_it_was(made: Delivery) -> None:
    assert plain(read_catalogue(write_catalogue(made), path="x")) == made


def test_the_reader_of_all_formats_tells_them_apart() -> None:
    made = fixture("ern-432-shares.xml")
    as_json = for_catalogue(replace(made, on_behalf_of=None))
    assert read_delivery(write_ern(made), path="x").format == "ern/4.3.2"
    assert read_delivery(write_catalogue(as_json), path="x").format == "catalogue/1"
    assert read_delivery(b"\xef\xbb\xbf\n" + write_catalogue(as_json), path="x").tracks


def test_the_shapes_of_both_formats_agree() -> None:
    made = for_catalogue(replace(fixture("ern-432-shares.xml"), on_behalf_of=None))
    tracks = tuple(
        replace(
            track,
            relations=tuple(replace(one, title=None, artist=None) for one in track.relations),
        )
        for track in made.tracks
    )
    made = replace(made, tracks=tracks)
    assert plain(read_catalogue(write_catalogue(made), path="x")) == plain(made)


def test_a_purge_comes_back_as_it_was() -> None:
    made = fixture("purge-432.xml")
    assert read_ern(write_ern(made), path="x") == made
    as_json = replace(made, format="catalogue/1")
    assert read_catalogue(write_catalogue(as_json), path="x") == as_json
    assert (FIXTURES / "purge-432.xml").exists()
