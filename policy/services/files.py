"""Files that people keep: changed whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def file_replace(*, path: Path, text: str) -> None:
    """Put a text into a file, new or not, so that whoever reads sees the old one or the new one.

    Line breaks are written as they are, and a file keeps its permissions. Raises OSError, and then
    nothing is changed.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_bytes(text.encode())
        if path.exists():
            shutil.copymode(path, new)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
