"""Programs with keys of the three people, and with keys of each scope."""

from typing import Any

import pytest

from tests.support.programs import Program, program_of
from tests.support.users import Person, fresh


@pytest.fixture(scope="session")
def api(owner: Person) -> Program:
    return program_of(owner)


@pytest.fixture(scope="session")
def colleague_api(colleague: Person) -> Program:
    return program_of(colleague)


@pytest.fixture(scope="session")
def stranger_api(stranger: Person) -> Program:
    return program_of(stranger)


@pytest.fixture(scope="session")
def reader(owner: Person) -> Program:
    return program_of(owner, "read")


@pytest.fixture(scope="session")
def writer(owner: Person) -> Program:
    return program_of(owner, "write")


@pytest.fixture
def new_type(api: Program) -> dict[str, Any]:
    """A contact type of its own, without contacts."""
    made: dict[str, Any] = api.create("contact-types", {"name": fresh("Type")})
    return made
