"""The report of `tamis doctor`: checks, and what each one found."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from tamis.actions.maintenance.stores import COLUMNS

REBUILD = (
    f"stop the server, delete {COLUMNS.NAME}, and start it again: it will be restored from the records with its history"
)
RESTORE = 'restore a backup ("tamis restore"; docs/operations.md, "When the records are damaged")'
REPORT = "please report this as a bug in Tamis"


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that says what was found and what to do; a finding that is not `wrong` is only a note."""

    message: str
    wrong: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """A finished check: what was checked (`scope`), how long it took, and what was found."""

    name: str
    scope: str
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> bool:
        """Whether anything is wrong."""
        return any(finding.wrong for finding in self.findings)


@dataclass(slots=True)
class CheckInProgress:
    """A check that is still running."""

    name: str
    scope: str = ""
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    def wrong(self, message: str) -> None:
        """Add a finding that is wrong."""
        self.findings.append(Finding(message))

    def note(self, message: str) -> None:
        """Add a note."""
        self.findings.append(Finding(message, wrong=False))

    def done(self) -> Check:
        """Return the check as it is now."""
        return Check(self.name, self.scope, self.seconds, tuple(self.findings))


@contextmanager
def start_check(name: str, scope: str = "") -> Iterator[CheckInProgress]:
    """Run a check in a block, and measure how long it takes."""
    check = CheckInProgress(name, scope)
    start = perf_counter()
    yield check
    check.seconds = perf_counter() - start


def some(ids: Sequence[int], count: int) -> str:
    """Format a few ids of many."""
    return ", ".join(map(str, ids)) + (" …" if count > len(ids) else "")
