"""Makes the data directory of the demonstration: six weeks are simulated in seconds, with a clock of its own."""

import csv
import json
import math
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from tamis.actions.accounts.accounts import create_account, set_name
from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.lookups import last_change
from tamis.actions.maintenance.atomic_directory import make_directory, sync
from tamis.actions.segments.rule_syntax import from_text
from tamis.actions.segments.segments import create_segment
from tamis.actions.segments.sizes import sized_segments
from tamis.actions.services import Services
from tamis.demo.rentals import LAST, OPEN, DemoEvent, last_rental, make_events, to_present
from tamis.domain.accounts.accounts import Account, NewKeyPair
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import ProjectionInUse, Refused
from tamis.settings import Settings

Row = dict[str, str]
"""A customer in the file, by column."""
EMAIL = "demo@example.org"
SENDER = "Sakila Video Rental"
WORDS = (
    *("barley", "basil", "bread", "butter", "cedar", "cherry", "cider", "clove", "cocoa", "coral", "crisp", "dough"),
    *("fennel", "flour", "ginger", "grain", "hazel", "honey", "juniper", "kettle", "lemon", "linen", "maple", "millet"),
    *("nutmeg", "oat", "olive", "pepper", "poppy", "quince", "rye", "saffron", "sage", "sesame", "spelt", "walnut"),
)
TYPE = "Customers"
MARKER = "demo.json"
DAYS, FILES = 42, 15
EVENTS_PER_WRITE = 1_000
COLUMNS = {"address": "address_line1", "district": "state"}
SEGMENTS = {
    "Customers in India": 'country = "India"',
    "Big spenders": "total_paid >= 150",
    "Films still out": "active is true and open_rentals > 0",
    "Win back": (
        "active is true and last_rental_at is more than 7 days ago and (total_paid >= 120 or rental_count >= 30)"
    ),
}
EVENT_SEGMENTS = {"Recent big payers": 'did "payment" at least 2 times within 30 days where amount > 5'}
FILES_WITH_EVENT_SEGMENTS = 5
"""Segments of events are created before the last of the files, because it takes a while to simulate their days."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The demonstration that was made; `sizes` are those of its segments, by name."""

    keys: NewKeyPair
    password: str
    sizes: dict[str, int]
    moved_to: Path | None

    def introduction(self, address: str) -> str:
        """Return the text that shows where it is, its keys, and what to try first."""
        notice = [f"The demo data that you changed earlier is kept in {self.moved_to}.", ""] if self.moved_to else []
        return "\n".join(
            [
                "",
                *notice,
                f"  Console     {address}/",
                f"  Email       {EMAIL}",
                f"  Password    {self.password}",
                "",
                f"  Segment API {address}/api/",
                f"  API         {address}/v1/docs",
                f"  Public key  {self.keys.public_key}",
                f"  Secret key  {self.keys.secret_key}",
                "",
                *(f"  {size:>11}  {name}" for name, size in self.sizes.items()),
                "",
                "Open the console in a browser, or try the Segment API in another terminal:",
                "",
                f"  curl -H 'PublicKey: {self.keys.public_key}' -H 'SecretKey: {self.keys.secret_key}' "
                f"{address}/api/segment/list",
                "",
            ]
        )


def make_demo(settings: Settings) -> Demo:
    """Fill a fresh data directory; raises Refused when it holds other data than the demonstration's.

    An earlier demonstration is replaced, or moved aside when it was changed.
    """
    moved_to = _move_aside_or_delete(settings.data)
    make_directory(settings.data.parent)
    temporary = Path(tempfile.mkdtemp(prefix=f"{settings.data.name}-", dir=settings.data.parent))
    end = datetime.now(UTC).replace(microsecond=0)
    now = end - timedelta(days=DAYS)
    services = Services(replace(settings, data=temporary, records=""), lambda: now)
    password = generate_password()
    try:
        account, keys = services.write(create_account, EMAIL, "UTC", password)
        services.write(set_name, account, SENDER)
        customers = services.write(create_type, account, TYPE)
        known: set[str] = set()
        waiting = make_events(_read_customers(), end)
        for number, rows in enumerate(_import_files()):
            now = end - timedelta(days=DAYS * (FILES - 1 - number) / (FILES - 1))
            with tempfile.TemporaryDirectory() as directory:
                file = Path(directory) / f"customers-{now:%Y-%m-%d}.csv"
                _write_rows(file, rows, end)
                import_file(services, account, customers, file, ImportOptions(create_fields=True, chosen=COLUMNS))
            known |= {row["email"] for row in rows}
            _send(services, account, customers, [e for e in waiting if e.email in known and e.at <= now])
            waiting = [e for e in waiting if e.email not in known or e.at > now]
            created = SEGMENTS if number == 0 else {}
            if number == max(FILES - FILES_WITH_EVENT_SEGMENTS, 0):
                created = created | EVENT_SEGMENTS
            for name, rule in created.items():
                services.write(create_segment, account, customers, name, from_text(rule))
            services.project()
        sizes = {each.segment.name: each.recipients for each in sized_segments(services, account).segments}
        (temporary / MARKER).write_text(json.dumps({"last_change": last_change(services.records.reader())}))
    finally:
        services.close()
    try:
        temporary.rename(settings.data)
        sync(settings.data.parent)
    except OSError:
        shutil.rmtree(temporary)
        raise Refused("demo_data_just_made", data=str(settings.data)) from None
    return Demo(keys, password, sizes, moved_to)


def generate_password() -> str:
    """Generate a password that can be read out and typed."""
    return "-".join([*(secrets.choice(WORDS) for _ in range(3)), f"{secrets.randbelow(10_000):04}"])


def _read_customers() -> list[Row]:
    text = (files("tamis.demo") / "sakila_customers.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _import_files() -> Iterator[list[Row]]:
    """Split the customers into files: most exist at the start, the others arrive over time, and some of the first ones
    return a film meanwhile."""
    rows = _read_customers()
    first = len(rows) * 3 // 5
    returned = [row for row in rows[:first:9] if row[OPEN] == "0"]
    yield [row | {OPEN: "1"} if row in returned else row for row in rows[:first]]
    for number in range(1, FILES):
        new = rows[first + _row_offset(rows[first:], number - 1) : first + _row_offset(rows[first:], number)]
        yield [*new, *returned[number - 1 :: FILES - 1]]


def _write_rows(file: Path, rows: Sequence[Row], end: datetime) -> None:
    """Write a file of customers, with their last rental in the present, which is `end`."""
    with file.open("w", encoding="utf-8", newline="") as written:
        writer = csv.DictWriter(written, rows[0].keys())
        writer.writeheader()
        for row in rows:
            last = to_present(last_rental(row), end)
            writer.writerow(row | {LAST: f"{last:%Y-%m-%d %H:%M:%S}"})


def _send(services: Services, account: Account, customers: ContactType, events: Sequence[DemoEvent]) -> None:
    for start in range(0, len(events), EVENTS_PER_WRITE):
        documents = [event.document for event in events[start : start + EVENTS_PER_WRITE]]
        parsed = parse_events(services.records.reader(), account, customers.id, documents)
        services.write(accept_events, account, customers.id, parsed)


def _row_offset(rows: list[Row], number: int) -> int:
    # Waves, so that some weeks have more new customers than others.
    return round(len(rows) * (number / (FILES - 1) + 0.04 * math.sin(math.pi * number * 6 / (FILES - 1))))


def _move_aside_or_delete(data: Path) -> Path | None:
    if not data.exists():
        return None
    if not any(data.iterdir()):
        data.rmdir()
        return None
    marker = data / MARKER
    if not marker.exists():
        raise Refused("demo_data_exists", data=str(data))
    if _was_changed(data, _made_at(marker)):
        renamed = data.with_name(f"{data.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}")
        data.rename(renamed)
        return renamed
    shutil.rmtree(data)
    return None


def _made_at(marker: Path) -> int | None:
    try:
        return int(json.loads(marker.read_text())["last_change"])
    except (ValueError, KeyError, TypeError):
        return None


def _was_changed(data: Path, made_at: int | None) -> bool:
    services = Services(Settings(data))
    try:
        services.open_columns()
        return last_change(services.records.reader()) != made_at
    except ProjectionInUse:
        raise Refused("demo_data_being_served", data=str(data)) from None
    finally:
        services.close()
