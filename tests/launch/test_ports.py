"""Which port is chosen, and whether a page answers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from policy.launch import ports
from policy.launch.report import LaunchError


@contextmanager
def taken(port: int = 0) -> Iterator[int]:
    """Listen on a port of loopback."""
    with closing(socket.create_server((ports.HOST, port))) as server:
        yield server.getsockname()[1]


def test_a_wanted_port_is_taken_or_an_error() -> None:
    with taken() as port, pytest.raises(LaunchError, match=f"Port {port} is taken.*--port"):
        ports.choose(port)
    assert ports.choose(port) == port


def test_without_a_wish_the_next_free_port_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    with taken() as port:
        monkeypatch.setattr(ports, "USUAL", port)
        assert port < ports.choose(None) < port + 100


def test_when_all_are_taken_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with taken() as port:
        monkeypatch.setattr(ports, "USUAL", port)
        monkeypatch.setattr(ports, "_TRIED", 1)
        with pytest.raises(LaunchError, match=f"No port from {port} to {port} is free"):
            ports.choose(None)


class Handler(BaseHTTPRequestHandler):
    """Says 200 at /live and 404 elsewhere."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if self.path == "/live" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_only_a_200_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # not asked for our own pages
    server = HTTPServer((ports.HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        assert ports.answers(server.server_port)
        assert not ports.answers(server.server_port, "/other")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not ports.answers(server.server_port)
