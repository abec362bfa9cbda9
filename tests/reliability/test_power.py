"""Whatever was acknowledged survives a lost power supply: `python -m bench power` crashes more often."""

import random
from pathlib import Path

from tests.reliability.power.crashing import crash, recorded
from tests.reliability.power.disk import CRASHES

POINTS, OPENED = 10, 5


def test_acknowledged_writes_survive_a_power_loss(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    found, made = recorded(tmp_path, seed, actions=10)
    assert {"import", "upload", "export", "backup", "erase", "add"} <= {promise.what for promise in made}
    *_, seen = crash(tmp_path, found, made, POINTS, OPENED, seed)
    assert seen.crashes >= POINTS * len(CRASHES)
    assert seen.opened
    assert not seen.quarantined, "a projection file was put aside that was only cut off"
