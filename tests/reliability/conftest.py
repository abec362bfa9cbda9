"""The long forms run in `make test-all`: rounds of kills, a full disk, power failures. Aimed kills stay in `make test`
(tests/projector/test_kills.py, tests/imports/test_killed.py, test_kill.py), and so do files that may not grow."""

from tests.support.effort import ALL

collect_ignore = [] if ALL else ["test_full_disk.py", "test_kill_rounds.py", "test_power.py"]
