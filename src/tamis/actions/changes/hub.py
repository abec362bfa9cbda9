"""The hub: tells those who wait what each transaction of the projector has added.

The projector publishes each batch once. An event loop registers one function, which is called once for each batch,
however many of its tasks wait.

A writer that wants to know which segments its write has changed opens a watch *before* it writes, so that no batch can
pass unseen. The batch that has applied the write is the first one that reached its number in the change log. If it has
applied several writes of one contact, all of them get the sum: entering and leaving cancel each other out.
"""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count, islice

from tamis.domain.errors import TamisError
from tamis.domain.segments.history import ProjectedBatch
from tamis.domain.segments.membership_changes import SegmentChanges
from tamis.domain.segments.segments import SEGMENT_SHIFT

PERSON_MASK = (1 << SEGMENT_SHIFT) - 1
OnBatch = Callable[[ProjectedBatch | None], None]


class PublishedBatch:
    """A batch of the projector, with its changes by contact once somebody asks for them."""

    def __init__(self, batch: ProjectedBatch) -> None:
        self.batch = batch

    def changes_of(self, person_ids: Collection[int]) -> SegmentChanges | None:
        """Return which segments some contacts have entered and left in this batch, in sum; None if its changes are too
        many for memory. External recipients count by the lower 32 bits of their recipient ids."""
        if self.batch.changes is None:
            return None
        sums: dict[int, int] = defaultdict(int)
        for person_id in person_ids:
            for segment_id, delta in self._by_person.get(person_id, ()):
                sums[segment_id] += delta
        return sum_up(sums.items())

    @cached_property
    def _by_person(self) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for change in self.batch.changes or ():
            segment_id = change.recipient_id >> SEGMENT_SHIFT
            found[change.recipient_id & PERSON_MASK].append((segment_id, change.change))
        return found


def sum_up(sums: Collection[tuple[int, int]]) -> SegmentChanges:
    """Return segment changes from the sum of entries (1) and exits (-1) for each segment."""
    entered = tuple(sorted(segment_id for segment_id, delta in sums if delta > 0))
    return SegmentChanges(entered, tuple(sorted(segment_id for segment_id, delta in sums if delta < 0)))


class ChangeHub:
    """Publishes the batches of the projector; `change` is the last change of the change log, and `number` the last
    number of the history, of the newest batch (0 before the first).

    `is_awaited` says whether anybody wants the projector to run at once rather than now and then.
    """

    def __init__(self) -> None:
        self.change = self.number = 0
        self.counts: Counter[str] = Counter()
        """How many membership changes were published, by type; those of batches too large for memory as `bulk`."""
        self._lock = threading.Lock()
        self._batches: deque[PublishedBatch] = deque()
        """The batches that open watches may need, oldest first."""
        self._dropped = 0
        """How many batches were published before these."""
        self._watches: dict[int, int] = {}
        """How many batches were published before each open watch, oldest first."""
        self._tokens = count()
        self._listeners = 0
        self._callbacks: list[OnBatch] = []
        self.is_closed = False
        """Whether the server stops, so that nobody should wait any more."""
        self._failures = 0
        self._failure: TamisError | None = None
        self._wanted = threading.Event()

    # -- for the projector ---------------------------------------------------------------------------------------------

    def publish(self, batch: ProjectedBatch) -> None:
        """Tell everybody about a batch that was committed."""
        self._count(batch)
        with self._lock:
            self.change, self.number = batch.change, batch.number
            if self._watches:
                self._batches.append(PublishedBatch(batch))
            else:
                self._dropped += 1
        self._call_back(batch)

    def _count(self, batch: ProjectedBatch) -> None:
        if batch.changes is None:
            self.counts["bulk"] += batch.number - batch.before
            return
        entered = sum(change.change > 0 for change in batch.changes)
        self.counts["entered"] += entered
        self.counts["left"] += len(batch.changes) - entered

    def publish_failure(self, error: TamisError) -> None:
        """Tell those who wait for a write that it cannot be projected now."""
        with self._lock:
            self._failures += 1
            self._failure = error
        self._call_back(None)

    def close(self) -> None:
        """Have those who listen end, because the server stops; writers still hear about their writes."""
        self.is_closed = True
        self._call_back(None)

    def note_commit(self) -> None:
        """Note that something was written to the records."""
        if self.is_awaited:
            self._wanted.set()

    def wait_until_wanted(self, seconds: float) -> bool:
        """Wait until somebody awaits what was written, or some seconds have passed; return whether somebody does."""
        wanted = self._wanted.wait(seconds)
        self._wanted.clear()
        return wanted

    def wake_projector(self) -> None:
        """End the projector's waiting."""
        self._wanted.set()

    @property
    def is_awaited(self) -> bool:
        """Whether anybody waits for a write or listens to changes."""
        return bool(self._watches or self._listeners)

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens to changes."""
        return bool(self._listeners)

    @property
    def has_watches(self) -> bool:
        """Whether any writer waits for its write to be projected."""
        return bool(self._watches)

    # -- for those who wait --------------------------------------------------------------------------------------------

    @contextmanager
    def watch(self) -> Iterator["Watch"]:
        """Watch what is published during a block in which something is written."""
        with self._lock:
            token = next(self._tokens)
            self._watches[token] = begin = self._dropped + len(self._batches)
            failures = self._failures
        try:
            yield Watch(self, begin, failures)
        finally:
            with self._lock:
                del self._watches[token]
                self._drop_batches()

    @contextmanager
    def listen(self) -> Iterator[None]:
        """Have changes projected promptly during a block."""
        with self._lock:
            self._listeners += 1
        self._wanted.set()
        try:
            yield
        finally:
            with self._lock:
                self._listeners -= 1

    def call_on_batches(self, callback: OnBatch) -> None:
        """Have a function called after each batch, in the thread of the projector, where it must return at once; after
        a failure and when the server stops, it is called with None."""
        self._callbacks.append(callback)

    def _call_back(self, batch: ProjectedBatch | None) -> None:
        for callback in self._callbacks:
            callback(batch)

    def _drop_batches(self) -> None:
        oldest = next(iter(self._watches.values()), self._dropped + len(self._batches))
        while self._dropped < oldest:
            self._batches.popleft()
            self._dropped += 1


class Watch:
    """The batches that were published since a writer began to watch."""

    def __init__(self, hub: ChangeHub, begin: int, failures: int) -> None:
        self._hub, self._begin, self._failures = hub, begin, failures

    def find(self, change: int) -> PublishedBatch | None:
        """Return the batch that has applied a change of the change log, or None if there is none yet; raises
        Unavailable if the projector has failed meanwhile."""
        hub = self._hub
        with hub._lock:
            for published in islice(hub._batches, self._begin - hub._dropped, None):
                if published.batch.change >= change:
                    return published
            if hub._failures != self._failures and hub._failure:
                raise hub._failure
        return None
