"""What commands share that deliver tracks: deciding what waits, here and now."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from policy.services.bundles import active_at
from policy.services.evaluation import evaluate_pending

NO_BUNDLE = (
    "no bundle is active, so nothing is decided yet: "
    "run `manage.py bundle_build` and `manage.py bundle_activate`"
)


def drain(tell: Callable[[str], object]) -> int:
    """Decide waiting requests, batch by batch, until none is due; return how many were decided.

    Workers may do the same at the same time: nobody decides twice. `tell` gets progress and, when
    there are no rules to decide by, the way out.
    """
    if active_at(timezone.now()) is None:
        tell(NO_BUNDLE)
        return 0
    decided = 0
    while (drained := evaluate_pending(now=timezone.now())).claimed:
        decided += drained.decided
        if drained.failed:
            tell(f"  {drained.failed} could not be decided and will be tried again")
        tell(f"  {decided:,} decided")
    return decided
