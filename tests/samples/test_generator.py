"""The sample catalogue: the same for a seed, readable to the last byte, a case for each rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from policy.ingest.delivery import Delivery
from policy.ingest.identifiers import identify
from policy.ingest.reader import read_delivery
from policy.lang.compiler import compile_tree
from policy.lang.plan import Plan, RulePlan
from policy.lang.schema import FactSchema
from policy.lang.tree import Fact, Node, Select, Variable, walk
from policy.samples import names
from policy.samples.generator import UNTIL, PlantedCase, Samples, generate
from policy.samples.making import NEWCOMER, SENDERS

RULESETS = Path(__file__).resolve().parents[2] / "rulesets"


@pytest.fixture(scope="module")
def samples() -> Samples:
    """The catalogue as `manage.py up` loads it."""
    return generate()


@pytest.fixture(scope="module")
def read(samples: Samples) -> dict[str, Delivery]:
    """Every file, read."""
    return {file.name: read_delivery(file.raw, path=file.name) for file in samples.files}


def case(samples: Samples, rule: str, *, fires: bool = True) -> PlantedCase:
    """The first planted case of a rule."""
    return next(one for one in samples.planted if one.rule == rule and one.fires is fires)


def test_a_seed_gives_the_same_bytes_and_another_seed_others(samples: Samples) -> None:
    again = generate()
    assert again == samples
    assert generate(seed=1, deliveries=5).files != generate(seed=2, deliveries=5).files


def test_files_come_in_order_up_to_the_given_instant(samples: Samples) -> None:
    times = [file.received_at for file in samples.files]
    assert times == sorted(times)
    assert times[-1] < UNTIL
    assert times[0] > UNTIL - timedelta(days=125)
    assert len({file.name for file in samples.files}) == len(samples.files)


def test_every_file_is_read_without_a_doubt_but_the_planted_ones(
    samples: Samples, read: dict[str, Delivery]
) -> None:
    malformed = {one.file for one in samples.planted if one.rule == "isrc-malformed"}
    doubted = {name: found.warnings for name, found in read.items() if found.warnings}
    assert set(doubted) <= malformed
    assert {one.code for found in doubted.values() for one in found} == {"isrc-syntax"}
    assert {found.format for found in read.values()} == {"ern/4.3.2", "catalogue/1"}


def test_message_ids_and_identifiers_are_given_once(read: dict[str, Delivery]) -> None:
    ids = Counter(found.message_id for found in read.values())
    assert ids.most_common(1)[0][1] == 1
    for found in read.values():
        assert found.created_at <= UNTIL
        assert identify("dpid", found.sender.dpid).valid


def test_the_catalogue_looks_like_a_real_one(read: dict[str, Delivery]) -> None:
    tracks = [
        track
        for found in read.values()
        if found.sender.name != NEWCOMER.name
        for track in found.tracks
    ]
    assert 700 < len(tracks) < 1300
    with_ai = sum(track.contains_ai in ("all", "partly") for track in tracks)
    assert 0.34 < with_ai / len(tracks) < 0.54  # 44 % of intake
    seconds = sorted(track.duration_seconds or 0 for track in tracks)
    assert 180 < seconds[len(seconds) // 2] < 230
    kinds = Counter(release.type for found in read.values() for release in found.releases)
    assert kinds["Single"] > kinds["EP"] > 10
    assert kinds["Album"] > 10
    titles = Counter(track.title for track in tracks)
    assert titles.most_common(1)[0][1] > 3
    artists = {track.display_artist for track in tracks}
    assert len(artists) > 40
    assert any(not artist.isascii() for artist in artists)
    assert len({found.sender.name for found in read.values()}) == len(SENDERS) + 1


def test_no_ordinary_sender_floods(read: dict[str, Delivery]) -> None:
    given: Counter[str] = Counter()
    for found in read.values():
        given[found.sender.name] += len(found.tracks)
    assert given.pop(NEWCOMER.name) == 320
    assert max(given.values()) < 150  # a service that takes all of it in one day sees no burst


_ELSEWHERE = ("use", "dispute", "unmatched_since")
"""Facts of a track that no delivery fills."""

_CONDITIONED = {"grant-unproven"}
"""Rules about conditions of consents, which are said here or by files of consents."""


def test_every_rule_whose_facts_a_delivery_fills_has_a_planted_case(samples: Samples) -> None:
    planted = defaultdict(set)
    for one in samples.planted:
        planted[one.ruleset].add(one.rule)
    tree = compile_tree(RULESETS)
    assert tree.schema is not None
    for ruleset in tree.rulesets:
        plan = ruleset.plans[ruleset.current]
        rules = {rule.id for rule in plan.rules}
        waiting = {rule.id for rule in plan.rules if _waits(rule, plan, tree.schema)}
        assert rules - waiting
        assert rules - waiting - _CONDITIONED <= planted[ruleset.key] <= rules


def _waits(rule: RulePlan, plan: Plan, schema: FactSchema) -> bool:
    """Whether a rule's condition reads a fact that no delivery fills, or no provider yet."""
    variables = {variable.name: variable.tree for variable in plan.variables}
    nodes = list(_nodes(rule.when, variables))
    return any(_is_planned(node, schema) or _comes_otherwise(node) for node in nodes)


def _comes_otherwise(node: Node) -> bool:
    """Whether a fact does, or one within it; that there is no use is for deliveries to say."""
    match node:
        case Fact(path=("track", name, *rest)):
            return name in _ELSEWHERE and (name != "use" or bool(rest))
    return False


def _nodes(tree: Node, variables: Mapping[str, Node]) -> Iterator[Node]:
    for node in walk(tree):
        yield node
        if isinstance(node, Variable):
            yield from _nodes(variables[node.name], variables)


def _is_planned(node: Node, schema: FactSchema) -> bool:
    match node:
        case Fact(path=path):
            fields = [schema.resolve(path[:end]) for end in range(2, len(path) + 1)]
        case Select(operand=operand, field=name):
            record = schema.record(operand.type)
            fields = [record.field(name) if record else None]
        case _:
            return False
    return any(field is not None and field.planned for field in fields)


def test_planted_tracks_are_in_their_files(samples: Samples, read: dict[str, Delivery]) -> None:
    for one in samples.planted:
        tracks = {track.reference: track for track in read[one.file].tracks}
        isrcs = [tracks[reference].isrc for reference in one.tracks]
        assert one.tracks
        assert one.isrcs == tuple(isrc.value if isrc else "" for isrc in isrcs)
        assert one.note


def test_labelling_cases_say_what_they_are_planted_for(
    samples: Samples, read: dict[str, Delivery]
) -> None:
    (track,) = read[case(samples, "all-with-human-contributor").file].tracks
    assert track.contains_ai == "all"
    assert {one.special for one in track.contributors} == {"generative_ai", "no"}
    (track,) = read[case(samples, "none-with-ai-contributor").file].tracks
    assert track.contains_ai == "none"
    assert "all" in {one.ai for one in track.contributors}
    (track,) = read[case(samples, "generative-contributor-not-all").file].tracks
    assert ("generative_ai", "partly") in {(one.special, one.ai) for one in track.contributors}
    (track,) = read[case(samples, "person-declared-all-ai").file].tracks
    assert ("no", "all") in {(one.special, one.ai) for one in track.contributors}
    found = read[case(samples, "release-differs-from-tracks").file]
    assert found.releases[0].contains_ai == "none"
    assert {track.contains_ai for track in found.tracks} == {"partly"}
    (track,) = read[case(samples, "declared-none-but-detected").file].tracks
    assert track.detections[0].score > 0.9
    (track,) = read[case(samples, "ai-act-deep-fake-notice").file].tracks
    assert ("vocals", "all") in {(one.facet, one.ai) for one in track.contributors}


def test_consent_cases_say_what_they_are_planted_for(
    samples: Samples, read: dict[str, Delivery]
) -> None:
    rule = "imitates-voice-without-consent"
    found = read[case(samples, rule).file]
    (track,) = found.tracks
    (detection,) = track.detections
    assert (detection.kind, detection.score > 0.92) == ("voice_match", True)
    (voice,) = (party for party in found.parties if party.reference == detection.party)
    assert voice.name in names.VOICES
    assert voice.ids[0].valid
    assert track.consents == ()
    (agreed,) = read[case(samples, rule, fires=False).file].tracks
    assert [one.use for one in agreed.consents] == ["voice_clone"]
    limited = read[case(samples, "training-permission-limited").file].releases[0]
    assert limited.consents[0].territories == ("DE", "FR", "SE")
    assert read[case(samples, "training-not-permitted").file].releases[0].consents == ()
    later = read[case(samples, "training-refused").file]
    assert later.releases[0].consents == ()
    earlier = [
        found
        for found in read.values()
        if found.releases
        and found.releases[0].icpn == later.releases[0].icpn
        and found.message_id != later.message_id
    ]
    assert [one.use for one in earlier[0].releases[0].consents] == ["train_generative"]


def test_an_altered_copy_belongs_to_another_label_than_its_source(
    samples: Samples, read: dict[str, Delivery]
) -> None:
    def owners(delivery: Delivery) -> set[str]:
        (track,) = delivery.tracks
        names = {party.reference: party.name for party in delivery.parties}
        return {names[share.party] for share in track.shares if share.layer == "master"}

    by_isrc = {
        track.isrc.key: found
        for found in read.values()
        if len(found.tracks) == 1
        for track in found.tracks
        if track.isrc
    }
    for fires in (True, False):
        copy = read[case(samples, "altered-copy-without-consent", fires=fires).file]
        (relation,) = copy.tracks[0].relations
        assert relation.kind == "IsSpedUpOf"
        assert relation.isrc is not None
        source = by_isrc[relation.isrc.key]
        assert bool(owners(copy) & owners(source)) is not fires


def test_duplicate_cases_say_what_they_are_planted_for(
    samples: Samples, read: dict[str, Delivery]
) -> None:
    keys = defaultdict(list)
    for found in read.values():
        for track in found.tracks:
            if track.isrc:
                keys[track.isrc.key].append((found.sender.name, track.title))
    (isrc,) = case(samples, "isrc-on-other-recording").isrcs
    assert len({title for _, title in keys[isrc]}) == 2
    (isrc,) = case(samples, "same-recording-two-deliverers").isrcs
    assert len({sender for sender, _ in keys[isrc]}) == 2
    first, second = case(samples, "isrc-twice-on-release").isrcs
    assert first == second
    album = read[case(samples, "short-track-album").file]
    assert len(album.tracks) == 12
    assert all(30 <= (track.duration_seconds or 0) <= 40 for track in album.tracks)
    flood = [found for found in read.values() if found.sender.name == NEWCOMER.name]
    assert sum(len(found.tracks) for found in flood) == 320
    assert read[case(samples, "upload-burst").file] == flood[-1]


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        ("shares-missing", []),
        ("share-unknown", [6000, None]),
        ("shares-under", [5000, 3000]),
        ("shares-over-master", [7000, 3450]),
        ("shares-over-publishing", [10000, 10450]),
        ("shares-far-over", [10000, 3000]),
    ],
)
def test_compensation_cases_have_the_shares_they_are_planted_for(
    samples: Samples, read: dict[str, Delivery], rule: str, points: list[int | None]
) -> None:
    (track,) = read[case(samples, rule).file].tracks
    assert [share.basis_points for share in track.shares] == points


def test_a_release_is_purged_that_was_there(read: dict[str, Delivery]) -> None:
    (purge,) = (found for found in read.values() if found.kind == "purge")
    icpns = {release.icpn for found in read.values() for release in found.releases}
    assert purge.purges[0].ids[0] in icpns
