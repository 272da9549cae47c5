"""The state folder: where everything that one installation writes is kept."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Linux allows 107 bytes in the path of a Unix socket, macOS 103.
_LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class State:
    """The places in one state folder; `path` is absolute."""

    path: Path

    @property
    def venv(self) -> Path:
        """The environment that `manage.py` made for itself."""
        return self.path / "venv"

    @property
    def python(self) -> Path:
        """The Python of that environment."""
        return self.venv / "bin" / "python"

    @property
    def logs(self) -> Path:
        """One log file for each process."""
        return self.path / "logs"

    @property
    def up_lock(self) -> Path:
        """Held by a running `up`; says who holds it."""
        return self.path / "up.lock"

    @property
    def venv_lock(self) -> Path:
        """Held while the environment is made."""
        return self.path / "venv.lock"

    def create(self) -> "State":
        """Make the folder, closed to other users and ignored by git, and return this state."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.logs.mkdir(exist_ok=True, mode=0o700)
        ignore = self.path / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")
        return self


def open_state(folder: str | os.PathLike[str] | None = None) -> State:
    """Return the state at `folder`, else at `STAVE_STATE`, else in `.stave/` of the clone."""
    chosen = folder or os.environ.get("STAVE_STATE") or ROOT / ".stave"
    return State(Path(chosen).expanduser().resolve())


def socket_path(state: Path) -> Path:
    """Return where the broker of a state listens: in it, or in a temporary folder.

    The latter if the path is too long for a socket, or holds characters that mean something in the
    address that Celery gets.

    The name in the temporary folder is derived from the state's path, so that every process of
    this installation, and of its next start, finds the same socket.
    """
    inside = state / "broker.sock"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_PATH and re.fullmatch(
        r"[\w/. +-]+", str(inside)
    ):
        return inside
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"stave-{os.getuid()}-{digest}" / "broker.sock"
