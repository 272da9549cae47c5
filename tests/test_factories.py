"""The factories make rows that satisfy every constraint, twice over."""

import pytest

from policy.models import Case, Decision, EvaluationRequest, Obligation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("_round", [1, 2])
def test_every_row_can_be_made_with_nothing_given(_round: int) -> None:
    factories.obligation()
    factories.case()
    factories.activation()
    factories.request()
    counts = [model.objects.count() for model in (Obligation, Case, EvaluationRequest)]
    assert counts == [1, 1, 1]


def test_rows_hang_together_when_they_are_given() -> None:
    track = factories.track(release=factories.release(account=factories.account(key="north")))
    singer = factories.party(name="Nadir Field")
    factories.contributor(track=track, party=singer)
    factories.contributor(track=track, special="generative_ai")
    factories.share(track=track, party=singer, layer="performer", basis_points=5000)
    factories.relation(track=track, isrc="ZZTST2600001")
    factories.consent(grantor=singer, release=track.release)
    factories.detection(track=track, party=singer, kind="voice_match")
    factories.involvement(track=track, party=singer)
    factories.track_term(track=track, term="nadir")
    factories.party_identifier(party=singer)
    factories.membership(user=factories.user(), party=singer)
    factories.delivery(account=track.account)
    found = factories.finding(decision=factories.decision(track=track, effect="review"))

    assert Decision.objects.get().account.key == "north"
    assert found.decision.track == track
    assert [c.position for c in track.contributors.all()] == [1, 2]
