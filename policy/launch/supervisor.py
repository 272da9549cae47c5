"""Starts the programs of an installation, keeps them running, and ends them in order."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from policy.launch import groups
from policy.launch.report import LaunchError, Report
from policy.launch.state import ROOT
from policy.launch.watchdog import Watchdog

_PAUSE = 0.1  # seconds between two looks at the programs
_LONG_ENOUGH = 30.0  # seconds; a program that ran longer has started well
_MOST_FAILURES = 5  # starts in a row that end sooner
_LARGEST_LOG = 10 * 1024 * 1024  # bytes; a longer log is put aside at the next start


class Stopped(Exception):
    """Somebody asked the installation to stop."""


class StopRequests:
    """Counts the requests to stop: Ctrl-C, SIGTERM, a closed terminal."""

    def __init__(self) -> None:
        self.count = 0

    def listen(self) -> None:
        """Take over the signals of this process."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._add)

    def _add(self, number: int, frame: object) -> None:
        self.count += 1


@dataclass(frozen=True, slots=True)
class Program:
    """One process of an installation: its command, and how it is ended."""

    name: str
    command: tuple[str, ...]
    rank: int  # programs are ended in ascending rank
    grace: float = 20.0  # seconds between SIGTERM and SIGKILL
    on_terminal: bool = False  # talks to the person at the terminal instead of a log


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None  # set while it waits for its next start


class Supervisor:
    """Holds the running programs. One thread, no callbacks: who waits calls `check` meanwhile."""

    def __init__(
        self,
        logs: Path,
        environment: dict[str, str],
        report: Report,
        watchdog: Watchdog,
        requests: StopRequests,
    ) -> None:
        self._logs = logs
        self._environment = environment
        self._report = report
        self._watchdog = watchdog
        self._requests = requests
        self._children: dict[str, _Child] = {}

    def start(self, program: Program) -> None:
        """Start a program that is to run until the end."""
        self._children[program.name] = _Child(program, self._spawn(program), time.monotonic())

    def run(self, program: Program, progress: str = "") -> int:
        """Run a program that ends by itself; return its exit code. The others are kept running.

        With `progress`, the last line of its log is shown behind that text meanwhile.
        """
        process = self._spawn(program)
        try:
            while process.poll() is None:
                if progress:
                    self._report.progress(f"{progress}: {self.last_lines(program.name, 1).strip()}")
                self.check()
        except BaseException:
            self._end(program, process)
            raise
        self._watchdog.remove(process.pid)
        return process.returncode

    def check(self, *, pause: float = _PAUSE) -> None:
        """Restart what died, then sleep `pause` seconds.

        Raises Stopped when the installation was asked to stop, LaunchError when a program cannot be
        kept running.
        """
        if self._requests.count:
            raise Stopped
        self._watchdog.look()
        for child in self._children.values():
            self._look_after(child)
        time.sleep(pause)

    def wait_for(self, name: str, is_ready: Callable[[], bool], seconds: float) -> None:
        """Wait until `is_ready()`. Raises LaunchError if the program dies or takes too long."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if self._children[name].process.poll() is not None:
                raise LaunchError(f"{name} did not start. {self.what_it_said(name)}")
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"{name} gave no answer in {seconds:.0f} s. {self.what_it_said(name)}"
                )
            self.check(pause=0.03)

    def stop(self) -> None:
        """End every program, in ascending rank. A second request to stop kills what still runs."""
        for child in sorted(self._children.values(), key=lambda child: child.program.rank):
            self._end(child.program, child.process)
        self._children.clear()

    def what_it_said(self, name: str) -> str:
        """Return the end of a program's log and where the rest is, for an error message."""
        path = self._log(name)
        return f"The end of its log ({path}):\n{self.last_lines(name, 12)}"

    def last_lines(self, name: str, count: int) -> str:
        """Return the last lines of a program's log, indented."""
        with self._log(name).open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - 8192))
            text = file.read().decode(errors="replace")
        return "\n".join(f"    {line}" for line in text.strip().splitlines()[-count:])

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        """Start a process that leads a group of its own, so that Ctrl-C reaches only us."""
        path = self._log(program.name)
        if path.exists() and path.stat().st_size > _LARGEST_LOG:
            path.replace(path.with_suffix(".log.old"))
        with path.open("ab") as log:
            output = None if program.on_terminal else log
            process = subprocess.Popen(
                program.command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._watchdog.add(process.pid, program.rank, program.grace)
        return process

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.restart_at is not None:
            if now >= child.restart_at:
                child.process = self._spawn(child.program)
                child.started_at, child.restart_at = now, None
        elif child.process.poll() is not None:
            self._plan_restart(child, now)

    def _plan_restart(self, child: _Child, now: float) -> None:
        """Let a program that died come back, later each time; give up where it never stays."""
        name, code = child.program.name, child.process.returncode
        groups.kill_group(child.process.pid)
        self._watchdog.remove(child.process.pid)
        child.failures = 1 if now - child.started_at > _LONG_ENOUGH else child.failures + 1
        if child.failures >= _MOST_FAILURES:
            raise LaunchError(
                f"{name} died {child.failures} times in a row. {self.what_it_said(name)}"
            )
        delay = 2.0 ** (child.failures - 1) / 2
        child.restart_at = now + delay
        self._report.say(f"  ! {name} died (exit code {code}); starting it again in {delay:g} s")

    def _end(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        groups.ask_to_end(process.pid)
        deadline = time.monotonic() + program.grace
        while process.poll() is None and time.monotonic() < deadline and self._requests.count < 2:
            time.sleep(0.02)
        groups.kill_group(process.pid)
        process.wait()
        self._watchdog.remove(process.pid)
