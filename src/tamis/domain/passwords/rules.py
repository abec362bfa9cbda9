"""Rules for new passwords, after OWASP ASVS 5.0, 6.2: long enough, not common, not made of the account's own words."""

import gzip
import re
from functools import cache
from importlib.resources import files
from itertools import pairwise

from tamis.domain.errors import Message

MIN_LENGTH, MAX_LENGTH = 10, 1_000
MIN_OTHER_CHARACTERS = 8
"""The letters and digits that must remain without the account's own words: what ASVS requires of a whole password."""
MIN_WORD_LENGTH = 3
PRODUCT = "tamis"


def password_problem(password: str, email: str) -> Message | None:
    """Return what is wrong with a new password of the account with an email, or None.

    Any characters may be used, and none must be (ASVS 6.2.5).
    """
    if len(password) < MIN_LENGTH:
        return Message("password_too_short", least=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        return Message("password_too_long", most=MAX_LENGTH)
    folded = password.casefold()
    if _is_common(folded) or _is_monotonous(folded):
        return Message("password_too_common")
    if _is_made_of(folded, _own_words(email)):
        return Message("password_made_of_own_words")
    return None


@cache
def common_passwords() -> frozenset[str]:
    """Return the 20,000 most common passwords, in lower case, from Django's list."""
    packed = (files(__package__) / "common-passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split())


def _is_common(folded: str) -> bool:
    """Return whether a password is common, possibly surrounded by digits and signs or repeated."""
    candidates = (folded, _repeated(folded))
    return any(text in common_passwords() or _core(text) in common_passwords() for text in candidates)


def _core(folded: str) -> str:
    """Strip digits and signs from both ends."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)


def _is_monotonous(folded: str) -> bool:
    """Return whether few characters are repeated, or follow each other as in the alphabet."""
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return len(_repeated(folded)) < MIN_OTHER_CHARACTERS or (len(steps) == 1 and abs(steps.pop()) == 1)


def _repeated(folded: str) -> str:
    """Return the shortest part whose repetition is the whole, such as abc for abcabc; for most texts the text
    itself."""
    return folded[: (folded + folded).index(folded, 1)]


def _own_words(email: str) -> list[str]:
    """Return the words of an email except its last, such as com, and the product's name; the longest first."""
    name, _, domain = email.casefold().rpartition("@")
    labels = domain.split(".")[:-1]
    words = {name, *re.split(r"[\W_]+", name), domain, *labels, *re.split(r"[\W_]+", " ".join(labels)), PRODUCT}
    return sorted((word for word in words if len(word) >= MIN_WORD_LENGTH), key=lambda word: (-len(word), word))


def _is_made_of(folded: str, words: list[str]) -> bool:
    rest = folded
    for word in words:
        rest = rest.replace(word, " ")
    return rest != folded and sum(map(str.isalnum, rest)) < MIN_OTHER_CHARACTERS
