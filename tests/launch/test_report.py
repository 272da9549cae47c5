"""What the terminal shows, and that a closed one harms nothing."""

import io

from policy.launch.report import Report


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Closed(io.StringIO):
    """A terminal that was closed."""

    def write(self, text: str, /) -> int:
        """Fail as the operating system does."""
        raise OSError(5, "Input/output error")


def test_a_terminal_shows_progress_in_place() -> None:
    stream = Terminal()
    report = Report(stream)
    with report.step("packages"):
        report.progress("packages: 1 of 2")
        report.progress("packages: 2 of 2")
    shown = stream.getvalue().split("\r\x1b[2K")
    assert shown[1:4] == ["  … packages", "  … packages: 1 of 2", "  … packages: 2 of 2"]
    assert shown[4].startswith("  ✓ packages (0.")
    assert shown[4].endswith(" s)\n")


def test_a_file_gets_lines_and_not_too_many() -> None:
    stream = io.StringIO()
    report = Report(stream)
    with report.step("packages"):
        for number in range(100):
            report.progress(f"packages: {number}")
    assert stream.getvalue().count("\n") == 1


def test_a_closed_terminal_stops_nobody() -> None:
    report = Report(Closed())
    report.say("Stopping.")
    report.progress("on it")
