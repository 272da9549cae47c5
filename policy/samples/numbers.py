"""Invented identifiers with right check digits, from ranges that nobody is given.

ISRC country code ZZ and EAN prefix 29 are set aside for private use; DPIDs and ISNIs start with
nines, as the messages in `messages/` do.
"""

from __future__ import annotations

from stdnum import ean
from stdnum.iso7064 import mod_11_2, mod_37_36

from policy.ingest.delivery import Identifier
from policy.ingest.identifiers import identify


def isrc(prefix: str, year: int, number: int) -> Identifier:
    """`prefix` is the three characters after ZZ, `number` up to 99999."""
    return identify("isrc", f"ZZ{prefix}{year % 100:02}{number:05}")


def icpn(number: int) -> Identifier:
    """A 13-digit number; `number` up to ten digits."""
    digits = f"29{number:010}"
    return identify("icpn", digits + ean.calc_check_digit(digits))


def isni(number: int) -> Identifier:
    """`number` up to eight digits."""
    digits = f"9999999{number:08}"
    return identify("isni", digits + mod_11_2.calc_check_digit(digits))


def dpid(number: int) -> str:
    """A DDEX party id; `number` up to 99."""
    digits = f"PADPIDA99999999{number:02}"
    return digits + mod_37_36.calc_check_digit(digits)


def iswc(number: int) -> Identifier:
    """`number` up to nine digits; the ones above 999000000 are used by nobody."""
    digits = f"{number:09}"
    total = 1 + sum(place * int(digit) for place, digit in enumerate(digits, start=1))
    check = (10 - total % 10) % 10
    return identify("iswc", f"T-{digits[:3]}.{digits[3:6]}.{digits[6:]}-{check}")
