"""The repository itself: locks that agree, no trace of one machine, links that lead somewhere."""

import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from policy.launch.environment import requirement_names
from policy.launch.install import pinned
from policy.launch.state import ROOT

# Written so that this file does not hold them itself.
_FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:work|root)/[a-z]|/tmp" r"/v/|/home/[a-z]",
    "a package index": r"(?:files\.)?pythonhosted\."
    r"org|pypi\."
    r"org/simple|--(?:extra-)?index"
    r"-url",
    "a leftover conflict": r"^(?:<{7}|>{7}) ",
}
_TEXT_LIMIT = 2_000_000  # bytes; larger files are data


def tracked() -> list[Path]:
    """Return the files under version control, or none outside a clone (a source archive)."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git clone")
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("what", _FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(_FORBIDDEN[what].encode(), re.MULTILINE)
    found = [
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in tracked()
        if path.stat().st_size < _TEXT_LIMIT and b"\0" not in (text := path.read_bytes())
        for match in [pattern.search(text)]
        if match
    ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_a_lock_holds_every_wanted_package_with_its_hashes(name: str) -> None:
    wanted = {re.sub(r"[-_.]+", "-", package).lower() for package in requirement_names(name)}
    assert wanted <= set(pinned(name))
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pinned(name))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_wanted_package_is_used() -> None:
    """By import or by name (apps, middleware, `python -m`); Django itself loads psycopg."""
    ours = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("policy", "dashboard")
        for path in (ROOT / folder).rglob("*.py")
    )
    modules = {
        package: [name for name, owners in packages_distributions().items() if package in owners]
        for package in requirement_names("requirements")
    }
    unused = [
        package
        for package, names in modules.items()
        if not any(re.search(rf"\b{name}\b", ours) for name in names) and "psycopg" not in names
    ]
    assert unused == []


def test_what_is_tested_is_what_runs() -> None:
    tested = pinned("requirements-dev")
    assert {name: tested.get(name) for name in pinned("requirements")} == pinned("requirements")


def test_the_licence_is_the_official_text() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert len(text) == 11_358


def test_every_link_of_every_page_leads_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in tracked()
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()
    ]
    assert dead == []
