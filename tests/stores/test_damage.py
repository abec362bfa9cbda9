"""A column file that cannot be read is put aside and built again, with the same members."""

import subprocess
import sys
from pathlib import Path

import pytest

from tamis.actions.accounts import create_account
from tamis.actions.house import House
from tamis.actions.importing.run import ImportOptions, import_csv
from tamis.actions.recipients import recipient_page
from tamis.actions.segments import create_segment, segment_sizes
from tamis.actions.types import create_type
from tamis.columns.store import FILE_NAME
from tamis.domain.errors import Unavailable
from tamis.rules.text import from_text
from tamis.settings import Settings
from tests.support.process import environment

PEOPLE = 40_000
EVERYONE = 1 << 53


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """A closed data directory, and the numbers of a segment's recipients."""
    directory = tmp_path_factory.mktemp("damage") / "data"
    house = House(Settings(directory))
    account, _ = house.write(create_account, "owner@example.org", "UTC", None)
    people = house.write(create_type, account, "People")
    file = directory / "people.csv"
    file.write_text("email,n,note\n" + "".join(f"p{n}@example.org,{n},note {n * 7919}\n" for n in range(PEOPLE)))
    import_csv(house, account, people, file, ImportOptions(create_fields=True))
    house.write(create_segment, account, people, "Half", from_text("n >= 20000"))
    recipients = [number for number, _ in recipient_page(house, 1, 1, 0, EVERYONE)]
    house.close()
    return directory, recipients


def read_again(directory: Path) -> list[int]:
    """Read the segment, asking once more when told to, with all that the first answer did not need."""
    house = House(Settings(directory))
    try:
        for _ in range(2):
            try:
                found = [number for number, _ in recipient_page(house, 1, 1, 0, EVERYONE)]
                assert segment_sizes(house) == {1: len(found)}
                return found
            except Unavailable as error:
                if "will be built again" not in error.message:
                    raise
        raise AssertionError("the store was not built again")
    finally:
        house.close()


def test_damage_in_any_block_is_mended(served: tuple[Path, list[int]]) -> None:
    directory, expected = served
    file = directory / FILE_NAME
    whole = file.read_bytes()
    assert len(whole) > 1_000_000
    for start in range(12_288 + 20_000, len(whole), 262_144):
        file.write_bytes(whole[:start] + bytes(64) + whole[start + 64 :])
        file.with_name(FILE_NAME + ".wal").unlink(missing_ok=True)
        assert read_again(directory) == expected, start


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9])
def test_a_file_that_ends_early_is_mended(served: tuple[Path, list[int]], share: float) -> None:
    directory, expected = served
    file = directory / FILE_NAME
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert read_again(directory) == expected
    assert list(directory.glob(f"{FILE_NAME}.unusable-*"))


def test_a_file_of_other_records_is_put_aside(served: tuple[Path, list[int]], tmp_path: Path) -> None:
    directory, _ = served
    house = House(Settings(tmp_path))
    (tmp_path / FILE_NAME).write_bytes((directory / FILE_NAME).read_bytes())
    assert house.columns().set_aside
    assert segment_sizes(house) == {}
    house.close()


MAKING = """
import os, signal, sys
from pathlib import Path
from tamis.actions.house import House
from tamis.columns import store
from tamis.settings import Settings
made = store.Columns._create
def create(self, con):
    if sys.argv[2] == "after":
        made(self, con)
    os.kill(os.getpid(), signal.SIGKILL)
store.Columns._create = create
House(Settings(Path(sys.argv[1]))).columns()
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_whose_making_was_killed_is_no_damage(tmp_path: Path, when: str) -> None:
    command = [sys.executable, "-c", MAKING, str(tmp_path), when]
    killed = subprocess.run(command, capture_output=True, env=environment(), check=False)
    assert killed.returncode == -9, killed.stderr
    house = House(Settings(tmp_path))
    assert house.columns().set_aside is None
    house.close()
    assert sorted(file.name for file in tmp_path.glob("columns.duckdb*")) == [FILE_NAME]
