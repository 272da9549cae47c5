"""How a pool is filled and shared out: read from the dated parameters of a ruleset.

A scheme is a word, `training` say, and its numbers are the parameters that begin with it:

    training_funding    fixed_fee | revenue_share | per_use | add_on
    training_key        equal | uses | streams | attribution | market_share
    training_fallback   analogy | equal | reserve (where a key by attribution leaves weight over)
    training_deduction  basis points taken off before money is shared out
    training_per_use    millionths of the currency's unit for each use of each track (per use)
    training_minimum    minor units that the pool has at least; a pool's own contract outranks it

`payout_minimum_eur` is, in minor units, what is paid out at least; less is carried forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias, TypeVar

from policy.accounting.allotment import Sums
from policy.accounting.currency import minor_units
from policy.accounting.earnings import WHOLE
from policy.accounting.exchange import half_even
from policy.lang.diagnostics import did_you_mean
from policy.lang.plan import Parameter

FILE = "compensation/parameters.yaml"
"""Where the parameters stand, as messages name it."""

MILLION = 1_000_000

Values: TypeAlias = Mapping[str, object]
"""Parameters by name, with the value of a day."""

Word = TypeVar("Word", bound=StrEnum)


class Funding(StrEnum):
    """What fills a pool."""

    FIXED_FEE = "fixed_fee"
    REVENUE_SHARE = "revenue_share"
    PER_USE = "per_use"
    ADD_ON = "add_on"


class Key(StrEnum):
    """What tracks share a layer by."""

    EQUAL = "equal"
    USES = "uses"
    STREAMS = "streams"
    ATTRIBUTION = "attribution"
    MARKET_SHARE = "market_share"


class Fallback(StrEnum):
    """What becomes of weight that attribution leaves over."""

    ANALOGY = "analogy"
    EQUAL = "equal"
    RESERVE = "reserve"


class SchemeRefused(Exception):
    """Parameters that a scheme needs are missing or wrong: all of them, one a line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Scheme:
    """The numbers of a scheme on a day. `per_use` is 0 where it is not funded so."""

    word: str
    funding: Funding
    key: Key
    fallback: Fallback
    deduction: int
    per_use: int
    minimum: int

    @classmethod
    def read(cls, values: Values, word: str, file: str = FILE) -> Scheme:
        """The scheme of a word. Raises SchemeRefused with all that is missing or wrong."""
        known = words(values)
        if word not in known:
            others = did_you_mean(word, known) or f"there are {', '.join(known) or 'none'}"
            raise SchemeRefused([f"{file}: there is no scheme `{word}`: {others}"])
        reader = _Reader(values, word, file)
        funding = reader.word("funding", Funding)
        key = reader.word("key", Key)
        fallback = reader.word("fallback", Fallback, needed=key is Key.ATTRIBUTION)
        deduction = reader.number("deduction", WHOLE)
        per_use = reader.number("per_use", needed=funding is Funding.PER_USE)
        minimum = reader.number("minimum", needed=False)
        if reader.problems or funding is None or key is None:
            raise SchemeRefused(reader.problems)
        fallback = fallback or Fallback.EQUAL
        return cls(word, funding, key, fallback, deduction or 0, per_use or 0, minimum or 0)

    def gross(self, *, sums: Sums, currency: str, income: int, minimum: int = 0) -> int:
        """What a pool comes to, in minor units: rounded half to even, at least the minimum.

        `income` is the fee, the net income or the income of the add-on. Of the latter two the pool
        gets what the layers' rates add up to, on the average of the uses where these differ.
        """
        amount = Fraction(income)
        if self.funding in (Funding.REVENUE_SHARE, Funding.ADD_ON):
            points, weight = sums.rate
            amount = Fraction(income * points, weight * WHOLE)
        elif self.funding is Funding.PER_USE:
            amount = Fraction(sums.units * self.per_use * minor_units(currency), MILLION)
        return max(half_even(amount), minimum or self.minimum)


def values_on(parameters: Iterable[Parameter], day: date) -> dict[str, object]:
    """The values of parameters on a day; what has not begun is left out."""
    dated = ((parameter.name, parameter.at(day)) for parameter in parameters)
    return {name: line.value for name, line in dated if line is not None}


def words(values: Values) -> tuple[str, ...]:
    """The schemes that there are, in the order of their words."""
    end = "_funding"
    return tuple(sorted(name.removesuffix(end) for name in values if name.endswith(end)))


def payout_minimum(values: Values, currency: str, file: str = FILE) -> int:
    """What is paid out at least, in minor units of a currency. Raises SchemeRefused."""
    reader = _Reader(values, "payout", file)
    found = reader.number(f"minimum_{currency.lower()}")
    if found is None:
        raise SchemeRefused(reader.problems)
    return found


class _Reader:
    """Reads parameters that begin with a word, and collects what is wrong with them."""

    def __init__(self, values: Values, word: str, file: str) -> None:
        self._values, self._word, self._file = values, word, file
        self.problems: list[str] = []

    def word(self, name: str, kind: type[Word], *, needed: bool = True) -> Word | None:
        """One of the words of a kind; None when it is left out or wrong."""
        value = self._value(name, f"one of {_listed(kind)}", needed=needed)
        if value is None:
            return None
        for one in kind:
            if one == value:
                return one
        guess = did_you_mean(str(value), list(kind)) or f"write one of {_listed(kind)}"
        self._wrong(name, f"`{value}` is not known: {guess}")
        return None

    def number(self, name: str, most: int | None = None, *, needed: bool = True) -> int | None:
        """A whole number from 0 on; None when it is left out or wrong."""
        value = self._value(name, "a whole number", needed=needed)
        if value is None:
            return None
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if whole and isinstance(value, int) and (most is None or value <= most):
            return value
        limits = "from 0 on" if most is None else f"from 0 to {most:,}"
        self._wrong(name, f"`{value}` is no whole number {limits}")
        return None

    def _value(self, name: str, what: str, *, needed: bool) -> object:
        value = self._values.get(f"{self._word}_{name}")
        if value is None and needed:
            self._wrong(name, f"is missing on that day: write a dated line with {what}")
        return value

    def _wrong(self, name: str, message: str) -> None:
        self.problems.append(f"{self._file}: `{self._word}_{name}`: {message}")


def _listed(kind: type[StrEnum]) -> str:
    return ", ".join(f"`{word}`" for word in kind)
