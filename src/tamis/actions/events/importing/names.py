"""The names and properties of the events of a file: known ones are found in the catalogue, new ones are added to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tamis.actions.events.catalogue_growth import GrowingCatalogue
from tamis.actions.events.importing.mapping import EventColumnMap
from tamis.actions.events.importing.options import EventImportOptions
from tamis.actions.events.importing.store import StoredName
from tamis.actions.events.retention import kept_since
from tamis.actions.events.stated_events import property_key
from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Message, Problem
from tamis.domain.events.events import MAX_PROPERTIES_SIZE, EventName
from tamis.domain.files.import_reports import ImportedName, ImportedProperty
from tamis.domain.inference.majority import is_great_majority
from tamis.domain.values.dates import format_day
from tamis.domain.values.fields import Field, Kind
from tamis.domain.values.instants import day_of, to_micros
from tamis.records.events.catalogue import catalogue_of_type
from tamis.records.handles import Transaction
from tamis.staging.events import properties, rows
from tamis.staging.events.properties import PropertySource, PropertyValues
from tamis.staging.events.rows import NameInFile
from tamis.staging.handle import StagingDatabase


@dataclass(frozen=True, slots=True)
class PreparedName:
    """A name of the events of a file as it is stored, with the columns of its properties by their ids."""

    in_file: NameInFile
    stored: StoredName
    columns: Mapping[int, PropertySource]
    shown: ImportedName


@dataclass(frozen=True, slots=True)
class _FoundProperty:
    """A property of an event name in a file: its column, and its kind if it is new."""

    source: PropertySource
    values: PropertyValues
    kind: Kind


@dataclass(frozen=True, slots=True)
class _CataloguedName:
    """A name as it is in the catalogue, None while it is only in a dry run, with its properties by key."""

    name: EventName | None
    fields: Mapping[str, Field]
    new: frozenset[str]


_Found = dict[str, _FoundProperty]


def prepare_names(
    services: Services,
    account: Account,
    contact_type: ContactType,
    staging: StagingDatabase,
    columns: EventColumnMap,
    sources: Sequence[PropertySource],
    options: EventImportOptions,
) -> list[PreparedName]:
    """Find the names and properties of the staged events, or add them to the catalogue. Raises Invalid if there would
    be too many."""
    names = rows.staged_names(staging)
    found: dict[int, _Found] = {each.number: {} for each in names}
    for source in sources:
        for values in properties.survey_values(staging, source):
            found[values.name_number][property_key(source.name)] = _FoundProperty(source, values, _kind(values))
    if options.dry_run:
        catalogued = _find(services, contact_type, names, found)
    else:
        catalogued = services.write(_add, account, contact_type, names, found)
    prepared = []
    now = services.clock()
    for each, known in zip(names, catalogued, strict=True):
        by_id = {known.fields[key].id: found[each.number][key].source for key in found[each.number]}
        if known.name and known.name.keep:
            since = kept_since(known.name.keep, now, account.zone)
            day = format_day(day_of(since, account.zone))
            reason = Message("event_older_than_kept", before=day, event=each.name, keep=str(known.name.keep))
            rows.reject_before(staging, columns.at, each.number, to_micros(since), options.words.render(reason))
        if sum(values.longest + 20 for values in (p.values for p in found[each.number].values())) > MAX_PROPERTIES_SIZE:
            reason = Message("event_properties_too_large", most=MAX_PROPERTIES_SIZE)
            position = next(iter(by_id.values())).position
            rows.reject_larger(staging, position, each.number, by_id, MAX_PROPERTIES_SIZE, options.words.render(reason))
        prepared.append(_prepared(contact_type, each, known, found[each.number], by_id))
    return prepared


def _prepared(
    contact_type: ContactType,
    in_file: NameInFile,
    known: _CataloguedName,
    found: _Found,
    by_id: Mapping[int, PropertySource],
) -> PreparedName:
    suspect = {
        known.fields[key].id: known.fields[key].kind
        for key, each in found.items()
        if _may_be_unreadable(known.fields[key].kind, each.values)
    }
    shown = tuple(ImportedProperty(key, known.fields[key].kind, key in known.new) for key in found)
    stored = StoredName(contact_type.id, known.name.id if known.name else None, suspect)
    is_new = known.name is None or known.name.count == 0
    return PreparedName(in_file, stored, by_id, ImportedName(in_file.name, in_file.rows, is_new, shown))


def _may_be_unreadable(kind: Kind, values: PropertyValues) -> bool:
    return kind is not Kind.TEXT and values.counts.get(kind, 0) < values.filled


def _kind(values: PropertyValues) -> Kind:
    """Return the kind of a property that is new: that of the great majority of its values, else text."""
    kinds = (kind for kind, count in values.counts.items() if is_great_majority(count, values.filled, 0))
    return next(kinds, Kind.TEXT)


def _find(
    services: Services, contact_type: ContactType, names: Sequence[NameInFile], found: Mapping[int, _Found]
) -> list[_CataloguedName]:
    """Find names and properties without adding any: new ones get ids that no other has."""
    known = catalogue_of_type(services.records.reader(), contact_type.id)
    catalogued = []
    for each in names:
        name = known.find(each.name)
        present = {field.key: field for field in known.properties_of(name.id).fields} if name else {}
        new = [key for key in found[each.number] if key not in present]
        last = max((field.id for field in present.values()), default=0)
        added = {key: Field(last + number, key, key, found[each.number][key].kind) for number, key in enumerate(new, 1)}
        catalogued.append(_CataloguedName(name, {**present, **added}, frozenset(new)))
    return catalogued


def _add(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    names: Sequence[NameInFile],
    found: Mapping[int, _Found],
) -> list[_CataloguedName]:
    type_by_id(db, account, contact_type.id)
    catalogue = GrowingCatalogue(db, now, contact_type)
    catalogued = []
    for each in names:
        name = catalogue.name(each.name)
        if isinstance(name, Problem):
            raise Invalid([name])
        present = catalogue.properties(name)
        new = {key: (p.source.name.strip(), p.kind) for key, p in found[each.number].items() if key not in present}
        if problem := catalogue.add_properties(name, new):
            raise Invalid([problem])
        catalogued.append(_CataloguedName(name, dict(catalogue.properties(name)), frozenset(new)))
    return catalogued
