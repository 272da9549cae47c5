"""Making the environment and filling it from a lock: every package pinned and checked by hash."""

import importlib.util
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from policy.launch.report import LaunchError, Report
from policy.launch.state import ROOT, State

_NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|Network is unreachable|ConnectTimeout"
    r"|ProxyError|Connection refused|Read timed out|Could not fetch URL|from versions: none",
    re.IGNORECASE,
)


def install(state: State, name: str, report: Report, *, afresh: bool) -> None:
    """Install the lock `name` into the environment of `state`, made anew if `afresh`.

    Raises LaunchError with the way out.
    """
    if afresh:
        with report.step(f"environment: Python {sys.version.split()[0]} in {state.venv}"):
            _create(state)
    total = len(pinned(name))
    with report.step(f"packages: {total} pinned, each checked against its hash"):
        _run_pip(state, name, total, report)


def pinned(name: str) -> dict[str, str]:
    """Return distribution -> version as the lock `<name>.txt` pins them."""
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[\S+\])?==([^ \\;]+)", text, re.MULTILINE))


def find_pip() -> Path:
    """Return a pip for the new environment's Python to run: the wheel Python carries, or a folder.

    pip runs from its wheel, so it is not installed first; that saves 4 of 18 seconds.
    """
    folders = [Path(sysconfig.get_path("stdlib")) / "ensurepip" / "_bundled"]
    if packaged := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(packaged))
    for folder in folders:
        for wheel in sorted(folder.glob("pip-*.whl"), reverse=True):
            return wheel / "pip"
    found = importlib.util.find_spec("pip")
    if found and found.origin:
        return Path(found.origin).parent
    raise LaunchError(
        "This Python has no pip to install the packages with.\n"
        "Debian and Ubuntu: `apt install python3-venv`. Fedora: `dnf install python3-pip`."
    )


def explain(output: str, name: str, log: Path) -> str:
    """Turn what pip said into one message with a way out."""
    if _NO_NETWORK.search(output):
        command = " ".join(["python3", "manage.py", *sys.argv[1:]])
        return (
            "The pinned packages could not be downloaded: no package index answers from here.\n"
            "With a network, run the command again. Without one, fetch them on a like machine:\n"
            f"    python3 -m pip download --require-hashes -r {name}.txt -d wheels\n"
            "bring the folder `wheels` here and run:\n"
            f"    PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD/wheels {command}\n"
            f"(what pip said: {log})"
        )
    return f"The pinned packages could not be installed. pip's end (all: {log}):\n{tail(output)}"


def tail(text: str, lines: int = 12) -> str:
    """Return the last lines of a text, indented for a message."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-lines:])


def _create(state: State) -> None:
    shutil.rmtree(state.venv, ignore_errors=True)
    # Not the Python of an environment that happens to be active: ours must outlive it.
    base = getattr(sys, "_base_executable", "") or sys.executable
    command = [base, "-m", "venv", "--without-pip", str(state.venv)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise LaunchError(f"Python could not make an environment:\n{tail(made.stderr)}")


def _run_pip(state: State, name: str, total: int, report: Report) -> None:
    """Install the lock.

    `--no-deps`, because a lock names every package and needs no resolver; `--no-compile`, because
    most modules of most packages are never loaded, and Python compiles what is.
    """
    command = [str(state.python), str(find_pip()), "install", "--require-hashes", "--no-deps"]
    command += ["--no-compile", "--no-input", "--progress-bar=off", "--disable-pip-version-check"]
    command += ["-r", str(ROOT / f"{name}.txt")]
    log = state.logs / "install.log"
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as pip,
    ):
        assert pip.stdout is not None
        for line in _progress(pip.stdout, total, report):
            file.write(line)
    if pip.returncode:
        raise LaunchError(explain(log.read_text(encoding="utf-8"), name, log))


def _progress(lines: Iterable[str], total: int, report: Report) -> Iterable[str]:
    collected = 0
    for line in lines:
        if line.startswith(("Collecting ", "Processing ")):
            collected += 1
            package = line.split()[1].rpartition("/")[2]
            report.progress(f"packages: {collected} of {total} fetched, {package}")
        elif line.startswith("Installing "):
            report.progress(f"packages: unpacking {total}")
        yield line
