"""What many see who read and write at once, by every interface, has one order: `python -m bench histories` looks for
longer."""

import random
from pathlib import Path

from tests.reliability.concurrent_clients import ConcurrentClients
from tests.support.histories.audience import object_of, perform

SECONDS, KILLED_AFTER = 3.0, 1.0


def test_concurrent_histories_are_linearizable_across_a_kill(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    clients = ConcurrentClients(tmp_path, seed)
    history = clients.run(SECONDS, KILLED_AFTER)
    assert (found := history.contradiction(clients.initial, perform, object_of)) is None, str(found)
    assert len(history.calls) > 10, "hardly anything was tried"
