"""Identifiers of the music business: what to compare, and whether syntax and check digit are right.

A wrong identifier is a warning, never a refusal: in DDEX's own samples 4 of 11 ICPNs fail their
check digit. The text as delivered is always kept. Formulas were checked against real numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum import ean, grid, isni
from stdnum.iso7064 import mod_37_36

from policy.ingest.delivery import Identifier
from policy.lang.diagnostics import quoted

_SEPARATORS = str.maketrans("", "", "-. ")

NAMES = {
    "isrc": "an ISRC",
    "iswc": "an ISWC",
    "icpn": "an ICPN",
    "grid": "a GRid",
    "isni": "an ISNI",
    "ipi": "an IPI name number",
    "dpid": "a DDEX party id",
}


def identify(scheme: str, value: str, namespace: str = "") -> Identifier:
    """Read one identifier. `value` is the text as delivered, not empty."""
    compact = _compact(scheme, value)
    key = compact.lstrip("0") or "0" if scheme == "icpn" else compact
    return Identifier(scheme, value, key, _fault(scheme, compact) is None, namespace)


def complaint(found: Identifier) -> tuple[str, str] | None:
    """Code and message of the warning that an identifier deserves; None when it is well-formed."""
    fault = _fault(found.scheme, _compact(found.scheme, found.value))
    if fault is None:
        return None
    name = NAMES[found.scheme]
    said = f"has a wrong check digit for {name}" if fault == "check-digit" else f"is not {name}"
    return f"{found.scheme}-{fault}", f"{quoted(found.value)} {said}"


def isrc_year_is_plausible(key: str, sent_in: int) -> bool:
    """Whether the two year digits of a well-formed ISRC fit: ISRCs began in 1986, and end today.

    `sent_in` is the year of the message; next year's are let through.
    """
    digits = int(key[5:7])
    return digits >= 86 or 2000 + digits <= sent_in + 1


def _compact(scheme: str, value: str) -> str:
    """Without separators, upper case; an old IPI number of 9 digits filled up to 11."""
    if scheme not in NAMES:
        return value
    compact = value.translate(_SEPARATORS).upper()
    return compact.zfill(11) if scheme == "ipi" and len(compact) in (9, 10) else compact


def _fault(scheme: str, compact: str) -> str | None:
    """`syntax`, `check-digit` or None."""
    rule = _RULES.get(scheme)
    if rule is None:
        return None
    pattern, check = rule
    if not re.fullmatch(pattern, compact, re.ASCII):
        return "syntax"
    return None if check(compact) else "check-digit"


def _has_no_check(compact: str) -> bool:
    return True


def _icpn(compact: str) -> bool:
    """UPC-12, EAN-13 and GTIN-14 agree once leading zeros are filled up."""
    return bool(ean.is_valid(compact.zfill(14)))


def _iswc(compact: str) -> bool:
    """ISO 15707: the check digit is `(10 - (1 + sum of i * digit i) mod 10) mod 10`."""
    total = 1 + sum(place * int(digit) for place, digit in enumerate(compact[1:10], start=1))
    return (10 - total % 10) % 10 == int(compact[10])


def _ipi(compact: str) -> bool:
    """CISAC: the first 9 digits weigh 10 to 2; two check digits, modulo 101."""
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(compact[:9])) % 101
    return int(compact[9:]) == ((101 - rest) % 100 if rest else 0)


_RULES: dict[str, tuple[str, Callable[[str], bool]]] = {
    "isrc": (r"[A-Z]{2}[A-Z0-9]{3}\d{7}", _has_no_check),
    "iswc": (r"T\d{10}", _iswc),
    "icpn": (r"\d{8,14}", _icpn),
    "grid": (r"A1[A-Z0-9]{16}", grid.is_valid),
    "isni": (r"\d{15}[\dX]", isni.is_valid),
    "ipi": (r"\d{11}", _ipi),
    "dpid": (r"PADPIDA[A-Z0-9]{11}", mod_37_36.is_valid),
}
