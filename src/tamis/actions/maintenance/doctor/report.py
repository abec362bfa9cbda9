"""What a doctor says: checks, and what each of them found."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from tamis.actions.maintenance.stores import COLUMNS

REBUILD = (
    f"stop the server, delete {COLUMNS.NAME}, and start it again: it is restored from the records, with its history"
)
RESTORE = 'restore a backup ("tamis restore"; docs/operations.md, "When the records are damaged")'
REPORT = "please report this as a fault of Tamis"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence on what was found and what to do; `wrong` tells it from what only deserves to be mentioned."""

    message: str
    wrong: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: how much of it, for how long, and what was found."""

    name: str
    looked_at: str
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> bool:
        """Whether anything is wrong."""
        return any(finding.wrong for finding in self.findings)


@dataclass(slots=True)
class Looking:
    """A check while it is being made."""

    name: str
    looked_at: str = ""
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    def wrong(self, message: str) -> None:
        """Note that something is wrong."""
        self.findings.append(Finding(message))

    def note(self, message: str) -> None:
        """Note something that is not wrong."""
        self.findings.append(Finding(message, wrong=False))

    def done(self) -> Check:
        """Return the check as it is now."""
        return Check(self.name, self.looked_at, self.seconds, tuple(self.findings))


@contextmanager
def looking(name: str, looked_at: str = "") -> Iterator[Looking]:
    """Make a check in a block, and measure how long it takes."""
    check = Looking(name, looked_at)
    start = perf_counter()
    yield check
    check.seconds = perf_counter() - start


def some(ids: Sequence[int], count: int) -> str:
    """Write a few numbers of many."""
    return ", ".join(map(str, ids)) + (" …" if count > len(ids) else "")
