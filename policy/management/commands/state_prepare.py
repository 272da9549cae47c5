"""`state_prepare`: bring database, static files and active bundle up to date, in one process."""

from django.core.management import call_command
from django.core.management.base import BaseCommand

# Each may run again at any time: what is already so stays so.
STEPS: tuple[tuple[str, dict[str, object]], ...] = (
    ("migrate", {"interactive": False}),
    ("collectstatic", {"interactive": False}),
)


class Command(BaseCommand):
    """Run every step that an installation needs before its first page and after an update."""

    help = "Migrate, collect static files, publish the shipped rulesets and activate their bundle."

    def handle(self, *args: object, **options: object) -> None:
        """Run the steps in order; the first that fails ends the command with its own message."""
        for name, arguments in STEPS:
            self.stdout.write(f"{name} ...")
            self.stdout.flush()
            call_command(name, **arguments, stdout=self.stdout, stderr=self.stderr)
