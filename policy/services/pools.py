"""Pools: what a licensee owes for its uses in a period. Opened, and corrected; never deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from policy.accounting.currency import MoneyRefused, digits
from policy.accounting.earnings import FINE
from policy.accounting.money import LARGEST
from policy.accounting.scheme import Scheme, SchemeRefused, Values, values_on
from policy.lang.words import USES
from policy.models import Bundle, Party, Pool
from policy.services.audit import audit_record
from policy.services.bundles import active_at
from policy.services.programs import loaded

COMPENSATION = "compensation"
"""The ruleset whose parameters say how pools are shared out."""


MOST = LARGEST // FINE
"""Minor units of a pool: its lines are millionths of them, and a database's integer holds these."""


_KEY = re.compile(r"[-a-zA-Z0-9_]{1,120}")
_SHOWN = 40  # characters of a refused text that a message repeats


class PoolRefused(Exception):
    """A pool cannot be as asked: all problems, one a line."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to an exclusive day."""

    since: date
    until: date

    @property
    def last_day(self) -> date:
        """The day whose parameters and shares hold."""
        return self.until - timedelta(days=1)

    @property
    def starts_at(self) -> datetime:
        """Its first instant, UTC."""
        return datetime.combine(self.since, time.min, UTC)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it, UTC."""
        return datetime.combine(self.until, time.min, UTC)

    @property
    def judged_at(self) -> datetime:
        """The instant as of which it is judged: the same for every run, so that equal facts give
        equal decisions."""
        return self.ends_at - timedelta(seconds=1)


def period_of(pool: Pool) -> Period:
    """The period of a pool."""
    return Period(pool.period_from, pool.period_until)


@dataclass(frozen=True, slots=True)
class PoolAsked:
    """What a pool is to be; amounts are minor units of the currency."""

    key: str
    licensee: Party
    scheme: str
    kinds: tuple[str, ...]
    currency: str
    period: Period
    income: int = 0
    minimum: int = 0
    title: str = ""
    model: str = ""
    model_version: str = ""


def pool_open(*, asked: PoolAsked, at: datetime, actor: User | None = None) -> Pool:
    """Open a pool. Raises PoolRefused with all that is wrong with it."""
    problems = list(_problems(asked, at))
    if problems:
        raise PoolRefused(*problems)
    with transaction.atomic():
        if Pool.objects.filter(key=asked.key).exists():
            raise PoolRefused(f"there is a pool `{asked.key}` already: choose another key")
        row = Pool.objects.create(
            key=asked.key,
            title=asked.title or asked.key,
            licensee=asked.licensee,
            scheme=asked.scheme,
            kinds=sorted(set(asked.kinds)),
            model=asked.model,
            model_version=asked.model_version,
            currency=asked.currency,
            income=asked.income,
            minimum=asked.minimum,
            period_from=asked.period.since,
            period_until=asked.period.until,
            created_by=actor,
            created_at=at,
            changed_at=at,
        )
        audit_record(
            actor=actor, action="pool_open", subject=row, at=at,
            detail={"income": row.income, "minimum": row.minimum, "currency": row.currency},
        )  # fmt: skip
    return row


def pool_change(
    *,
    pool: Pool,
    at: datetime,
    income: int | None = None,
    minimum: int | None = None,
    actor: User | None = None,
) -> Pool:
    """Correct a pool's amounts, in minor units; None leaves one as it is. Its next run corrects
    what was shared out. Raises PoolRefused."""
    problems = [*_amount("income", income or 0), *_amount("minimum", minimum or 0)]
    if problems:
        raise PoolRefused(*problems)
    with transaction.atomic():
        row = Pool.objects.select_for_update(of=("self",)).get(pk=pool.pk)
        before = row.income, row.minimum
        row.income = row.income if income is None else income
        row.minimum = row.minimum if minimum is None else minimum
        if (row.income, row.minimum) == before:
            return row
        row.changed_at = at
        row.save(update_fields=["income", "minimum", "changed_at"])
        audit_record(
            actor=actor, action="pool_change", subject=row, at=at,
            detail={
                "income": row.income, "income_before": before[0],
                "minimum": row.minimum, "minimum_before": before[1],
            },
        )  # fmt: skip
    return row


def bundle_in_force(at: datetime) -> Bundle:
    """The bundle that decides at an instant, without its content. Raises PoolRefused for none."""
    active = active_at(at)
    if active is None:
        raise PoolRefused("no bundle is active: run `manage.py bundle_activate`")
    return active.bundle


def values_of(bundle: Bundle, day: date) -> Values:
    """The numbers of the compensation ruleset of a bundle on a day; none without that ruleset."""
    for ruleset in loaded(bundle.digest).plan.rulesets:
        if ruleset.plan.ruleset == COMPENSATION:
            return values_on(ruleset.parameters, day)
    return {}


def _problems(asked: PoolAsked, at: datetime) -> list[str]:
    """All that is wrong with a pool."""
    found = list(_wrong_names(asked))
    if asked.period.since >= asked.period.until:
        found.append(
            f"the period ends on {asked.period.until} before it begins on {asked.period.since}"
        )
    if not asked.kinds:
        found.append("a pool pays for at least one kind of use: name one")
    unknown = sorted(set(asked.kinds) - set(USES))
    found += [f"`{kind}` is no use of AI: write one of {', '.join(USES)}" for kind in unknown]
    try:
        digits(asked.currency)
    except MoneyRefused as refused:
        found.append(str(refused))
    found += [*_amount("income", asked.income), *_amount("minimum", asked.minimum)]
    try:
        Scheme.read(values_of(bundle_in_force(at), asked.period.last_day), asked.scheme)
    except (SchemeRefused, PoolRefused) as refused:
        found += refused.problems
    return found


def _wrong_names(asked: PoolAsked) -> Iterator[str]:
    if not _KEY.fullmatch(asked.key):
        yield f"`{asked.key[:_SHOWN]}` is no key: write up to 120 letters, digits, - and _"
    for name, text, longest in (
        ("title", asked.title, 200),
        ("model", asked.model, 200),
        ("version of the model", asked.model_version, 100),
    ):
        if len(text) > longest:
            yield f"the {name} has {len(text)} characters; {longest} is the most"
    if asked.model_version and not asked.model:
        yield f"the version `{asked.model_version[:_SHOWN]}` needs the model that it is of"


def _amount(name: str, value: int) -> list[str]:
    if 0 <= value <= MOST:
        return []
    return [f"the {name} must be from 0 to {MOST:,} minor units, not {value:,}: open several pools"]
