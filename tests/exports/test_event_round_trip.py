"""Events that are exported and imported again are the same, whatever their values are, and are repeated where they
are."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tamis.actions.events.accept import accept_events, parse_events
from tamis.actions.events.export import EventSelection, write_events
from tamis.actions.events.importing.options import EventImportOptions
from tamis.actions.events.importing.run import import_events
from tamis.actions.events.timeline import events_of_contact
from tamis.actions.fields.types import create_type
from tamis.actions.importing.sources import ContactFile
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.files.exports import Format
from tamis.domain.values.instants import EPOCH
from tamis.records import contacts
from tamis.settings import Settings
from tests.stores.workspace import Workspace, new_workspace
from tests.support.effort import examples

HOSTILE = (
    "=1+1", "'=1+1", "''@x", "＝1", "'", "'a", "''", '"', '""', '="a"', "'=\"a\"", "=TRUE", "=5", "a,b", "a\nb", "a\n",
    " a", "a ", "", " ", "7", "1.50", "-0", "007", "'007", "+1", "-5", "+49 123", "true", "FALSE", "NULL", "{}", "[1]",
    "2026-11-20", "1e5", "12345678901234567", "x" * 300,
)  # fmt: skip
NUMBERS = (0, 7, -3, 2**53 + 1, -(2**63) + 1, 59.9, 0.1 + 0.2, 1e-07, 1e22, -1.5e300, 5e-324)
TEXTS = st.sampled_from(HOSTILE) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
VALUES = TEXTS | st.sampled_from(NUMBERS) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
IDS = st.none() | st.sampled_from(["o1", "=o2", "'=o3", "007", "'007", "7"])
EVENTS = st.lists(
    st.fixed_dictionaries(
        {"seconds": st.integers(0, 10**9), "id": IDS, "properties": st.dictionaries(st.sampled_from("abc"), VALUES)}
    ),
    min_size=1,
    max_size=8,
)
EDGES = [{"seconds": n, "id": None, "properties": {"a": value}} for n, value in enumerate((*HOSTILE, *NUMBERS, True))]
NUMBER = count(1)


class Two:
    """Two contact types, in both of which is ann."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.services = workspace, workspace.services
        workspace.write(ann={})
        self.here = workspace.type
        self.there = self.services.write(create_type, workspace.account, "There")

    def send(self, name: str, events: list[dict[str, Any]]) -> None:
        def store(db: Any, now: Any) -> None:
            parsed = parse_events(db, self.workspace.account, self.here.id, items)
            accept_events(db, now, self.workspace.account, self.here.id, parsed)

        items = [
            {"email": "ann@example.org", "event": name, "properties": each["properties"], "id": each["id"],
             "at": (EPOCH + timedelta(seconds=each["seconds"])).isoformat()}
            for each in events
        ]  # fmt: skip
        self.services.write(store)

    def take(self, contact_type: ContactType, file: Path) -> tuple[int, int, int]:
        options = EventImportOptions(create_contacts=True)
        report = import_events(self.services, self.workspace.account, contact_type, ContactFile(file), options)
        return report.accepted, report.repeated, report.rejected

    def events(self, contact_type: ContactType, name: str) -> list[tuple[object, ...]]:
        """Return what is stored of events, with the types of values, by instant."""
        db = self.services.records.reader()
        ids = [id_ for id_, _ in contacts.emails_of_type(db, contact_type.id)]
        found = [each for id_ in ids for each in events_of_contact(db, contact_type, id_, names=[name])]
        return sorted((e.at, e.id, sorted((key, repr(raw)) for key, raw in e.properties.items())) for e in found)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    services = Services(Settings(tmp_path_factory.mktemp("two") / "data", columns_threads=1))
    yield Two(new_workspace(services))
    services.close()


@pytest.mark.parametrize("form", Format)
@settings(max_examples=examples(150, least=5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
@example(events=EDGES)
def test_exported_events_come_back_as_they_were(
    two: Two, tmp_path: Path, form: Format, events: list[dict[str, Any]]
) -> None:
    name = f"'=n{next(NUMBER)}"
    two.send(name, events)
    file = tmp_path / f"events.{form}"
    number = write_events(two.services, two.here, file, form, EventSelection([name]))
    assert two.take(two.here, file) == (0, number, 0)
    assert two.take(two.there, file) == (number, 0, 0)
    assert two.events(two.there, name) == two.events(two.here, name)
