"""The house rules that a machine can hold: layers, purity, the clock, migrations, size."""

import ast
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from policy.launch.state import ROOT

_LONGEST = 400  # lines of a module; a longer one is two nouns
_HEAVY = ("django", "celery", "kombu", "redis", "rest_framework", "psycopg")
# Where a moment may be read: doors, tasks, what watches processes. All else is told `now`.
_CLOCK_READERS = ("api", "management", "launch", "samples")
_CLOCK_FILES = ("__main__.py", "tasks.py", "health.py")
_CLOCKS = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
}


def modules(*folders: str) -> Iterator[Path]:
    """Yield our Python files, migrations left out."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def test_every_import_contract_holds() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "package", ["lang", "engines", "ingest", "detect", "accounting", "launch.entry"]
)
def test_the_pure_packages_bring_in_no_framework(package: str) -> None:
    """In a process of its own: import contracts overlook what `policy/__init__.py` may bring."""
    code = (
        f"import sys, policy.{package}\n"
        f"print(*[name for name in {_HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_launcher_needs_only_the_standard_library() -> None:
    """It runs on a Python that has no packages: no site-packages here either."""
    code = "import sys; sys.path.insert(0, '.'); import policy.launch.entry"
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    said = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())


def test_only_doors_read_the_clock() -> None:
    """A service that reads the clock cannot be replayed; it takes `now` from its caller."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules("policy")
        if not _may_read_the_clock(path.relative_to(ROOT / "policy"))
        for line in clock_reads(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_a_clock_is_recognised() -> None:
    text = "timezone.now()\ndatetime.datetime.now(tz=UTC)\nnow()\ndatetime.fromtimestamp(1)\n"
    assert list(clock_reads(ast.parse(text))) == [1, 2]


def _may_read_the_clock(path: Path) -> bool:
    return path.parts[0] in _CLOCK_READERS or path.name in _CLOCK_FILES


def clock_reads(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that ask for the current moment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", None)
            if (name, node.attr) in _CLOCKS:
                yield node.lineno


def test_no_module_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules("policy", "dashboard", "tests")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > _LONGEST
    }
    assert long == {}


def test_policys_init_stays_empty() -> None:
    assert (ROOT / "policy" / "__init__.py").read_text() == ""


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules("policy", "dashboard", "tests")
        if (text := path.read_text(encoding="utf-8")).strip()
        and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []
