"""What differs between the versions of ERN: a table of where each keeps what.

From 4.1 on parties stand in a list and are referred to; recordings and releases have one set of
details. In 3.8 parties are named where they appear, and details come per territory. Paths are
relative to the composite; where several are given, the first that is there counts. A path is looked
up in the details of the default territory first, then in the composite itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from policy.ingest.delivery import Layer


@dataclass(frozen=True, slots=True)
class Credit:
    """Where contributors stand: the element, its reference to a party, its role or roles."""

    element: str
    party: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Where one version keeps what. `party` is empty where parties are named inline."""

    number: str
    inline_parties: bool = False

    recording_details: str = ""
    recording_ids: str
    recording_title: tuple[str, ...] = ("DisplayTitleText", "DisplayTitle/TitleText")
    recording_subtitle: tuple[str, ...] = ("DisplayTitle/SubTitle", "VersionType")
    work_ids: str = "WorkId"
    credits: tuple[Credit, ...]
    artist: Credit = Credit("DisplayArtist", "ArtistPartyReference", "DisplayArtistRole")
    controllers: tuple[tuple[str, Layer], ...] = (
        ("ResourceRightsController", "master"),
        ("WorkRightsController", "publishing"),
    )
    controller_roles: str = "RightsControlType"
    pline_year: str
    files: str
    hash_value: str = "HashSumValue"
    hash_algorithm: str = "Algorithm"

    release_details: str = ""
    release_title: tuple[str, ...] = ("DisplayTitleText", "DisplayTitle/TitleText")
    record_label: str = "ReleaseLabelReference"
    genre: tuple[str, ...]
    release_date: tuple[str, ...] = ("ReleaseDate", "OriginalReleaseDate")
    use_types: str = "UseType"


_ERN_42 = Version(
    number="4.2",
    recording_ids="ResourceId",
    credits=(Credit("Contributor", "ContributorPartyReference", "Role"),),
    pline_year="PLine/Year",
    files="TechnicalDetails/File",
    genre=("Genre/GenreText",),
)

_ERN_43 = replace(
    _ERN_42,
    number="4.3",
    recording_ids="SoundRecordingEdition/ResourceId",
    credits=(
        Credit("Contributor", "ContributorPartyReference", "Role"),
        Credit("SoundRecordingEdition/EditionContributor", "ContributorPartyReference", "Role"),
    ),
    pline_year="SoundRecordingEdition/PLine/Year",
    files="SoundRecordingEdition/TechnicalDetails/DeliveryFile/File",
)

_ERN_432 = replace(
    _ERN_43,
    number="4.3.2",
    credits=tuple(replace(credit, role="Role/Value") for credit in _ERN_43.credits),
    genre=("DisplayGenre/GenreText", "DisplayGenre/GenreCategory/Value"),
)

_ERN_383 = Version(
    number="3.8.3",
    inline_parties=True,
    recording_details="SoundRecordingDetailsByTerritory",
    recording_ids="SoundRecordingId",
    recording_title=("ReferenceTitle/TitleText", "Title/TitleText"),
    recording_subtitle=("ReferenceTitle/SubTitle", "Title/SubTitle"),
    work_ids="IndirectSoundRecordingId",
    credits=(
        Credit("ResourceContributor", "", "ResourceContributorRole"),
        Credit("IndirectResourceContributor", "", "IndirectResourceContributorRole"),
    ),
    artist=Credit("DisplayArtist", "", "ArtistRole"),
    controllers=(("RightsController", "master"),),
    controller_roles="RightsControllerRole",
    pline_year="PLine/Year",
    files="TechnicalSoundRecordingDetails/File",
    hash_value="HashSum",
    hash_algorithm="HashSumAlgorithmType",
    release_details="ReleaseDetailsByTerritory",
    release_title=("ReferenceTitle/TitleText", "Title/TitleText"),
    record_label="LabelName",
    genre=("Genre/GenreText",),
    release_date=(
        "ReleaseDate",
        "OriginalReleaseDate",
        "GlobalReleaseDate",
        "GlobalOriginalReleaseDate",
    ),
    use_types="Usage/UseType",
)

VERSIONS: dict[str, Version] = {
    "432": _ERN_432,
    "43": _ERN_43,
    "42": _ERN_42,
    "411": replace(_ERN_42, number="4.1.1"),
    "383": _ERN_383,
    "382": replace(_ERN_383, number="3.8.2"),
    "381": replace(_ERN_383, number="3.8.1"),
    "38": replace(_ERN_383, number="3.8"),
}
"""By the last part of the namespace, newest first."""
