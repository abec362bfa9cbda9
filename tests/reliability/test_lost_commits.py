"""Commits that SQLite drops from a damaged log, without a word, are noticed; nothing goes on until a person decides."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.accounts.keys import create_key_pair
from tamis.actions.fields.types import create_type
from tamis.actions.maintenance.lost_writes import accept_loss
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Damaged
from tamis.domain.messages.stores import STORES
from tamis.records.engine.sqlite.database import FILE_NAME
from tamis.records.integrity.witness import ENDING
from tamis.records.types import types_of_account
from tamis.settings import Settings
from tests.support.templates import copy_of

LOG = FILE_NAME + "-wal"
FRAME, HEADER = 4096 + 24, 32


def cut_off(log: Path) -> None:
    log.write_bytes(log.read_bytes()[: -3 * FRAME // 2])


def flip_last(log: Path) -> None:
    content = bytearray(log.read_bytes())
    content[len(content) - FRAME // 2] ^= 1
    log.write_bytes(content)


def flip_first(log: Path) -> None:
    content = bytearray(log.read_bytes())
    content[HEADER + FRAME // 2] ^= 1
    log.write_bytes(content)


def flip_header(log: Path) -> None:
    content = bytearray(log.read_bytes())
    content[20] ^= 1
    log.write_bytes(content)


def remove(log: Path) -> None:
    log.unlink()


def leave_changes(left: Path) -> None:
    """Leave the files of a process that was killed after it had acknowledged some changes."""
    _leave(left, lambda services, account, n: services.write(create_type, account, f"Type {n}"))


def leave_other_writes(left: Path) -> None:
    """Leave those of one that had acknowledged other writes."""
    _leave(left, lambda services, account, n: services.write(create_key_pair, account, f"key {n}"))


def _leave(left: Path, write: Callable[[Services, Account, int], object]) -> None:
    settings = Settings(left.with_name("running"), columns_threads=1)
    services = Services(settings)
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    services.project()
    services.close()
    services = Services(settings)
    for n in range(5):
        write(services, account, n)
    shutil.copytree(settings.data, left)
    services.close()


@pytest.fixture(params=[leave_changes, leave_other_writes])
def killed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The files of a process that was killed after it had acknowledged some writes."""
    copy_of(request.param, tmp_path / "left")
    return tmp_path / "left"


def test_a_complete_log_loses_nothing(killed: Path) -> None:
    Services(Settings(killed, columns_threads=1)).close()


@pytest.mark.parametrize("damage", [cut_off, flip_last, flip_first, flip_header, remove])
def test_lost_commits_are_noticed(killed: Path, damage: Callable[[Path], None]) -> None:
    damage(killed / LOG)
    kept = (killed / LOG).exists()
    for _ in range(2):  # also by the next process
        with pytest.raises(Damaged, match="acknowledged writes are missing") as refused:
            Services(Settings(killed, columns_threads=1))
        assert str(refused.value) == STORES["writes_missing"]
    assert len(list(killed.glob(f"{LOG}.lost-*"))) == kept
    accept_loss(Settings(killed, columns_threads=1))
    services = Services(Settings(killed, columns_threads=1))
    services.project()
    services.write(create_account, "another@example.org", "UTC", None)
    services.close()
    Services(Settings(killed, columns_threads=1)).close()


def test_a_column_store_ahead_of_the_records_is_noticed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    services = Services(Settings(data, columns_threads=1))
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    services.write(create_type, account, "People")
    services.project()
    services.close()
    older = (data / FILE_NAME).read_bytes()
    services = Services(Settings(data, columns_threads=1))
    services.write(create_type, account, "Others")
    services.project()
    services.close()
    (data / FILE_NAME).write_bytes(older)
    (data / f"{FILE_NAME}{ENDING}").unlink()
    services = Services(Settings(data, columns_threads=1))
    with pytest.raises(Damaged, match="acknowledged writes are missing"):
        services.project()
    services.close()
    assert accept_loss(Settings(data, columns_threads=1)).columns > 0
    services = Services(Settings(data, columns_threads=1))
    services.project()
    assert [t.name for t in types_of_account(services.records.reader(), account.id)] == ["People"]
    services.close()


def test_replaced_records_are_not_reported_as_lost_commits(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for data, accounts in ((first, 3), (second, 1)):
        services = Services(Settings(data, columns_threads=1))
        for n in range(accounts):
            services.write(create_account, f"owner{n}@example.org", "UTC", None)
        services.close()
    shutil.copy(second / FILE_NAME, first / FILE_NAME)
    services = Services(Settings(first, columns_threads=1))
    services.write(create_account, "last@example.org", "UTC", None)
    services.close()
