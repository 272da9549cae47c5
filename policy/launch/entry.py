"""What `manage.py` does: find or make the environment, go on in it, and run the command."""

import argparse
import importlib
import os
import sys
import time
from collections.abc import Sequence

from policy.launch import suite
from policy.launch import up as up_command
from policy.launch.environment import DEVELOPMENT, RUNTIME, ensure_environment
from policy.launch.report import LaunchError, Report
from policy.launch.state import ROOT, State, open_state

# Errors of Django that an installation's surroundings cause: the message is enough.
_EXPLAINED = {
    "ImproperlyConfigured": "The settings do not fit",
    "OperationalError": "The database does not answer",
}
_OWN_COMMANDS = """\
Stave's own commands (`manage.py up --help` says more):
    up      start everything, with a sample catalogue
    test    run the whole suite; any argument of pytest
All other commands:
"""
_STARTED = "STAVE_STARTED"  # when the first process of a start began, for its successor


def main(argv: Sequence[str]) -> None:
    """Run `manage.py` with these arguments, its name first. Exits with 1 after a LaunchError."""
    report = Report()
    try:
        _run(list(argv[1:]), report)
    except LaunchError as error:
        report.say(f"\n{error}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _run(arguments: list[str], report: Report) -> None:
    started = float(os.environ.pop(_STARTED, 0)) or time.monotonic()
    folder, arguments = take_state(arguments)
    state = open_state(folder).create()
    os.environ["STAVE_STATE"] = str(state.path)
    command = arguments[0] if arguments else "help"
    if command in ("help", "--help", "-h") and len(arguments) < 2:
        sys.stdout.write(_OWN_COMMANDS)
    options = up_command.parser().parse_args(arguments[1:]) if command == "up" else None
    _enter_environment(state, DEVELOPMENT if command == "test" else RUNTIME, report, started)
    if options is not None:
        up_command.up(state, options, report, started)
    elif command == "test":
        suite.run(arguments[1:])
    else:
        _run_django([sys.argv[0], *arguments])


def take_state(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Split `--state DIR` off the arguments.

    It is ours before the command, and anywhere behind `up` and `test`; behind another command it
    may be an option of that command.
    """
    parser = argparse.ArgumentParser(prog="manage.py", add_help=False, allow_abbrev=False)
    parser.add_argument("--state", metavar="DIR")
    first = arguments[0] if arguments else ""
    if first in ("up", "test"):
        known, rest = parser.parse_known_args(arguments)
    elif first.partition("=")[0] == "--state":
        size = 1 if "=" in first else 2
        known, rest = parser.parse_args(arguments[:size]), arguments[size:]
    else:
        return None, arguments
    return known.state, rest


def _enter_environment(state: State, name: str, report: Report, started: float) -> None:
    """Replace this process by the same command in the environment, unless it is there already."""
    python = ensure_environment(state, name, report)
    if python is not None:
        os.environ[_STARTED] = str(started)
        # Compiled modules are kept with the state, so that the clone stays as it was.
        os.environ["PYTHONPYCACHEPREFIX"] = str(state.path / "pycache")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.execv(python, [str(python), str(ROOT / "manage.py"), *sys.argv[1:]])


def _run_django(argv: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policy.settings")
    management = importlib.import_module("django.core.management")  # installed by now
    try:
        management.execute_from_command_line(argv)
    except Exception as error:
        if "--traceback" in argv or type(error).__name__ not in _EXPLAINED:
            raise
        raise LaunchError(f"{_EXPLAINED[type(error).__name__]}: {error}") from None
