"""The currencies of ISO 4217 and how many digits their minor units have.

Source of codes and digits: ISO 4217, list one (current currencies and funds), as its maintenance
agency SIX publishes it. Precious metals, testing codes and units without minor unit are left out.
"""

from __future__ import annotations

_TWO_DIGITS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_OTHERS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

_DIGITS = dict.fromkeys(_TWO_DIGITS.split(), 2) | {
    code: digits for digits, codes in _OTHERS.items() for code in codes.split()
}


class MoneyRefused(ValueError):
    """Text that is no amount or no currency; the message says why and what would be."""


def digits(currency: str) -> int:
    """Digits of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD. Raises MoneyRefused."""
    try:
        return _DIGITS[currency]
    except KeyError:
        message = f"`{currency}` is no currency of ISO 4217: write its three letters, like EUR"
        raise MoneyRefused(message) from None


def minor_units(currency: str) -> int:
    """Minor units in one unit: 100 for EUR. Raises MoneyRefused."""
    return int(10 ** digits(currency))
