"""Currencies and percent signs before or after a number in a file.

Codes are those of ISO 4217, in capitals as the standard has them: "12 try" is no amount of money."""

import re

PERCENT = "%"
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB "
    "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG HRK SKK"
)
_SAME = {
    "€": "EUR", "Euro": "EUR", "euro": "EUR", "£": "GBP", "US$": "USD", "R$": "BRL", "CA$": "CAD", "C$": "CAD",
    "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "MX$": "MXN", "NT$": "TWD", "₹": "INR",
    "Rs.": "INR", "Rs": "INR", "₽": "RUB", "руб.": "RUB", "руб": "RUB", "₺": "TRY", "TL": "TRY", "₩": "KRW",
    "₪": "ILS", "₫": "VND", "₴": "UAH", "₦": "NGN", "₱": "PHP", "฿": "THB", "zł": "PLN", "zl": "PLN", "ZŁ": "PLN",
    "Kč": "CZK", "kč": "CZK", "KČ": "CZK", "Ft": "HUF", "lei": "RON", "Fr.": "CHF", "SFr.": "CHF", "元": "CNY",
    "円": "JPY", "원": "KRW",
}  # fmt: skip
# Signs that several currencies share are kept as separate units.
_SHARED = {"$": "$", "¥": "¥", "￥": "¥", "kr": "kr", "kr.": "kr", "Kr": "kr", "Kr.": "kr", "KR": "kr", "％": PERCENT}
_UNITS = {PERCENT: PERCENT, **{code: code for code in _CODES.split()}, **_SAME, **_SHARED}

UNIT = "|".join(re.escape(sign) for sign in sorted(_UNITS, key=len, reverse=True))
"""A regular expression for a unit."""


def normalize_unit(before: str | None, behind: str | None) -> str:
    """Return the unit before or after a number by one name, such as EUR for €; blank for none.

    With both ($10.00 USD), the one after the number is more specific."""
    return _UNITS[behind or before or PERCENT] if behind or before else ""


def is_more_specific(before: str, behind: str) -> bool:
    """Return whether the code after a number says which currency the sign before it means: $10.00 USD."""
    return before in _SHARED and behind in _CODES.split()


def is_in_unit(own: str, unit: str) -> bool:
    """Return whether a number with the unit `own`, blank for none, belongs in a column of `unit`."""
    return own == unit or (not own and unit != PERCENT)
