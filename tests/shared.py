"""Where the shared sample data is, if this machine has it.

The samples and conformance cases live beside the repository (`../shared`), not in it. A clone
without them must pass, so tests keep small fixtures of their own and treat the rest as an extra.
"""

import os
from pathlib import Path

import pytest


def _find() -> Path | None:
    """Return the shared folder: `STAVE_SHARED`, else `../shared` by the repository, else None."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    path = Path(os.environ.get("STAVE_SHARED") or beside)
    return path if (path / "samples").is_dir() else None


SHARED: Path | None = _find()


def shared_or_skip(*parts: str) -> Path:
    """Return `SHARED / parts`, or skip the calling test, naming what is missing."""
    if SHARED is None:
        pytest.skip("needs the shared samples: set STAVE_SHARED or put them at ../shared")
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs shared/{'/'.join(parts)}")
    return path
