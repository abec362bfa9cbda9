"""An account for assistants, with people about whom nothing may be shown."""

import pytest

from tests.support.process import Server
from tests.support.sakila import import_sakila
from tests.support.users import Person, new_account

MARY = "MARY.SMITH@sakilacustomer.org"
RULES = {
    "Customers in India": 'country = "India"',
    "Mary alone": f'email = "{MARY}" or email = "nobody@example.org"',
    "Seen lately": "last_rental_at is within 30000 days",
}


@pytest.fixture(scope="session")
def principal(server: Server) -> Person:
    """The owner of an account with the customers of the sample and three segments."""
    person = new_account(server.data, server.address, "principal@example.com")
    type_id = person.tamis("type", "create", "Customers")["id"]
    import_sakila(person, type_id)
    for name, rule in RULES.items():
        person.tamis("segment", "create", name, "--type", "Customers", "--where", rule)
    return person
