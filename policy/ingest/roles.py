"""Which part of the music a DDEX ContributorRole belongs to.

DDEX has no flags for "AI vocals" or "AI lyrics": they follow from the roles of the contributors.
The mapping is ours; the role names are those of DDEX's allowed value set, plus a few of ERN 3.
"""

from __future__ import annotations

from policy.ingest.delivery import Facet

_ROLES: dict[Facet, str] = {
    "vocals": """
        BackgroundVocalist Choir ChoirMember ChorusMaster LeadVocalist PlaybackSinger Singer
        Vocalist VoiceActor""",
    "instrumentation": """
        Accompanyist AdditionalPerformer Artist AssociatedPerformer Band BandLeader ClubDJ
        ConcertMaster Conductor DJ Ensemble FeaturedArtist GroupMember GuestConductor LeadPerformer
        MainArtist Member MusicDirector MusicGroup Musician Orchestra OrchestraMember Performer
        PrimaryMusician Programmer ProgrammingEngineer AdditionalProgrammingEngineer SecondConductor
        Soloist StringsDirector StudioConductor StudioMusician""",
    "composition": """
        Adapter Arranger Composer ComposerLyricist MusicArranger SubArranger VocalArranger""",
    "lyrics": """
        Author ComposerLyricist DialogueAuthor Librettist Lyricist SubLyricist Translator""",
    "production": """
        AdditionalStudioProducer AssistantProducer AssociateProducer CoExecutiveProducer CoProducer
        CompilationProducer ExecutiveProducer InitialProducer PreProduction Producer ReissueProducer
        StringProducer StudioProducer VocalProducer""",
    "post_production": """
        AdditionalMixingEngineer BalanceEngineer CoMixer CoMixingEngineer
        DigitalAudioWorkstationEngineer DigitalEditingEngineer DigitalEditingSecondEngineer Editor
        ImmersiveMasteringEngineer ImmersiveMixingEngineer MasteringEngineer MasteringSecondEngineer
        Mixer MixingEngineer MixingSecondEngineer PostProducer Remixer RemixingEngineer
        RemixingSecondEngineer SoundMixer SurroundMixingEngineer SurroundMixingSecondEngineer
        VocalEditingEngineer VocalEditingSecondEngineer""",
}


def _by_role() -> dict[str, tuple[Facet, ...]]:
    found: dict[str, tuple[Facet, ...]] = {}
    for facet, roles in _ROLES.items():
        for role in roles.split():
            found[role] = (*found.get(role, ()), facet)
    return found


FACETS = _by_role()
"""Facets of each role known here; `ComposerLyricist` has two."""


def facets(role: str) -> tuple[Facet, ...]:
    """The parts of the music that a role belongs to, at least one: `other` for any other role."""
    return FACETS.get(role, ("other",))
