"""The supervisor: ordered ends, restarts, giving up, and what it says then."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy.launch import supervisor as module
from policy.launch.report import LaunchError, Report
from policy.launch.supervisor import Program, Stopped, StopRequests, Supervisor
from policy.launch.watchdog import Watchdog
from tests.launch.programs import SLEEP, eventually, gone, lines, program

# Writes its name to a file at SIGTERM, then ends.
TELLS_ITS_END = """
import signal, sys, time
def end(*_):
    open(sys.argv[2], "a").write(sys.argv[1] + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
open(sys.argv[3], "w").write("ready")
time.sleep(60)
"""
# Starts a child, writes its id to a file, and waits.
HAS_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "w").write(str(child.pid) + "\\n")
time.sleep(60)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


class Stage:
    """A supervisor with its surroundings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = io.StringIO()
        self.requests = StopRequests()
        self.supervisor = Supervisor(
            folder, {"PATH": "/usr/bin:/bin"}, Report(self.said), Watchdog(), self.requests
        )

    def watched_until(self, condition: object) -> bool:
        """Look after the programs once, then say whether the condition holds."""
        self.supervisor.check()
        return bool(condition)

    def log(self, name: str) -> list[str]:
        """Return what a program wrote."""
        return lines(self.folder / f"{name}.log")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.requests.count = 2
    stage.supervisor.stop()
    stage.supervisor._watchdog.close()


def test_programs_end_in_ascending_rank_whatever_the_order_of_start(stage: Stage) -> None:
    ended = stage.folder / "ended"
    for name, rank in (("broker", 4), ("web", 1), ("beat", 3), ("worker", 2)):
        ready = stage.folder / f"{name}.ready"
        stage.supervisor.start(program(name, TELLS_ITS_END, name, ended, ready, rank=rank))
        assert eventually(ready.exists)
    stage.supervisor.stop()
    assert lines(ended) == ["web", "worker", "beat", "broker"]


def test_a_program_that_dies_is_started_again(stage: Stage) -> None:
    starts = stage.folder / "starts"
    code = "import sys, time; f = open(sys.argv[1], 'a'); f.write('x\\n'); f.close()"
    code += "; time.sleep(60 if len(open(sys.argv[1]).readlines()) > 2 else 0); sys.exit(3)"
    stage.supervisor.start(program("worker", code, starts))
    assert eventually(lambda: stage.watched_until(len(lines(starts)) == 3))
    assert "worker died (exit code 3); starting it again in 0.5 s" in stage.said.getvalue()


def test_a_program_that_never_stays_is_given_up_with_the_end_of_its_log(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_FAILURES", 2)
    stage.supervisor.start(program("worker", "import sys; sys.exit('no such database')"))
    with pytest.raises(LaunchError, match="worker died 2 times in a row") as raised:
        eventually(lambda: stage.watched_until(False))
    assert str(stage.folder / "worker.log") in str(raised.value)
    assert str(raised.value).endswith("    no such database")


def test_a_long_life_before_it_makes_a_death_a_first_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LONG_ENOUGH", -1.0)
    monkeypatch.setattr(module, "_MOST_FAILURES", 2)
    stage.supervisor.start(program("worker", "pass"))
    assert eventually(lambda: stage.watched_until(stage.said.getvalue().count("worker died") == 3))


def test_a_dead_leaders_children_are_ended_before_it_comes_back(stage: Stage) -> None:
    file = stage.folder / "child"
    stage.supervisor.start(program("worker", HAS_A_CHILD, file))
    assert eventually(lambda: lines(file))
    child = int(lines(file)[0])
    stage.supervisor._children["worker"].process.kill()
    assert eventually(lambda: stage.watched_until(gone(child)))


def test_stopping_ends_grandchildren_too(stage: Stage) -> None:
    file = stage.folder / "child"
    stage.supervisor.start(program("worker", HAS_A_CHILD, file))
    assert eventually(lambda: lines(file))
    stage.supervisor.stop()
    assert eventually(lambda: gone(int(lines(file)[0])))


def test_a_deaf_program_is_killed_after_its_grace(stage: Stage) -> None:
    stage.supervisor.start(program("worker", DEAF, grace=0.2))
    assert eventually(lambda: stage.log("worker"))
    stage.supervisor.stop()
    assert stage.supervisor._children == {}


def test_a_second_request_kills_at_once(stage: Stage) -> None:
    stage.supervisor.start(program("worker", DEAF, grace=600))
    assert eventually(lambda: stage.log("worker"))
    stage.requests.count = 2
    stage.supervisor.stop()  # returns, or the test hangs


def test_a_request_to_stop_reaches_whoever_waits(stage: Stage) -> None:
    stage.requests.count = 1
    with pytest.raises(Stopped):
        stage.supervisor.run(program("prepare", SLEEP))


def test_a_finite_program_gives_its_exit_code_and_progress(stage: Stage) -> None:
    code = "import sys, time; print('migrate ...', flush=True); time.sleep(0.5); sys.exit(7)"
    assert stage.supervisor.run(program("prepare", code), progress="preparing") == 7
    assert stage.log("prepare") == ["migrate ..."]


def test_a_program_that_dies_before_it_answers_is_an_error_at_once(stage: Stage) -> None:
    stage.supervisor.start(program("web", "raise SystemExit('port taken')"))
    with pytest.raises(LaunchError, match="web did not start") as raised:
        stage.supervisor.wait_for("web", lambda: False, seconds=600)
    assert "port taken" in str(raised.value)


def test_a_program_that_never_answers_is_an_error(stage: Stage) -> None:
    stage.supervisor.start(program("web", SLEEP))
    with pytest.raises(LaunchError, match="web gave no answer in 0 s"):
        stage.supervisor.wait_for("web", lambda: False, seconds=0.1)


def test_a_long_log_is_put_aside(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGEST_LOG", 3)
    (stage.folder / "prepare.log").write_text("older")
    stage.supervisor.run(program("prepare", "print('new')"))
    assert stage.log("prepare") == ["new"]
    assert lines(stage.folder / "prepare.log.old") == ["older"]


def test_a_missing_program_is_an_error_that_names_it(stage: Stage) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        stage.supervisor.start(Program("web", ("/no-such-program",), rank=1))
