"""The store that most benchmarks work on: made once, copied for each of them."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.generated_contacts import FIELDS, people
from bench.harness import show_progress, timed
from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.records.contacts import NewContact
from tamis.records.handles import Transaction
from tamis.records.importing import batch
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings

EMAIL = "bench@example.org"
TYPE = "Customers"
HALF = "Subscribed"
SEGMENTS = {
    HALF: "subscribed is true",
    **{f"Customers in {c}": f'country = "{c}"' for c in ("India", "Kenya", "Malta", "Norway", "Spain", "Sweden")},
    **{f"Older than {age}": f"age > {age}" for age in (50, 60, 70, 75, 80, 85)},
    **{f"Spent {spent}": f"total_spent >= {spent}" for spent in (500, 1_000, 2_500, 5_000)},
    "Germans of the team plan": 'country = "Germany" and plan = "team"',
    "Win back": 'plan in ("pro", "team") and last_order_at is before 2021-06-01',
    "Birthdays unknown": 'birth_date is blank and city = "Nice"',
}


@dataclass(frozen=True, slots=True)
class Store:
    """A data directory with its keys and the ids in it."""

    data: Path
    public_key: str
    secret_key: str
    account_id: int
    type_id: int
    half_id: int
    """Id of the segment to which exactly half of all contacts belong."""

    @property
    def headers(self) -> dict[str, str]:
        """The two key headers."""
        return {"PublicKey": self.public_key, "SecretKey": self.secret_key}


@dataclass(slots=True)
class Stores:
    """Gives copies of one store of generated contacts, all below a temporary directory."""

    directory: Path
    contacts: int
    made: Store | None = None
    copies: int = field(default=0)

    def copy(self) -> Store:
        """Return a fresh copy, making the original first when it is not there."""
        if self.made is None:
            show_progress(f"making a store of {self.contacts:,} contacts and {len(SEGMENTS)} segments")
            seconds = timed(self._make)
            show_progress(f"  made in {seconds:.1f} s")
        assert self.made
        self.copies += 1
        data = self.directory / f"copy-{self.copies}"
        shutil.copytree(self.made.data, data)
        made = self.made
        return Store(data, made.public_key, made.secret_key, made.account_id, made.type_id, made.half_id)

    def empty(self) -> tuple[Path, Path]:
        """Return a data directory without data, and a directory for other files."""
        self.copies += 1
        place = self.directory / f"empty-{self.copies}"
        place.mkdir()
        return place / "data", place

    def _make(self) -> None:
        data = self.directory / "original"
        services = Services(Settings.from_environment(data))
        try:
            account, keys = services.write(create_account, EMAIL, "UTC", None)
            customers = services.write(create_type, account, TYPE)
            ids = {name: services.write(create_field, customers, name, kind).id for name, kind in FIELDS.items()}
            for batch in people(self.contacts, ids):
                services.write(_insert, customers.id, batch)
            made = {
                name: services.write(create_segment, account, customers, name, from_text(rule)).id
                for name, rule in SEGMENTS.items()
            }
            services.project()
        finally:
            services.close()
        self.made = Store(data, keys.public_key, keys.secret_key, account.id, customers.id, made[HALF])


def _insert(db: Transaction, now: datetime, type_id: int, rows: list[NewContact]) -> None:
    with batch.staged_rows(db, rows):
        batch.insert_new(db, type_id, len(rows), 0, now)
