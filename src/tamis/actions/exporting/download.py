"""Exports of a segment or of listed contacts as downloads in the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from tamis.actions.contacts.contact_list import ContactFilter, filter_rule
from tamis.actions.exporting.directories import export_directory, export_file
from tamis.actions.exporting.write import write_export
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.files.exports import Export, OutputOptions
from tamis.rules.syntaxes.json import to_json


@dataclass(frozen=True, slots=True)
class Download:
    """A finished file, open for reading, and its numbers of rows and bytes. The file is already unlinked, so closing it
    deletes it even if nobody reads it to the end."""

    file: BinaryIO
    rows: int
    bytes: int


def segment_download(
    services: Services,
    account: Account,
    segment_id: int,
    layout: OutputOptions,
    fields: Sequence[str] | None = None,
    *,
    mailable: bool = False,
) -> Download:
    """Export a segment with some fields, given by their keys, or with all; with `mailable`, only recipients that may be
    mailed. Raises NotFound, Invalid and Unavailable."""
    chosen = None if fields is None else tuple(fields)
    return _download(services, Export(account.id, layout, segment_id=segment_id, fields=chosen, mailable=mailable))


def contacts_download(
    services: Services,
    account: Account,
    contact_type: ContactType,
    contact_filter: ContactFilter,
    layout: OutputOptions,
) -> Download:
    """Export the contacts of a type that match a filter; raises NotFound, Invalid and Unavailable."""
    rule = filter_rule(services.records.reader(), contact_type, contact_filter)
    return _download(
        services, Export(account.id, layout, type_id=contact_type.id, rule=None if rule is None else to_json(rule))
    )


def _download(services: Services, export: Export) -> Download:
    with export_directory(services.settings.data) as directory:
        rows = write_export(services, export, directory.name)
        file = export_file(directory)
        return Download(file.open("rb"), rows, file.stat().st_size)
