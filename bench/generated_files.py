"""Files of generated people, as a user would upload them: new, the same again, and with every tenth changed."""

import csv
from pathlib import Path

import msgspec

from bench.generated_contacts import FIELDS, people
from tamis.domain.values.fields import CITY, COUNTRY, FIRST_NAME, LAST_NAME

CHANGED = 10
"""Of so many rows one is changed."""


def write_people(path: Path, count: int, *, changed: bool = False) -> Path:
    """Write a CSV file of 12 columns; where `changed`, every tenth row has another number than it had."""
    reserved = (FIRST_NAME, LAST_NAME, COUNTRY, CITY)
    ids = {name: 101 + number for number, name in enumerate(FIELDS)}
    columns = {**{field.name: field.id for field in reserved}, **ids}
    number = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Email", *columns, "Number"])
        for batch in people(count, ids):
            for contact in batch:
                values = msgspec.json.decode(contact.document)
                given = -1 - number if changed and number % CHANGED == 0 else number
                writer.writerow([contact.email, *(values.get(str(id_), "") for id_ in columns.values()), given])
                number += 1
    return path
