"""`python3 -m policy.launch`: make the environment of the checks and print its Python.

For scripts that need the tools themselves: `$(python3 -m policy.launch) -m ruff check`.
"""

import sys

from policy.launch.environment import DEVELOPMENT, ensure_environment
from policy.launch.report import LaunchError, Report
from policy.launch.state import open_state

if __name__ == "__main__":
    report = Report()
    try:
        python = ensure_environment(open_state().create(), DEVELOPMENT, report)
    except LaunchError as error:
        report.say(f"\n{error}")
        sys.exit(1)
    sys.stdout.write(f"{python or sys.executable}\n")
