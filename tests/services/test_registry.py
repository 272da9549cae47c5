"""What parties say is recorded whole or not at all, replaces what it takes the place of, and has
the tracks that it is about evaluated again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from policy.models import AuditEntry, Consent, ConsentProof, EvaluationRequest, Sweep
from policy.services import sweeps
from policy.services.registry import condition_prove, consent_say, consent_withdraw_row
from policy.services.saying import ConsentRefused, Evidence, Saying
from policy.services.sweeps import SETTLED, consents_sweep
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LETTER = Evidence.of("letter.pdf", b"I allow it.")


def saying(**fields: Any) -> Saying:
    """A grant of generative training on the master of all works, unless told otherwise."""
    fields.setdefault("grantor", None)
    fields["grantor"] = fields["grantor"] or factories.party()
    given = {"layer": "master", "uses": ("train_generative",), "decision": "granted"} | fields
    return Saying(**given)


def queued() -> list[tuple[int, str]]:
    """Tracks and causes of the requests."""
    return list(EvaluationRequest.objects.order_by("pk").values_list("track", "cause"))


def standing() -> list[tuple[str, Any, Any]]:
    """Decision and period of the rows that nothing has replaced."""
    rows = Consent.objects.filter(replaced_by=None).order_by("pk")
    return [(row.decision, row.valid_from, row.valid_until) for row in rows]


def test_a_statement_is_a_row_for_each_use_with_its_evidence_and_an_audit_entry() -> None:
    ada, licensee = factories.user(name="ada"), factories.party()
    rows = consent_say(
        saying=saying(
            uses=("remix", "cover"), scope="artist", subject="Nadir Field feat. Mara",
            licensee=licensee, model="Songsmith", model_version="4", territories=("SE", "DE"),
            condition="payment", terms="2 cents each", source="contract", assurance="contract",
        ),
        at=NOW, actor=ada, evidence=LETTER,
    )  # fmt: skip
    assert [row.use for row in rows] == ["remix", "cover"]
    row = Consent.objects.get(pk=rows[0].pk)
    assert (row.subject_key, row.territories, row.licensee) == (
        "nadir field", ["DE", "SE"], licensee,
    )  # fmt: skip
    assert (row.evidence_name, row.evidence_digest) == ("letter.pdf", LETTER.digest)
    assert row.recorded_by == ada
    assert AuditEntry.objects.filter(action="consent_say").count() == 2


def test_all_mistakes_are_told_at_once_and_nothing_is_written() -> None:
    wrong = saying(
        layer="masters", uses=("sing",), decision="withdrawn", scope="recording", subject="ZZ-1",
        territories=("Deutschland",), excluded=("Worldwide",), valid_from=NOW, valid_until=NOW,
        model_version="4", condition="payment",
    )  # fmt: skip
    with pytest.raises(ConsentRefused) as refused:
        consent_say(saying=wrong, at=NOW)
    assert [one.field for one in refused.value.mistakes] == [
        "layer", "decision", "use", "subject", "territories", "excluded", "valid_until",
        "model_version", "condition",
    ]  # fmt: skip
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("scope", "subject"),
    [("catalogue", "all"), ("release", "R1"), ("label", None), ("artist", " "), ("planet", None)],
)
def test_a_scope_needs_the_subject_that_belongs_to_it(scope: str, subject: Any) -> None:
    with pytest.raises(ConsentRefused, match=r"name|scope"):
        consent_say(saying=saying(scope=scope, subject=subject), at=NOW)


def test_what_is_said_anew_replaces_what_was_said_on_the_topic_and_keeps_the_past() -> None:
    party = factories.party()
    (first,) = consent_say(saying=saying(grantor=party), at=NOW)
    (second,) = consent_say(saying=saying(grantor=party, decision="denied"), at=NOW + DAY)
    assert second.replaces == first
    assert standing() == [("denied", NOW + DAY, None), ("granted", NOW, NOW + DAY)]


def test_the_same_statement_again_changes_nothing() -> None:
    party = factories.party()
    first = consent_say(saying=saying(grantor=party), at=NOW)
    assert consent_say(saying=saying(grantor=party), at=NOW + DAY) == first
    assert Consent.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"layer": "publishing"},
        {"source": "contract"},
        {"model": "Songsmith"},
        {"territories": ("DE",)},
        {"valid_until": NOW + 9 * DAY},
    ],
)
def test_on_another_topic_or_for_less_both_statements_stand(other: dict[str, Any]) -> None:
    party = factories.party()
    consent_say(saying=saying(grantor=party), at=NOW)
    consent_say(saying=saying(grantor=party, decision="denied", **other), at=NOW + DAY)
    assert [decision for decision, *_ in standing()] == ["granted", "denied"]


def test_one_statement_takes_the_place_of_several() -> None:
    party = factories.party()
    for place in ("DE", "SE"):
        consent_say(saying=saying(grantor=party, territories=(place,)), at=NOW)
    consent_say(saying=saying(grantor=party, decision="denied"), at=NOW + DAY)
    assert sorted(standing()) == [
        ("denied", NOW + DAY, None),
        *[("granted", NOW, NOW + DAY)] * 2,
    ]


def test_a_withdrawal_acts_forward_only() -> None:
    (grant,) = consent_say(saying=saying(), at=NOW)
    row = consent_withdraw_row(consent=grant, at=NOW + 2 * DAY, since=NOW + DAY)
    assert (row.decision, row.valid_from, row.replaces) == ("withdrawn", NOW + 2 * DAY, grant)
    assert standing() == [("withdrawn", NOW + 2 * DAY, None), ("granted", NOW, NOW + 2 * DAY)]


def test_only_a_grant_that_stands_can_be_withdrawn() -> None:
    (grant,) = consent_say(saying=saying(), at=NOW)
    gone = consent_withdraw_row(consent=grant, at=NOW + DAY)
    with pytest.raises(ConsentRefused, match="something later has replaced it"):
        consent_withdraw_row(consent=grant, at=NOW + DAY)
    with pytest.raises(ConsentRefused, match="it was withdrawn: only a grant"):
        consent_withdraw_row(consent=gone, at=NOW + DAY)


def test_a_proof_is_recorded_once_and_only_where_there_is_something_to_prove() -> None:
    licensee, other = factories.party(), factories.party()
    (grant,) = consent_say(saying=saying(condition="payment", licensee=licensee), at=NOW)
    first = condition_prove(consent=grant, evidence=LETTER, licensee=licensee, at=NOW)
    assert condition_prove(consent=grant, evidence=LETTER, licensee=licensee, at=NOW) == first
    with pytest.raises(ConsentRefused, match="the grant is for"):
        condition_prove(consent=grant, evidence=LETTER, licensee=other, at=NOW)
    (plain,) = consent_say(saying=saying(), at=NOW)
    with pytest.raises(ConsentRefused, match="no condition"):
        condition_prove(consent=plain, evidence=LETTER, at=NOW)
    assert ConsentProof.objects.count() == 1


def test_tracks_that_a_statement_is_about_are_evaluated_again() -> None:
    party, album = factories.party(), factories.release(record_label="Nørd & Sons")
    own = factories.track(release=album, isrc="ZZTST2600001", iswc="T0000000010")
    foreign = factories.track()
    factories.involvement(track=own, party=party)
    factories.involvement(track=foreign, party=party, kind="deliverer")
    factories.involvement(track=factories.track(removed_at=NOW), party=party)
    for scope, subject in (
        ("catalogue", None), ("label", "NORD and sons"), ("artist", "Nadir Field"),
        ("release", album), ("work", "T-000.000.001-0"), ("recording", "ZZ-TST-26-00001"),
        ("track", own),
    ):  # fmt: skip
        EvaluationRequest.objects.all().delete()
        consent_say(saying=saying(grantor=party, scope=scope, subject=subject), at=NOW)
        assert queued() == [(own.pk, "consent")], scope


def test_too_many_tracks_for_one_transaction_are_left_to_the_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeps, "CHUNK", 2)
    party = factories.party()
    tracks = [factories.track() for _ in range(5)]
    for track in tracks:
        factories.involvement(track=track, party=party)
    consent_say(saying=saying(grantor=party), at=NOW)
    assert queued() == []
    assert consents_sweep(now=NOW + SETTLED, chunk=2) == 5
    assert [track for track, _ in queued()] == [track.pk for track in tracks]
    assert consents_sweep(now=NOW + SETTLED, chunk=2) == 0


def test_statements_that_begin_or_end_queue_their_tracks_once() -> None:
    track, party = factories.track(), factories.party()
    said = saying(
        grantor=party, scope="track", subject=track, valid_from=NOW + DAY,
        valid_until=NOW + 2 * DAY,
    )  # fmt: skip
    consent_say(saying=said, at=NOW)
    EvaluationRequest.objects.all().delete()
    told = [consents_sweep(now=NOW + SETTLED + n * DAY / 2) for n in range(7)]
    assert told == [0, 0, 1, 0, 1, 0, 0]
    assert set(EvaluationRequest.objects.values_list("as_of", flat=True)) == {
        NOW + DAY, NOW + 2 * DAY,
    }  # fmt: skip


def test_a_sweep_that_was_interrupted_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    party = factories.party()
    tracks = [factories.track() for _ in range(4)]
    for track in tracks:
        factories.involvement(track=track, party=party)
    factories.consent(grantor=party, valid_from=NOW + DAY)
    queue: Any = vars(sweeps)["evaluations_queue"]
    calls: list[Any] = []

    def fail_at_second(**given: Any) -> None:
        queue(**given)
        calls.append(given)
        if len(calls) == 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(sweeps, "evaluations_queue", fail_at_second)
    with pytest.raises(RuntimeError):
        consents_sweep(now=NOW + 2 * DAY, chunk=2)
    assert Sweep.objects.get().after == tracks[1].pk
    assert consents_sweep(now=NOW + 3 * DAY, chunk=2) == 2
    assert [track for track, _ in queued()] == [track.pk for track in tracks]


def test_a_refusal_is_said_anew_where_something_else_was_said_since() -> None:
    said = saying(decision="denied", source="portal")
    consent_say(saying=said, at=NOW)
    but = saying(grantor=said.grantor, source="portal", territories=("DE",))
    consent_say(saying=but, at=NOW + DAY)
    consent_say(saying=said, at=NOW + 2 * DAY)
    assert ("denied", NOW + 2 * DAY, None) in standing()
    assert not Consent.objects.filter(decision="granted", replaced_by=None, valid_until=None)


def test_a_proven_condition_stays_proven_until_the_grant_ends() -> None:
    [grant] = consent_say(saying=saying(condition="payment"), at=NOW)
    condition_prove(consent=grant, evidence=LETTER, at=NOW)
    consent_withdraw_row(consent=grant, at=NOW + DAY, since=NOW + 3 * DAY)
    [until] = Consent.objects.filter(decision="granted", replaced_by=None)
    assert (until.valid_until, until.proofs.get().evidence_digest) == (NOW + 3 * DAY, LETTER.digest)
