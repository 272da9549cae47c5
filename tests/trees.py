"""Small trees of rulesets for tests of what happens to rulesets, on the real fact schema."""

from __future__ import annotations

import shutil
from pathlib import Path

from policy.lang.compiler import locked
from policy.lang.folders import FACTS, LOCK, read_tree

SHIPPED = Path(__file__).resolve().parents[1] / "rulesets"

HEAD = """\
language: 1
ruleset: {key}
subject: track
effective: {{from: {since}}}
combine: most_restrictive
rules:
"""

MALFORMED = """\
  - id: isrc-malformed
    title: The ISRC is missing or malformed
    when: |
      !track.isrc_well_formed
    effect: limit
    reason: '"{track.title}" has no usable ISRC.'
    obligations:
      - {do: request_correction, of: deliverer, within: P14D}
      - {do: hold_payout, of: service}
"""

SHORT = """\
  - id: too-short
    title: The track is very short
    when: |
      has(track.duration_seconds) && track.duration_seconds < params.shortest
    effect: review
    reason: '"{track.title}" lasts {track.duration_seconds} s; {params.shortest} s is the least.'
    obligations:
      - {do: notify, of: master_owner, within: P2D}
"""

SHORTEST = """\
parameters:
  shortest:
    type: int
    doc: Seconds that a track must last.
    values:
      - {from: 2025-01-01, value: 30, reference: {title: House decision}}
"""


def version_text(key: str, *rules: str, since: str = "2026-01-01") -> str:
    """A version file with these rules."""
    return HEAD.format(key=key, since=since) + "\n".join(rules)


def write_ruleset(root: Path, key: str, versions: dict[str, str], *, parameters: str = "") -> None:
    """Write the folder of a ruleset: `versions` are the texts by version, `draft` among them."""
    folder = root / key
    folder.mkdir(parents=True, exist_ok=True)
    about = f"key: {key}\ntitle: {key.title()}\nowner: Tests\nwhy: For tests.\n"
    (folder / "ruleset.yaml").write_text(about, encoding="utf-8")
    if parameters:
        (folder / "parameters.yaml").write_text(parameters, encoding="utf-8")
    for version, text in versions.items():
        (folder / f"{version}.yaml").write_text(text, encoding="utf-8")


def lock(root: Path) -> Path:
    """Bring the fact schema and lock what is frozen; the tree is ready to be published."""
    shutil.copy(SHIPPED / FACTS, root / FACTS)
    return relock(root)


def relock(root: Path) -> Path:
    """Lock what is frozen in a tree that has its facts."""
    text, found = locked(read_tree(root))
    assert text is not None, found
    (root / LOCK).write_text(text, encoding="utf-8")
    return root


def small_tree(root: Path) -> Path:
    """Two rulesets: `identity` limits a malformed ISRC, `length` has short tracks reviewed."""
    write_ruleset(root, "identity", {"1.0.0": version_text("identity", MALFORMED)})
    length = {"1.0.0": version_text("length", SHORT)}
    write_ruleset(root, "length", length, parameters=SHORTEST)
    return lock(root)
