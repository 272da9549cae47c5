"""One door for every delivery format: the text decides which one it is."""

from __future__ import annotations

from policy.ingest.catalogue import read_catalogue
from policy.ingest.delivery import Delivery
from policy.ingest.ern import read_ern


def read_delivery(raw: bytes, *, path: str) -> Delivery:
    """Read an ERN message or a JSON catalogue. `path` is what problems print: a file name.

    Raises MessageRefused with all mistakes when the text cannot be taken. A door may refuse more
    than `limits.MESSAGE_BYTES` before it has received them all.
    """
    is_json = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    return read_catalogue(raw, path=path) if is_json else read_ern(raw, path=path)
