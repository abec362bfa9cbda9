"""What actions hold of a store has nothing of its engine, and only a store knows how its files are called."""

import ast
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

import tamis
from tamis.actions.services import Services
from tamis.domain.errors import Unavailable
from tamis.records import change_log
from tamis.records.engine.sql import fetch
from tamis.records.handles import Reader, Transaction
from tamis.staging.handle import StagingDatabase

SOURCE = Path(str(tamis.__file__)).parent
STORES = ("records", "columns", "staging")
FILES = ("tamis.sqlite", "columns.duckdb")


def public(kind: type) -> set[str]:
    """List the public attributes of a class."""
    return {name for name in dir(kind) if not name.startswith("_")}


def test_a_handle_does_not_expose_its_engine() -> None:
    assert public(Reader) == {"translate"}
    assert public(Transaction) == {"translate", "actor", "acting_as"}
    assert public(StagingDatabase) == set()


def test_actions_receive_store_handles(services: Services) -> None:
    assert type(services.records.reader()) is Reader
    assert services.write(lambda db, _: type(db)) is Transaction


def test_the_version_changes_with_writes_of_other_processes(services: Services) -> None:
    before = services.records.version()
    assert services.records.version() == before
    services.records.write(lambda db: change_log.record_field_changes(db, 1, services.clock()))
    assert services.records.version() != before


def test_engine_errors_become_tamis_errors(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy:
        def execute(self, *_: object) -> None:
            raise apsw.BusyError("database is locked")

    reader = services.records.reader()
    monkeypatch.setattr(reader, "_connection", Busy())
    with pytest.raises(Unavailable):
        fetch(reader, "SELECT 1")


def texts(tree: ast.AST) -> Iterator[str]:
    """Return the texts of a module, but not what describes it."""
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
            yield node.value


def test_only_a_store_knows_its_files() -> None:
    elsewhere = (p for p in SOURCE.rglob("*.py") if p.relative_to(SOURCE).parts[0] not in STORES)
    found = [
        (path.name, text)
        for path in elsewhere
        for text in texts(ast.parse(path.read_text(encoding="utf-8")))
        if any(name in text for name in FILES)
    ]
    assert found == []
