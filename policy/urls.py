"""Every address of the installation: probes, REST API, pages."""

from django.urls import include, path

from policy import health

handler400 = "dashboard.views.errors.bad_request"

urlpatterns = [
    path("live", health.live, name="live"),
    path("health/", health.health, name="health"),
    path("api/", include("policy.api.urls")),
    path("", include("dashboard.urls")),
]
