"""The one Django app that holds Stave's rows, services and doors."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    """Loads what must be registered before the first request or task."""

    name = "policy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the Celery app and the system checks.

        They are loaded here and not in `policy/__init__.py`, because `import policy.lang` runs
        that file: the language would pull in Django and Celery unseen by any import contract.
        """
        from policy import celery, checks  # noqa: F401 - checks register themselves

        celery.app.set_default()
