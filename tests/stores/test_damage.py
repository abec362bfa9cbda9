"""A projection file that cannot be read is put aside and built again, with the same members."""

import random
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.segments.recipients import recipient_page
from tamis.actions.segments.segments import create_segment, segment_sizes
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.domain.errors import Unavailable
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support import forked
from tests.support.process import environment

PEOPLE = 40_000
EVERYONE = 1 << 53
DAMAGES = ("random bytes", "another kind of file", "a lost log", "a damaged log", "a lost file")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """A closed data directory, and the numbers of a segment's recipients."""
    directory = tmp_path_factory.mktemp("damage") / "data"
    services = Services(Settings(directory))
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    people = services.write(create_type, account, "People")
    file = directory / "people.csv"
    file.write_text("email,n,note\n" + "".join(f"p{n}@example.org,{n},note {n * 7919}\n" for n in range(PEOPLE)))
    import_file(services, account, people, file, ImportOptions(create_fields=True))
    services.write(create_segment, account, people, "Half", from_text("n >= 20000"))
    recipients = [number for number, _ in recipient_page(services, 1, 1, 0, EVERYONE)]
    services.close()
    return directory, recipients


def read_again(directory: Path) -> list[int]:
    """Read the segment, once more when the error asks for it, with all that the first answer did not need."""
    services = Services(Settings(directory))
    try:
        for _ in range(2):
            try:
                found = [number for number, _ in recipient_page(services, 1, 1, 0, EVERYONE)]
                assert segment_sizes(services) == {1: len(found)}
                return found
            except Unavailable as error:
                if "will be rebuilt" not in str(error):
                    raise
        raise AssertionError("the store was not built again")
    finally:
        services.close()


def test_damage_in_any_block_is_repaired(served: tuple[Path, list[int]]) -> None:
    directory, expected = served
    file = directory / FILE_NAME
    whole = file.read_bytes()
    assert len(whole) > 1_000_000
    for start in range(12_288 + 20_000, len(whole), 262_144):
        file.write_bytes(whole[:start] + bytes(64) + whole[start + 64 :])
        file.with_name(FILE_NAME + ".wal").unlink(missing_ok=True)
        assert read_again(directory) == expected, start


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9])
def test_a_truncated_file_is_repaired(served: tuple[Path, list[int]], share: float) -> None:
    directory, expected = served
    file = directory / FILE_NAME
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert read_again(directory) == expected
    assert list(directory.glob(f"{FILE_NAME}.unusable-*"))


def test_a_file_of_other_records_is_quarantined(served: tuple[Path, list[int]], tmp_path: Path) -> None:
    directory, _ = served
    services = Services(Settings(tmp_path))
    (tmp_path / FILE_NAME).write_bytes((directory / FILE_NAME).read_bytes())
    assert services.project().quarantined
    assert segment_sizes(services) == {}
    services.close()


MAKING = """
import os, signal, sys
from pathlib import Path
from tamis.actions.services import Services
from tamis.columns.engine import opening
from tamis.settings import Settings
made = opening.create
def make(con, store_id):
    if sys.argv[2] == "after":
        made(con, store_id)
    os.kill(os.getpid(), signal.SIGKILL)
opening.create = make
Services(Settings(Path(sys.argv[1]))).project()
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_partly_created_file_is_not_damage(tmp_path: Path, when: str) -> None:
    command = [sys.executable, "-c", MAKING, str(tmp_path), when]
    killed = forked.run(command, env=environment())
    assert killed.returncode == -9, killed.stderr
    services = Services(Settings(tmp_path))
    assert services.project().quarantined is None
    services.close()
    assert sorted(file.name for file in tmp_path.glob("columns.duckdb*")) == [FILE_NAME]


AS_NOBODY = """
import os, sys
from pathlib import Path
from tamis.actions.services import Services
from tamis.domain.errors import Unavailable
from tamis.settings import Settings
if os.getuid() == 0:  # root may open everything
    os.setgid(65534)
    os.setuid(65534)
try:
    Services(Settings(Path(sys.argv[1]))).project()
except Unavailable as error:
    print(str(error))
"""


def test_a_file_without_read_permission_is_not_damage() -> None:
    directory = Path(tempfile.mkdtemp(prefix="tamis-"))  # the user nobody cannot enter pytest's
    Services(Settings(directory)).close()
    (directory / FILE_NAME).write_bytes(b"of somebody else")
    (directory / FILE_NAME).chmod(0)
    directory.chmod(0o777)
    (directory / "tamis.sqlite").chmod(0o666)
    command = [sys.executable, "-c", AS_NOBODY, str(directory)]
    done = forked.run_text(command, env=environment(), check=True)
    assert "columns.duckdb cannot be opened" in done.stdout
    assert not list(directory.glob("*.unusable-*"))
    shutil.rmtree(directory)


def test_a_file_of_another_version_is_quarantined_and_ids_are_kept(
    served: tuple[Path, list[int]],
) -> None:
    directory, expected = served
    db = duckdb.connect(str(directory / FILE_NAME))
    db.execute("UPDATE meta SET version = version + 1").fetchall()
    db.close()
    assert read_again(directory) == expected


@pytest.mark.parametrize("damage", DAMAGES)
def test_random_damage_is_repaired(served: tuple[Path, list[int]], tmp_path: Path, damage: str) -> None:
    directory, expected = served
    for name in ("tamis.sqlite", FILE_NAME):
        shutil.copy(directory / name, tmp_path / name)
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    killed = forked.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment())
    assert killed.returncode == -9, killed.stderr
    file, wal = tmp_path / FILE_NAME, tmp_path / f"{FILE_NAME}.wal"
    assert wal.stat().st_size > 1_000
    match damage:
        case "random bytes":
            flip(file, chance, 200)
        case "another kind of file":
            shutil.copy(tmp_path / "tamis.sqlite", file)
        case "a lost log":
            wal.unlink()
        case "a damaged log":
            flip(wal, chance, 20)
        case "a lost file":
            file.unlink()
    assert read_again(tmp_path) == [number for number in expected if number & 0xFFFFFFFF not in GONE]


GONE = range(30_001, 30_101)
KILLED = """
import os, signal, sys
from pathlib import Path
from tamis.actions.accounts.accounts import choose_account
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.services import Services
from tamis.actions.fields.types import find_type
from tamis.settings import Settings
services = Services(Settings(Path(sys.argv[1])))
db = services.records.reader()
account = choose_account(db, None)
for number in range(30_000, 30_100):
    services.write(delete_contact, account, find_type(db, account, "People"), f"p{number}@example.org")
    if number % 10 == 0:
        services.project()
services.project()
os.kill(os.getpid(), signal.SIGKILL)
"""
"""Delete people, let the columns follow, and die before their log is written to their file."""


def flip(file: Path, chance: random.Random, count: int) -> None:
    """Change bytes anywhere in a file."""
    content = bytearray(file.read_bytes())
    for _ in range(count):
        content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
    file.write_bytes(content)
