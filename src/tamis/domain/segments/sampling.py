"""Deterministic samples and groups: whether a person is in one depends on the person and a seed, and nothing else.

The sampling hash is a number below 2^32, made only of multiplications, shifts and exclusive-ors of 32-bit numbers. So
it never changes with the versions of the stores, and can be reproduced in any language. `columns/reads/sampling.py`
computes the same in SQL; a test compares the two.
"""

import hashlib
import math
from dataclasses import dataclass

from tamis.domain.errors import Invalid, Problem
from tamis.domain.segments.segments import EXTERNAL_BIT
from tamis.domain.values.text import SURROGATE

HASH_RANGE = 1 << 32
MASK = HASH_RANGE - 1
MOST_GROUPS = 1_000
MOST_SEED = 255
FIRST_FACTOR, SECOND_FACTOR = 0x85EBCA6B, 0xC2B2AE35


@dataclass(frozen=True, slots=True)
class Sample:
    """A part of a segment: the members with a sampling hash below a bound and, if `group` is given, only those in that
    one of several groups (1 … groups)."""

    seed: str
    below: int = HASH_RANGE
    groups: int = 1
    group: int | None = None

    @property
    def share(self) -> float:
        """The expected fraction of the members."""
        return self.below / HASH_RANGE / (1 if self.group is None else self.groups)


def sample_of(percent: float | None, groups: int | None, group: int | None, seed: str) -> Sample:
    """Return a sample from what a user asked for; raises Invalid."""
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
    below = HASH_RANGE if percent is None else math.floor(percent / 100 * HASH_RANGE)
    return Sample(seed, below, groups or 1, group)


def hash_keys(seed: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return two independent pairs of keys derived from a seed: for the sample's hash and for the group's."""
    digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
    words = [int.from_bytes(digest[at : at + 4], "big") for at in range(0, 16, 4)]
    return (words[0], words[1]), (words[2], words[3])


def number_of_external(email_key: str) -> int:
    """Number somebody who is no contact, by the key of the address: from 2^31 on, where no contact has its number."""
    return EXTERNAL_BIT | int.from_bytes(hashlib.md5(email_key.encode(), usedforsecurity=False).digest()[:4], "big")


def sampling_hash(number: int, keys: tuple[int, int]) -> int:
    """Return the hash of a person: a contact by its id, an external recipient by `number_of_external`."""
    return _mix(_mix(number ^ keys[0]) ^ keys[1])


def includes(sample: Sample, number: int) -> bool:
    """Return whether a person is in a sample."""
    for_sample, for_group = hash_keys(sample.seed)
    if sampling_hash(number, for_sample) >= sample.below:
        return False
    return sample.group is None or sampling_hash(number, for_group) * sample.groups // HASH_RANGE + 1 == sample.group


def _mix(x: int) -> int:
    # The finalizer of MurmurHash3: every bit that goes in turns every bit that comes out with a chance of a half.
    x ^= x >> 16
    x = x * FIRST_FACTOR & MASK
    x ^= x >> 13
    x = x * SECOND_FACTOR & MASK
    return x ^ x >> 16
