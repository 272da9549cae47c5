"""Which port the pages are on, and whether they answer there."""

import errno
import http.client
import socket

from policy.launch.report import LaunchError

HOST = "127.0.0.1"
USUAL = 8000
_TRIED = 100  # ports after the usual one


def is_free(port: int) -> bool:
    """Say whether we could listen on a port of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def choose(wanted: int | None) -> int:
    """Return the wanted port, or without a wish the first free one from the usual port on.

    Raises LaunchError where the wanted port, or every one tried, is taken.
    """
    if wanted is not None:
        if not is_free(wanted):
            raise LaunchError(
                f"Port {wanted} is taken, or may not be used by you. Choose another with --port, "
                "or leave --port away and a free one is found."
            )
        return wanted
    for port in range(USUAL, USUAL + _TRIED):
        if is_free(port):
            return port
    raise LaunchError(
        f"No port from {USUAL} to {USUAL + _TRIED - 1} is free. Choose one: --port N."
    )


def answers(port: int, path: str = "/live") -> bool:
    """Say whether the address answers with 200. Asks the server itself, whatever proxy is set."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
