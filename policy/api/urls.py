"""Addresses of this door."""

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularAPIView

from policy.api.decision import Decision
from policy.api.decisions import Decisions
from policy.api.deliveries import Deliveries, Delivery
from policy.api.door import Nothing
from policy.api.tokens import Tokens
from policy.api.tracks import Track, Tracks

urlpatterns: list[URLPattern | URLResolver] = [
    path("tokens/", Tokens.as_view(), name="api-tokens"),
    path("deliveries/", Deliveries.as_view(), name="api-deliveries"),
    path("deliveries/<uuid:uuid>/", Delivery.as_view(), name="api-delivery"),
    path("tracks/", Tracks.as_view(), name="api-tracks"),
    path("tracks/<uuid:uuid>/", Track.as_view(), name="api-track"),
    path("decisions/", Decisions.as_view(), name="api-decisions"),
    path("decisions/<uuid:uuid>/", Decision.as_view(), name="api-decision"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    re_path("", Nothing.as_view(), name="api-nothing"),
]
