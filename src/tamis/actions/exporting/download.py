"""Export a segment, or some contacts, to whoever looks at them in a browser."""

from dataclasses import dataclass
from typing import BinaryIO

from tamis.actions.contacts.contact_list import ContactFilter, filter_rule
from tamis.actions.exporting.directories import export_directory, export_file
from tamis.actions.exporting.write import write_export
from tamis.actions.services import Services
from tamis.domain.accounts import Account
from tamis.domain.contacts import ContactType
from tamis.domain.exports import Export, OutputOptions
from tamis.rules.syntaxes.json import to_json


@dataclass(frozen=True, slots=True)
class Download:
    """A finished file, open for reading, and how many rows and bytes it has. It has no name any more: it is gone when
    it is closed, also where nobody reads it to its end."""

    file: BinaryIO
    rows: int
    bytes: int


def segment_download(services: Services, account: Account, segment_id: int, layout: OutputOptions) -> Download:
    """Export a segment; raises NotFound and Unavailable."""
    return _download(services, Export(account.id, layout, segment_id=segment_id))


def contacts_download(
    services: Services,
    account: Account,
    contact_type: ContactType,
    contact_filter: ContactFilter,
    layout: OutputOptions,
) -> Download:
    """Export the contacts of a type that are looked at; raises NotFound, Invalid and Unavailable."""
    rule = filter_rule(services.records.reader(), contact_type, contact_filter)
    return _download(
        services, Export(account.id, layout, type_id=contact_type.id, rule=None if rule is None else to_json(rule))
    )


def _download(services: Services, wanted: Export) -> Download:
    with export_directory(services.settings.data) as place:
        rows = write_export(services, wanted, place.name)
        made = export_file(place)
        return Download(made.open("rb"), rows, made.stat().st_size)
