"""The Python environment of a state folder: which packages it holds, and whether it is needed.

Someone who already works in a virtual environment that has the packages keeps it.
"""

import hashlib
import importlib.metadata
import json
import re
import sys
from pathlib import Path

from policy.launch import install, lock
from policy.launch.report import Report
from policy.launch.state import ROOT, State

RUNTIME = "requirements"
DEVELOPMENT = "requirements-dev"
_INCLUDED = {RUNTIME: (), DEVELOPMENT: (RUNTIME,)}  # locks that another one holds, pin by pin


def ensure_environment(state: State, name: str, report: Report) -> Path | None:
    """Return the Python that has the packages of the lock `name`, or None if it is this one.

    Installs what lacks. Raises LaunchError where that fails, with the way out.
    """
    if serves(state, name):
        return None
    with lock.hold(state.venv_lock, wait=True):
        stamp = _stamp(state)
        if stamp.get(name) != _digest(name):
            install.install(state, name, report, afresh=not stamp)
            held = {each: _digest(each) for each in (name, *_INCLUDED[name])}
            _write_stamp(state, {**stamp, "python": sys.version, **held})
    return state.python


def serves(state: State, name: str) -> bool:
    """Say whether this very Python has every package of `name`."""
    if Path(sys.prefix).resolve() == state.venv:
        return _stamp(state).get(name) == _digest(name)
    in_environment = sys.prefix != sys.base_prefix
    return in_environment and all(map(_is_installed, requirement_names(name)))


def requirement_names(name: str) -> list[str]:
    """Return the distributions that `<name>.in` asks for, in its order, with those it includes."""
    names = []
    for line in (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines():
        if included := re.match(r"-r (\S+)\.in", line):
            names += requirement_names(included[1])
        elif found := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line):
            names.append(found[0])
    return names


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _digest(name: str) -> str:
    return hashlib.sha256((ROOT / f"{name}.txt").read_bytes()).hexdigest()


def _stamp(state: State) -> dict[str, str]:
    """Return which locks the environment holds; empty without one, or if another Python made it."""
    try:
        stamp = json.loads((state.venv / "stave.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    fits = isinstance(stamp, dict) and stamp.get("python") == sys.version
    return stamp if fits and state.python.exists() else {}


def _write_stamp(state: State, stamp: dict[str, str]) -> None:
    partial = state.venv / "stave.json.partial"
    partial.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    partial.replace(state.venv / "stave.json")
