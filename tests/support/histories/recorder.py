"""Write down what concurrent clients ask and are answered, with the instants at which they did and were."""

import json
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from tests.support.histories.linearizability import UNKNOWN, Contradiction, Operation, Perform, S, contradiction

LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
"""What a client sees of a server that was killed: whether it has done what was asked is not known."""


class History:
    """Operations of all clients; instants are nanoseconds of the monotonic clock, which all processes share."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._lock = threading.Lock()
        self._kills: list[int] = []
        self._unanswered: list[tuple[str, Any, int]] = []

    def perform(self, client: str, call: Any, doing: Callable[[], Any]) -> Any:
        """Do something for a client and keep what came of it; gives the answer, or UNKNOWN when the server was lost.
        What no server has taken was not asked."""
        begun = time.monotonic_ns()
        try:
            answer = doing()
        except LOST as error:
            if not _is_refused(error):
                with self._lock:
                    self._unanswered.append((client, call, begun))
            return UNKNOWN
        self.add(client, call, answer, begun)
        return answer

    def add(self, client: str, call: Any, answer: Any, begun: int) -> None:
        """Keep an operation that has just ended."""
        ended = time.monotonic_ns()
        with self._lock:
            self.operations.append(Operation(client, call, answer, begun, ended))

    def server_is_dead(self) -> None:
        """Say that the server was killed: what it has not answered has taken effect by now, or never will."""
        self._kills.append(time.monotonic_ns())

    def finish(self) -> None:
        """End recording; requests without an answer end with their server."""
        for client, call, begun in self._unanswered:
            ended = next((kill for kill in self._kills if kill > begun), None)
            assert ended, f"{call} was not answered by a server that nobody has killed"
            self.operations.append(Operation(client, call, UNKNOWN, begun, ended))
        self._unanswered = []

    @property
    def calls(self) -> Counter[str]:
        """How many calls of each kind there were."""
        return Counter(type(operation.call).__name__ for operation in self.operations)

    def contradiction(self, initial: S, perform: Perform[S], object_of: Callable[[Any], str]) -> Contradiction | None:
        """Decide whether what all saw can be explained, object by object; where it cannot, the history is kept in a
        file."""
        objects: dict[str, list[Operation]] = defaultdict(list)
        for operation in self.operations:
            objects[object_of(operation.call)].append(operation)
        for operations in objects.values():
            if found := contradiction(operations, initial, perform):
                self._keep()
                return found
        return None

    def _keep(self) -> None:
        kept = Path(tempfile.mkstemp(prefix="tamis-history-", suffix=".ndjson")[1])
        with kept.open("w") as file:
            for each in sorted(self.operations, key=lambda operation: operation.begun):
                print(json.dumps([each.client, repr(each.call), repr(each.answer), each.begun, each.ended]), file=file)
        print(f"the history is kept in {kept}")


def _is_refused(error: Exception) -> bool:
    return "Connection refused" in str(error)
