"""A contact type into which files are imported."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contacts import show_contact
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions, ImportReport
from tamis.actions.importing.run import import_file
from tamis.actions.segments.segments import count_rule
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.fields import FieldSet, Value
from tamis.records import types
from tamis.records.change_log import last_change
from tamis.rules.build import build
from tamis.rules.syntaxes.json import to_json
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.templates import copy_of

CREATE = ImportOptions(create_fields=True)


@dataclass
class Workspace:
    """A contact type into which files are imported."""

    services: Services
    account: Account
    type: ContactType
    directory: Path

    def file(self, content: str | bytes, name: str = "people.csv") -> Path:
        """Write a file."""
        path = self.directory / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def take(self, content: str | bytes | Path, options: ImportOptions = CREATE) -> ImportReport:
        """Import a file, or the content of one."""
        path = content if isinstance(content, Path) else self.file(content)
        return import_file(self.services, self.account, self.type, path, options)

    def count(self, rule: str) -> int:
        """Count the contacts that a rule selects."""
        return count_rule(self.services, self.account.id, self.type.id, to_json(build(from_text(rule), self.fields)))

    @property
    def fields(self) -> FieldSet:
        """The fields of the type, as they are now."""
        return types.fields_of_type(self.services.records.reader(), self.type.id)

    def values(self, email: str) -> dict[str, Value]:
        """Return the values of a contact by the key of their field."""
        found = show_contact(self.services.records.reader(), self.services.clock(), self.account, self.type, email)
        return {found.fields.by_id[key].key: value for key, value in found.contact.values.items()}

    @property
    def changes(self) -> int:
        """The number of the last change."""
        return last_change(self.services.records.reader())


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    copy_of(_make, tmp_path / "data")
    services = Services(Settings(tmp_path / "data"))
    account, _ = services.write(create_account, "owner@example.org", "Asia/Dhaka", None)
    yield Workspace(services, account, services.write(create_type, account, "People"), tmp_path)
    services.close()


def _make(directory: Path) -> None:
    services = Services(Settings(directory))
    services.project()
    services.close()
