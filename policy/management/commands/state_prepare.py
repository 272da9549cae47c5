"""`state_prepare`: bring database, static files and rulesets up to date, in one process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from policy.models import Activation


def _always() -> bool:
    return True


def _nothing_decides_yet() -> bool:
    return not Activation.objects.exists()


@dataclass(frozen=True, slots=True)
class Step:
    """A command that may run again at any time: what is already so stays so."""

    command: str
    options: dict[str, Any] = field(default_factory=dict)
    needed: Callable[[], bool] = _always


STEPS = (
    Step("migrate", {"interactive": False}),
    Step("collectstatic", {"interactive": False}),
    Step("ruleset_publish"),
    Step("bundle_build"),
    # Only the first time: which bundle decides is a person's act, and a restart must not undo it.
    Step(
        "bundle_activate", {"why": "the shipped rulesets, at the first start"}, _nothing_decides_yet
    ),
)


class Command(BaseCommand):
    """Run every step that an installation needs before its first page and after an update."""

    help = "Migrate, collect static files, publish the shipped rulesets; activate them at first."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps in order; the first that fails ends the command with its own message."""
        for step in STEPS:
            if step.needed():
                self.stdout.write(f"{step.command} ...")
                self.stdout.flush()
                call_command(step.command, **step.options, stdout=self.stdout, stderr=self.stderr)
