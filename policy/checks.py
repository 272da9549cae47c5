"""System checks of Stave's own: what `manage.py check` says beyond Django's checks."""


def register() -> None:
    """Register every check of this module with Django."""
