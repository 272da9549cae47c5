"""Random pools: tracks, layers, shares that are whole, missing, unknown or too many."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from policy.accounting.accounts import AccountName
from policy.accounting.allotment import Allotment, Sums, allot
from policy.accounting.earnings import Earning, Holder, LayerEarning

SOURCE = AccountName("licensee", "party:0", None)
CURRENCIES = ("JPY", "EUR", "KWD")  # of no, two and three digits

_PARTIES = st.integers(1, 9)
_SHARES = st.sampled_from((None, 0, 1, 2_500, 3_333, 5_000, 9_999, 10_000))
_THIRDS = st.just(((1, 3_333), (2, 3_333), (3, 3_333)))
_OVER = st.just(((1, 9_000), (2, 9_000)))
_ANY = st.dictionaries(_PARTIES, _SHARES, max_size=5).map(lambda found: tuple(found.items()))
_HOLDERS: st.SearchStrategy[tuple[Holder, ...]] = _ANY | _THIRDS | _OVER

_LAYERS = st.lists(
    st.builds(
        LayerEarning,
        st.sampled_from(("master", "publishing", "performer")),
        st.sampled_from((0, 500, 3_000, 7_800)),
        _HOLDERS,
        st.sampled_from(("", "", "disputed", "share-not-accepted")),
        st.sampled_from(("", "shares-fall-short")),
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda layer: layer.layer,
).map(tuple)

_EARNINGS = st.lists(
    st.builds(
        Earning,
        st.integers(1, 20),
        st.sampled_from(("train_generative", "generate_output")),
        st.sampled_from(("DE", "Worldwide")),
        st.integers(0, 1_000),
        st.sampled_from((0, 1, 1, 7, 10**18)),
        _LAYERS,
    ),
    max_size=8,
    unique_by=lambda earning: earning.place,
)


@dataclass(frozen=True)
class DrawnPool:
    """What a pool is shared out by."""

    earnings: tuple[Earning, ...]
    gross: int
    deduction: int
    unattributed: int
    currency: str = "EUR"

    def ordered(self) -> list[Earning]:
        """The earnings as an allotment takes them."""
        return sorted(self.earnings, key=lambda earning: earning.place)

    def allotted(self, times: int = 1) -> Allotment:
        """The pool shared out, `times` as large."""
        return allot(
            Sums.of(self.ordered()), gross=self.gross * times, word="training",
            deduction_points=self.deduction, unattributed=self.unattributed,
        )  # fmt: skip


pools = st.builds(
    DrawnPool,
    _EARNINGS.map(tuple),
    st.sampled_from((0, 1, 2, 99, 10_001)) | st.integers(0, 10**12),
    st.sampled_from((0, 1, 1_500, 3_333, 10_000)),
    st.sampled_from((0, 0, 1, 10**18)),
    st.sampled_from(CURRENCIES),
)
