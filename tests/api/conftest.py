"""One server and three people for all tests of a run; a test that would disturb others uses its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.process import Server
from tests.support.sakila import import_sakila
from tests.support.users import Person, colleague_of, fresh, new_account


@dataclass(frozen=True)
class Customers:
    """A contact type of the owner with the Sakila customers; its contacts stay as they are."""

    id: int
    fields: dict[str, int]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("api") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def owner(server: Server) -> Person:
    return new_account(server.data, server.address, "owner@example.org")


@pytest.fixture(scope="session")
def colleague(owner: Person) -> Person:
    return colleague_of(owner)


@pytest.fixture(scope="session")
def stranger(server: Server) -> Person:
    return new_account(server.data, server.address, "stranger@example.net")


@pytest.fixture(scope="session")
def customers(owner: Person) -> Customers:
    type_id = owner.tamis("type", "create", "Customers")["id"]
    import_sakila(owner, type_id)
    answer = owner.get("contacts-type/view", contact_type_id=type_id).json()
    return Customers(type_id, {field["key"]: field["id"] for field in answer["message"]["contactType"]["fields"]})


@pytest.fixture
def india(owner: Person, customers: Customers) -> int:
    """A segment of its own with the 60 customers in India."""
    country = str(customers.fields["country"])
    return owner.make_segment(customers.id, select_field=[country], select_operator=["is"], value=["India"])


@pytest.fixture
def empty(owner: Person, customers: Customers) -> int:
    """A new segment without conditions or members."""
    return owner.make_segment(customers.id)


@pytest.fixture
def own_type(owner: Person) -> int:
    """A contact type of its own, without contacts."""
    made: int = owner.tamis("type", "create", fresh("Type"))["id"]
    return made


Import = Callable[[int, str], dict[str, int]]


@pytest.fixture
def import_text(owner: Person, tmp_path: Path) -> Import:
    """Import the text of a CSV file into a type of the owner, in another process than the server's."""

    def run(type_id: int, text: str) -> dict[str, int]:
        file = tmp_path / "contacts.csv"
        file.write_text(text, encoding="utf-8")
        return owner.tamis("import", file, "--type", str(type_id), "--create-fields")

    return run
