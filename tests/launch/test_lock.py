"""The lock of a state folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from policy.launch import lock


def test_the_second_hears_about_the_first(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock.hold(path, "12 http://127.0.0.1:8000/"):
        with pytest.raises(lock.LockHeld, match=r"^12 http://127.0.0.1:8000/$"), lock.hold(path):
            pass
        assert path.read_text() == "12 http://127.0.0.1:8000/"
    assert path.read_text() == ""


def test_it_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock.hold(tmp_path / "lock"):
        raise ZeroDivisionError
    with lock.hold(tmp_path / "lock", "again") as descriptor:
        lock.write(descriptor, "and again")
        assert (tmp_path / "lock").read_text() == "and again"


def test_a_process_that_inherits_it_holds_it_on(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock.hold(path, "1") as descriptor:
        heir = subprocess.Popen(
            [sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(descriptor,)
        )
    with pytest.raises(lock.LockHeld), lock.hold(path):
        pass
    heir.communicate(b"\n")
    with lock.hold(path):
        pass


def test_waiting_gets_it_when_the_holder_is_done(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = (
        "import sys, time; from pathlib import Path; from policy.launch import lock\n"
        "with lock.hold(Path(sys.argv[1])): print('held', flush=True); time.sleep(0.3)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    with lock.hold(path, wait=True):
        assert holder.wait(timeout=20) == 0
    holder.stdout.close()
