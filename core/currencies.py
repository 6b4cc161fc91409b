"""The currencies in circulation and how many decimals each has, by ISO 4217.

CLDR, which words a sum, thinks otherwise of some (no decimals for the dinar of Iraq): what is stored counts by ISO.
"""

from __future__ import annotations

from iso4217 import Currency, raw_xml

# What the table marks as a fund is no money, and neither are these units of account.
_UNITS_OF_ACCOUNT = {"UYW", "XAD"}
_FUNDS = {
    entry.findtext("Ccy") for entry in raw_xml.findall("CcyTbl/CcyNtry") if entry.find("CcyNm[@IsFund]") is not None
}

# Metals and the codes for tests have no decimals at all.
DECIMALS: dict[str, int] = {
    row.code: row.exponent
    for row in Currency
    if row.exponent is not None and row.code not in _FUNDS | _UNITS_OF_ACCOUNT
}


def decimals(code: str) -> int:
    """How many decimals a sum in ``code`` has; two for a currency that has left circulation."""
    return DECIMALS.get(code, 2)
