"""Addresses of the pages: `<noun>s/` for a list, `<noun>s/<uuid>/` for one."""

from django.urls import path

from dashboard.views import decisions, deliveries, home, parties, people, rulesets, tracks

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", people.SignIn.as_view(), name="login"),
    path("logout/", people.SignOut.as_view(), name="logout"),
    path("me/", people.me, name="me"),
    path("theme/", people.theme, name="theme"),
    path("decisions/", decisions.decision_list, name="decision-list"),
    path("decisions/filter/", decisions.decision_filter, name="decision-filter"),
    path("decisions/<uuid:uuid>/", decisions.decision_detail, name="decision-detail"),
    path("decisions/<uuid:uuid>/pane/", decisions.decision_pane, name="decision-pane"),
    path(
        "decisions/<uuid:uuid>/evidence.json",
        decisions.decision_evidence,
        name="decision-evidence",
    ),
    path("tracks/", tracks.track_list, name="track-list"),
    path("tracks/<uuid:uuid>/", tracks.track_detail, name="track-detail"),
    path("parties/", parties.party_list, name="party-list"),
    path("parties/options/", parties.party_options, name="party-options"),
    path("parties/<uuid:uuid>/", parties.party_detail, name="party-detail"),
    path("deliveries/", deliveries.delivery_list, name="delivery-list"),
    path("deliveries/<uuid:uuid>/", deliveries.delivery_detail, name="delivery-detail"),
    path(
        "deliveries/<uuid:uuid>/progress/",
        deliveries.delivery_progress,
        name="delivery-progress",
    ),
    path("deliveries/<uuid:uuid>/raw/", deliveries.delivery_raw, name="delivery-raw"),
    path("rulesets/", rulesets.ruleset_list, name="ruleset-list"),
    path("rulesets/<uuid:uuid>/", rulesets.version_by_uuid, name="ruleset-detail"),
    path("rulesets/<slug:key>/<str:version>/", rulesets.version_detail, name="ruleset-version"),
    path(
        "rulesets/<slug:key>/<str:version>/source.yaml",
        rulesets.version_source,
        name="ruleset-source",
    ),
]
