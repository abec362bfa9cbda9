"""§ Every statement of the records is one that PostgreSQL takes, or has another that replaces it."""

from hashlib import sha256
from importlib.resources import files

import pytest

from tamis.files.sql import load_statements
from tamis.records.engine.postgresql.connection import open_session
from tamis.records.engine.postgresql.dialect import OVERRIDES, QUERIES, query_files, statement

UTILITIES = ("COPY", "TRUNCATE")


def names(package: str) -> list[str]:
    return sorted(entry.name.removesuffix(".sql") for entry in files(package).iterdir() if entry.name.endswith(".sql"))


def test_every_statement_is_one_of_postgresql(url: str) -> None:
    refused = {}
    with open_session(url, read_only=False) as session:
        session.execute(statement(load_statements(QUERIES, "batch")["make"]).sql.encode())
        for name in query_files():
            for key, sql in load_statements(QUERIES, name).items():
                found = statement(sql).sql
                if found.startswith(UTILITIES):
                    continue
                try:
                    session.execute(f'PREPARE "{name} {key}" AS {found}'.encode())
                except Exception as error:
                    refused[f"{name} {key}"] = str(error).splitlines()[0]
    assert refused == {}, "add statements of the same names to queries/postgresql/"


@pytest.mark.parametrize("name", names(OVERRIDES))
def test_a_replacement_is_of_the_statement_as_it_is_now(name: str) -> None:
    """A statement that changes may mean something else than what replaces it: read both, then change the digest."""
    originals, replacements = load_statements(QUERIES, name), load_statements(OVERRIDES, name)
    for key, sql in replacements.items():
        digest = sha256(originals[key].encode()).hexdigest()[:8]
        assert sql.startswith(f"-- instead of {digest}\n"), f"{name} {key}: -- instead of {digest}"
