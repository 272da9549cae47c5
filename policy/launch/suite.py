"""`manage.py test`: the whole suite by pytest, with every argument that pytest knows."""

import os
import sys

from policy.launch.state import ROOT


def run(arguments: list[str]) -> None:
    """Become pytest. Without arguments the whole suite runs, on two processes."""
    pytest = [sys.executable, "-m", "pytest", "--all-databases"]
    os.chdir(ROOT)
    os.execv(sys.executable, [*pytest, *(arguments or ["-n", "2"])])
