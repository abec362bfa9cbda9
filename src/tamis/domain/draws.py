"""Draws for samples and groups: a person's draw follows from the person and a seed, and from nothing else.

A draw is a number below 2^32, made of multiplications, shifts and exclusive-ors of 32-bit numbers only, so that it
stays what it is whatever the versions of the stores, and anybody can make it again in any language.
`columns/reads/draws.py` is the same in SQL; a test holds the two against each other.
"""

import hashlib
import math
from dataclasses import dataclass

from tamis.domain.errors import Invalid, Problem
from tamis.domain.segments import EXTERNAL_BIT
from tamis.domain.text import SURROGATE

DRAWS = 1 << 32
MASK = DRAWS - 1
MOST_GROUPS = 1_000
MOST_SEED = 255
FIRST_FACTOR, SECOND_FACTOR = 0x85EBCA6B, 0xC2B2AE35


@dataclass(frozen=True, slots=True)
class Sample:
    """Who of a segment is meant: those whose draw for the sample lies below a bound and, if one is named, who are in
    that of several groups (1 … groups)."""

    seed: str
    below: int = DRAWS
    groups: int = 1
    group: int | None = None

    @property
    def share(self) -> float:
        """Which part of the people is expected to be in it."""
        return self.below / DRAWS / (1 if self.group is None else self.groups)


def sample_of(percent: float | None, groups: int | None, group: int | None, seed: str) -> Sample:
    """Check what somebody asks for and make the sample; raises Invalid."""
    problems = []
    if percent is None and groups is None:
        problems.append(Problem("", "sample_size_missing"))
    if percent is not None and not 0 < percent <= 100:
        problems.append(Problem("percent", "percent_out_of_range"))
    if groups is not None and not 2 <= groups <= MOST_GROUPS:
        problems.append(Problem("groups", "groups_out_of_range", most=MOST_GROUPS))
    if group is not None and groups is None:
        problems.append(Problem("group", "group_without_groups"))
    elif group is not None and groups is not None and not 1 <= group <= groups:
        problems.append(Problem("group", "group_out_of_range", groups=groups))
    if len(seed) > MOST_SEED:
        problems.append(Problem("seed", "seed_too_long", most=MOST_SEED))
    if SURROGATE.search(seed):
        problems.append(Problem("seed", "not_utf8"))
    if problems:
        raise Invalid(problems)
    below = DRAWS if percent is None else math.floor(percent / 100 * DRAWS)
    return Sample(seed, below, groups or 1, group)


def keys_of(seed: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return two pairs of keys that follow from a seed: for the draw of the sample and for that of the group, which
    know nothing of each other."""
    digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
    words = [int.from_bytes(digest[at : at + 4], "big") for at in range(0, 16, 4)]
    return (words[0], words[1]), (words[2], words[3])


def number_of_external(email_key: str) -> int:
    """Number somebody who is no contact, by the key of the address: from 2^31 on, where no contact has its number."""
    return EXTERNAL_BIT | int.from_bytes(hashlib.md5(email_key.encode(), usedforsecurity=False).digest()[:4], "big")


def draw(number: int, keys: tuple[int, int]) -> int:
    """Draw for a person: a contact by its id, an external recipient by `number_of_external`."""
    return _mix(_mix(number ^ keys[0]) ^ keys[1])


def includes(sample: Sample, number: int) -> bool:
    """Return whether a person is in a sample."""
    for_sample, for_group = keys_of(sample.seed)
    if draw(number, for_sample) >= sample.below:
        return False
    return sample.group is None or draw(number, for_group) * sample.groups // DRAWS + 1 == sample.group


def _mix(x: int) -> int:
    # The finalizer of MurmurHash3: every bit that goes in turns every bit that comes out with a chance of a half.
    x ^= x >> 16
    x = x * FIRST_FACTOR & MASK
    x ^= x >> 13
    x = x * SECOND_FACTOR & MASK
    return x ^ x >> 16
