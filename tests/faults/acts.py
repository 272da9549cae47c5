"""What a fault test does inside its installation: `python -m tests.faults.acts ACT ARGUMENT...`."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django is set up first
from django.utils import timezone  # noqa: E402

from policy import tasks  # noqa: E402
from policy.models import (  # noqa: E402
    Attribution,
    EvaluationRequest,
    Involvement,
    Job,
    Release,
    Share,
    Track,
)
from policy.services import bundles, jobs, payout_jobs, rulesets, withdrawals  # noqa: E402
from policy.services.requests import LEASE  # noqa: E402
from tests import factories, money  # noqa: E402


def prepare(root: str) -> None:
    """Make the database and activate the rulesets of a tree."""
    call_command("migrate", verbosity=0)
    activate(root)


def activate(root: str) -> None:
    """Publish what is new in a tree and let it decide from now on."""
    now = timezone.now()
    rulesets.ruleset_publish(root=Path(root), published_by=None, at=now)
    bundle = bundles.bundle_build(root=Path(root), at=now).bundle
    bundles.bundle_activate(bundle=bundle, live_from=now, activated_by=None, why="", at=now)


def queue(number: str) -> None:
    """Make that many short tracks, each with a request, and nudge once."""
    now = timezone.now()
    release = Release.objects.first() or factories.release()
    last = Track.objects.count()
    tracks = Track.objects.bulk_create(
        Track(
            release=release,
            account=release.account,
            reference=f"A{place}",
            title=f"Track {place}",
            title_key=f"track {place}",
            duration_seconds=10,
            first_delivered_at=now,
            last_delivered_at=now,
        )
        for place in range(last, last + int(number))
    )
    EvaluationRequest.objects.bulk_create(
        EvaluationRequest(track=track, as_of=now, created_at=now) for track in tracks
    )
    tasks.nudge()


def withdraw(number: str, uses: str) -> None:
    """Make a label with that many tracks, each with another owner too; withdraw its grant while
    as many uses of all of them are planned, and nudge once."""
    now = timezone.now()
    label, labs = factories.party(), factories.party()
    queue(number)
    EvaluationRequest.objects.all().delete()
    tracks, others = list(Track.objects.order_by("pk")), [factories.party() for _ in range(3)]
    Involvement.objects.bulk_create(
        Involvement(track=track, party=label, kind="holder") for track in tracks
    )
    owned = [(track, label, "master") for track in tracks]
    owned += [(track, others[at % 3], "publishing") for at, track in enumerate(tracks)]
    Share.objects.bulk_create(
        Share(track=track, party=party, layer=layer, basis_points=10_000)
        for track, party, layer in owned
    )
    for place in range(int(uses)):
        factories.usage(licensee=labs, reference=f"run-{place}", query={"all": True}, starts_at=now)
    grant = factories.consent(grantor=label, valid_from=now, recorded_at=now)
    withdrawals.withdraw(consents=[grant], actor=None, at=now)
    tasks.nudge_work()


def share_out(number: str) -> None:
    """Open a pool over a use of that many tracks, queue its run, and nudge once."""
    lab, owners = factories.party(), [factories.party() for _ in range(7)]
    queue(number)
    EvaluationRequest.objects.all().delete()
    tracks = list(Track.objects.order_by("pk"))
    Share.objects.bulk_create(
        Share(track=track, party=owners[at % 7], layer=layer, basis_points=10_000)
        for at, track in enumerate(tracks)
        for layer in ("master", "publishing")
    )
    use = money.usage(licensee=lab, tracks={})
    Attribution.objects.bulk_create(Attribution(usage=use, track=track) for track in tracks)
    payout_jobs.pool_run_ask(pool=money.pool(licensee=lab), at=timezone.now())
    tasks.nudge_work()


def prove() -> None:
    """Hold everything that was posted to what the ledger promises."""
    call_command("ledger_verify")


def outlast() -> None:
    """Let the time pass that the leases of dead workers need to run out."""
    over = timezone.now() - timedelta(seconds=1)
    EvaluationRequest.objects.filter(state="claimed").update(lease_until=over)
    Job.objects.filter(state="claimed").update(lease_until=over)
    assert timedelta(seconds=1) < min(LEASE, jobs.LEASE)


if __name__ == "__main__":
    every = (prepare, activate, queue, withdraw, share_out, prove, outlast)
    acts = {act.__name__: act for act in every}
    acts[sys.argv[1]](*sys.argv[2:])
