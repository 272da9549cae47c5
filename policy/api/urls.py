"""Addresses of this door."""

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularAPIView

from policy.api.consents import Consents
from policy.api.decision import Decision
from policy.api.decisions import Decisions
from policy.api.deliveries import Deliveries, Delivery
from policy.api.door import Nothing
from policy.api.ledger import (
    LedgerAccounts,
    LedgerTransaction,
    LedgerTransactions,
    OneLedgerAccount,
)
from policy.api.payouts import PartyPayouts, PayoutStatement
from policy.api.pools import Pool, Pools
from policy.api.tokens import Tokens
from policy.api.tracks import Track, Tracks
from policy.api.usages import OneUsage, TrackUsages, Usages
from policy.api.withdrawals import Withdraw

urlpatterns: list[URLPattern | URLResolver] = [
    path("tokens/", Tokens.as_view(), name="api-tokens"),
    path("deliveries/", Deliveries.as_view(), name="api-deliveries"),
    path("deliveries/<uuid:uuid>/", Delivery.as_view(), name="api-delivery"),
    path("tracks/", Tracks.as_view(), name="api-tracks"),
    path("tracks/<uuid:uuid>/", Track.as_view(), name="api-track"),
    path("decisions/", Decisions.as_view(), name="api-decisions"),
    path("decisions/<uuid:uuid>/", Decision.as_view(), name="api-decision"),
    path("consents/", Consents.as_view(), name="api-consents"),
    path("consents/<uuid:uuid>/withdraw/", Withdraw.as_view(), name="api-consent-withdraw"),
    path("usages/", Usages.as_view(), name="api-usages"),
    path("usages/<uuid:uuid>/", OneUsage.as_view(), name="api-usage"),
    path("tracks/<uuid:uuid>/usages/", TrackUsages.as_view(), name="api-track-usages"),
    path("parties/<uuid:uuid>/payouts/", PartyPayouts.as_view(), name="api-party-payouts"),
    path("pools/", Pools.as_view(), name="api-pools"),
    path("pools/<uuid:uuid>/", Pool.as_view(), name="api-pool"),
    path("payout-statements/<uuid:uuid>/", PayoutStatement.as_view(), name="api-payout-statement"),
    path("ledger/accounts/", LedgerAccounts.as_view(), name="api-ledger-accounts"),
    path("ledger/accounts/<uuid:uuid>/", OneLedgerAccount.as_view(), name="api-ledger-account"),
    path("ledger/transactions/", LedgerTransactions.as_view(), name="api-ledger-transactions"),
    path(
        "ledger/transactions/<uuid:uuid>/",
        LedgerTransaction.as_view(),
        name="api-ledger-transaction",
    ),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    re_path("", Nothing.as_view(), name="api-nothing"),
]
