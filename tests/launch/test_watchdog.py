"""The watchdog: what a killed `up` leaves behind is ended, in order, with its children."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from policy.launch import watchdog
from policy.launch.state import ROOT
from tests.launch.programs import eventually, gone, lines

# A little `up`: a supervisor with three programs, one of them with a child, until it is killed.
UP = """
import sys, pathlib
from policy.launch.report import Report
from policy.launch.supervisor import StopRequests, Supervisor
from policy.launch.watchdog import Watchdog
from tests.launch.programs import program
from tests.launch.test_supervisor import HAS_A_CHILD, TELLS_ITS_END
folder = pathlib.Path(sys.argv[1])
supervisor = Supervisor(folder, {}, Report(), Watchdog(), StopRequests())
supervisor.start(program("parent", HAS_A_CHILD, folder / "child", rank=1))
for name, rank in (("broker", 4), ("web", 2)):
    supervisor.start(program(name, TELLS_ITS_END, name, folder / "ended", folder / name, rank=rank))
pids = [child.process.pid for child in supervisor._children.values()]
print(*pids, supervisor._watchdog._process.pid, flush=True)
while True:
    supervisor.check()
"""


def test_it_keeps_what_was_listed_and_not_taken_off() -> None:
    told = ["+ 30 2 5.0\n", "+ 10 1 1.5\n", "+ 20 1 1\n", "- 20 0 0\n", "- 99 0 0\n"]
    assert watchdog.watch(told) == [(1, 10, 1.5), (2, 30, 5.0)]


def test_nothing_survives_a_killed_up(tmp_path: Path) -> None:
    up = subprocess.Popen(
        [sys.executable, "-c", UP, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert up.stdout is not None
    pids = [int(word) for word in up.stdout.readline().split()]
    up.stdout.close()
    assert eventually(lambda: lines(tmp_path / "child"))
    assert eventually(lambda: (tmp_path / "broker").exists() and (tmp_path / "web").exists())
    pids.append(int(lines(tmp_path / "child")[0]))
    up.send_signal(signal.SIGKILL)
    up.wait()
    assert eventually(lambda: all(map(gone, pids)))
    assert lines(tmp_path / "ended") == ["web", "broker"]


def test_a_killed_watchdog_is_replaced_by_one_that_knows_as_much() -> None:
    program = subprocess.Popen(
        [sys.executable, "-S", "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    dog = watchdog.Watchdog()
    dog.add(program.pid, 1, 5)
    dog._process.kill()
    dog._process.wait()
    dog.remove(4711)  # told to nobody, and no error
    dog.look()
    dog.close()
    assert program.wait(timeout=20) == -signal.SIGTERM
