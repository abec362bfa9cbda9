"""Random shares of contacts: who is in a share follows from the ID of the contact and the name of the share alone.

Each name makes a polynomial of the third degree over the numbers modulo a prime, with coefficients that are as good as
random. Its values for any four contacts, and for any two names, are independent and evenly spread, and every engine
computes them with whole numbers below 2^63.
"""

import re
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256

from tamis.domain.errors import ValueProblem
from tamis.domain.values.text import fold, line_problem, shorten

PRIME = 2**31 - 1
_COEFFICIENTS = 4
_BYTES = 8
_PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%?", re.ASCII)
_HUNDRED = 100


@lru_cache(maxsize=1024)
def coefficients(name: str) -> tuple[int, ...]:
    """Return the coefficients of a name's polynomial, from the highest power on; names that are the same text have the
    same ones."""
    digest = sha256(fold(name).encode()).digest()
    return tuple(
        int.from_bytes(digest[start : start + _BYTES], "big") % PRIME
        for start in range(0, _COEFFICIENTS * _BYTES, _BYTES)
    )


def limit(percentage: Decimal) -> int:
    """Return the value below which contacts are in a share: whoever is in a share is in each larger one of its name."""
    return int(percentage * PRIME / _HUNDRED)


def is_in_share(contact_id: int, percentage: Decimal, name: str) -> bool:
    """Return whether a contact is in a share."""
    place, found = contact_id % PRIME, 0
    for coefficient in coefficients(name):
        found = (found * place + coefficient) % PRIME
    return found < limit(percentage)


def parse_percentage(text: str) -> Decimal:
    """Parse a percentage above 0 and up to 100, with up to four decimals; raises ValueProblem."""
    written = _PERCENTAGE.fullmatch(text.strip())
    percentage = Decimal(written[1]) if written else Decimal(0)
    if not 0 < percentage <= _HUNDRED:
        raise ValueProblem("percentage_not_read", text=shorten(text.strip()))
    return percentage.normalize()


def parse_share_name(text: str) -> str:
    """Return the name of a share without blanks at its ends; raises ValueProblem."""
    name = text.strip()
    problem = line_problem(name)
    if not name or problem:
        raise ValueProblem.of(problem) if problem else ValueProblem("must_not_be_blank")
    return name


def format_percentage(percentage: Decimal) -> str:
    """Write a percentage: 12.5%."""
    return f"{percentage:f}%"
