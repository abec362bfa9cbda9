"""The customers of the Sakila sample, which come with Tamis: 599 real-looking people with typed fields."""

from importlib.resources import files
from pathlib import Path

from tests.support.users import Person

FILE = Path(str(files("tamis.demo") / "sakila_customers.csv"))
HEADER = FILE.read_text(encoding="utf-8").splitlines()[0]
COLUMNS = ("--map", "address=address_line1", "--map", "district=state")
CUSTOMERS = 599
IN_INDIA = 60


def import_sakila(person: Person, type_id: int, file: Path = FILE) -> dict[str, int]:
    """Import the customers, or another file with their columns, in another process than the server's."""
    return person.tamis("import", file, "--type", str(type_id), "--create-fields", *COLUMNS)


def line_of(customer: int) -> str:
    """Return the line of a customer by its number."""
    return FILE.read_text(encoding="utf-8").splitlines()[customer]
