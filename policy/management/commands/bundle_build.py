"""`bundle_build`: put one version of every ruleset under one digest."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from policy.management.output import (
    person,
    person_argument,
    refusals_told,
    rulesets_argument,
    shown,
)
from policy.services.bundles import bundle_build


def _named(text: str) -> tuple[str, str]:
    """`KEY@VERSION`."""
    key, _, version = text.partition("@")
    if not key or not version:
        raise ArgumentTypeError(f"`{text}` names no version: write labelling@1.0.0")
    return key, version


class Command(BaseCommand):
    """Build a bundle of published versions, the folder's parameters and its fact schema."""

    help = "Build a bundle: the newest published version of every ruleset, or those named."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, versions other than the newest, and who builds."""
        rulesets_argument(parser)
        parser.add_argument(
            "--version-of",
            action="append",
            default=[],
            type=_named,
            metavar="KEY@VERSION",
            help="take this version of a ruleset instead of its newest",
        )
        person_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, and name the bundle."""
        with refusals_told():
            built = bundle_build(
                root=shown(options["folder"]),
                at=timezone.now(),
                built_by=person(options["by"]),
                versions=dict(options["version_of"]),
            )
        for key in built.left_out:
            self.stderr.write(f"{key} has no published version and is left out")
        for version in built.bundle.versions.select_related("ruleset").order_by("ruleset__key"):
            self.stdout.write(f"  {version.ruleset.key} {version.version}")
        self.stdout.write(f"bundle {built.bundle.digest}{'' if built.new else ', built before'}")
