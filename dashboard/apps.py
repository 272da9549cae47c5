"""The dashboard: people's door to Stave. It has pages and no models."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Registers the templates and static files of the pages."""

    name = "dashboard"
