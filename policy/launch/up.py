"""`manage.py up`: one command from a clone to a page that answers, and back to nothing running."""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from policy.launch import broker, groups, lock, ports, programs
from policy.launch.report import LaunchError, Report
from policy.launch.state import State, socket_path
from policy.launch.supervisor import Stopped, StopRequests, Supervisor
from policy.launch.watchdog import Watchdog

_LEFTOVERS = 60.0  # seconds that a killed `up`'s programs get to end before the next start


def parser() -> argparse.ArgumentParser:
    """Return the arguments of `up`."""
    parser = argparse.ArgumentParser(
        prog="manage.py up",
        description="Start Stave: broker, web, worker and beat, with a sample catalogue.",
    )
    parser.add_argument("--state", metavar="DIR", help="where everything is kept (.stave)")
    parser.add_argument(
        "--port", type=int, metavar="N", help="port of the pages (8000, or the next)"
    )
    parser.add_argument("--no-sample", action="store_true", help="start with an empty catalogue")
    return parser


def up(state: State, options: argparse.Namespace, report: Report, started: float) -> None:
    """Run the installation until someone asks it to stop.

    `started` is when the command began, on the monotonic clock. Raises LaunchError.
    """
    requests = StopRequests()
    requests.listen()
    try:
        with _only_one(state, requests, report) as descriptor:
            watchdog = Watchdog(keep_open=(descriptor,))
            supervisor = Supervisor(state.logs, _environment(state), report, watchdog, requests)
            try:
                address = _start(state, options, report, supervisor)
                lock.write(descriptor, f"{os.getpid()} {address}")
                seconds = time.monotonic() - started
                report.say(f"\n  {address} answers, {seconds:.1f} s after the start.\n")
                _finish(address, options, report, supervisor)
                while True:
                    supervisor.check()
            finally:
                report.say("Stopping.")
                supervisor.stop()
                watchdog.close()
    except Stopped:
        report.say("Stopped.")


@contextmanager
def _only_one(state: State, requests: StopRequests, report: Report) -> Iterator[int]:
    """Hold the state's lock. Its holder may be a dead `up` whose programs are being ended: wait."""
    deadline = time.monotonic() + _LEFTOVERS
    while True:
        try:
            with lock.hold(state.up_lock, str(os.getpid())) as descriptor:
                yield descriptor
            return
        except lock.LockHeld as held:
            pid, _, address = str(held).partition(" ")
            if not pid.isdigit() or groups.runs(int(pid)) or time.monotonic() > deadline:
                where = address or "starting"
                raise LaunchError(
                    f"Stave already runs on {state.path} ({where}, process {pid}).\n"
                    "Stop it with Ctrl-C where it runs, or choose another folder: --state DIR."
                ) from None
        report.progress("the programs of a killed start are being ended")
        if requests.count:
            raise Stopped
        time.sleep(0.2)


def _environment(state: State) -> dict[str, str]:
    own = {"STAVE_STATE": str(state.path), "PYTHONUNBUFFERED": "1"}
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "policy.settings", **own}


def _start(
    state: State, options: argparse.Namespace, report: Report, supervisor: Supervisor
) -> str:
    """Start what the first page needs and return its address. Raises LaunchError."""
    port = ports.choose(options.port)
    if options.port is None and port != ports.USUAL:
        report.say(f"  ! port {ports.USUAL} is taken, so the pages are on {port}")
    if not os.environ.get("CELERY_BROKER_URL"):
        _start_broker(socket_path(state.path), report, supervisor)
    with report.step("database, static files and rulesets are ready"):
        if supervisor.run(programs.PREPARE, progress="preparing"):
            raise LaunchError(f"Preparing failed. {supervisor.what_it_said('prepare')}")
    with report.step("web answers"):
        supervisor.start(programs.web_on(port))
        supervisor.wait_for("web", lambda: ports.answers(port), seconds=60)
    return f"http://{ports.HOST}:{port}/"


def _start_broker(endpoint: Path, report: Report, supervisor: Supervisor) -> None:
    with report.step(f"broker listens at {endpoint}"):
        broker.prepare(endpoint)
        supervisor.start(programs.broker_at(endpoint))
        supervisor.wait_for("broker", lambda: broker.answers(endpoint), seconds=20)


def _finish(
    address: str, options: argparse.Namespace, report: Report, supervisor: Supervisor
) -> None:
    """Start what works behind the pages, and load the sample catalogue."""
    supervisor.start(programs.WORKER)
    supervisor.start(programs.BEAT)
    if not options.no_sample and supervisor.run(programs.SAMPLE):
        report.say("  ! the sample catalogue could not be loaded; everything else runs")
    report.say(f"\n  {address} runs; Ctrl-C stops all of it.")
