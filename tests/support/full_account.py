"""An account with one of everything: what the tests that cross all pages of the console need to open each of them."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.accounts.keys import create_key_pair
from tamis.actions.consent.subscriptions import set_states
from tamis.actions.consent.topics import create_topic
from tamis.actions.contacts.contact_edits import create_contact
from tamis.actions.events.accept import accept_events
from tamis.actions.events.catalogue import list_events
from tamis.actions.events.stated_events import parse_event
from tamis.actions.fields.field_conversion import edit_field_saving_lost_values, lost_files
from tamis.actions.fields.field_edits import FieldEdit
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.jobs.uploads import IncomingUpload
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.providers.effects import apply_reports, record_refusal
from tamis.actions.providers.registration import ProviderEdit, create_provider
from tamis.actions.segments.recipients import add_recipient, delete_recipient
from tamis.actions.segments.segments import SegmentEdit, create_segment, delete_segment, edit_segment
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.registration import WebhookEdit, create_webhook
from tamis.domain.consent.topics import Evidence, NewState, SubscriptionState
from tamis.domain.contacts.emails import parse_email
from tamis.domain.providers import ReceivingProvider, RefusalReason, RejectionReason, Reports, Service
from tamis.domain.segments.segments import recipient_id_of_contact
from tamis.domain.values.fields import Kind
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.users import fresh

NOWHERE: Mapping[str, str] = {
    "type_id": "987654",
    "field_id": "987655",
    "contact_id": "987656",
    "segment_id": "987657",
    "deleted_segment_id": "987663",
    "number": "987662",
    "recipient_id": str(recipient_id_of_contact(987657, 987656)),
    "import_id": "987658",
    "upload_id": "f" * 32,
    "work_id": "e" * 32,
    "webhook_id": "987659",
    "provider_id": "987664",
    "topic_id": "987665",
    "event_id": "987660",
    "property_id": "987661",
    "public_key": "pk_ffffffffffffffffffffffff",
    "name": "field-987654-987655-2026-01-01.lost.csv",
}
"""Ids like those of `FullAccount`, of things that do not exist."""


@dataclass(frozen=True, slots=True)
class FullAccount:
    """The created ids, by their names in the paths of the console, and the word in all texts."""

    ids: Mapping[str, str]
    word: str


def create_full_account(data: Path, email: str, word: str) -> FullAccount:
    """Give an account a type with fields, contacts, segments, an import, a waiting file and a key, all named `word`."""
    services = Services(Settings(data))
    try:
        return _create_full_account(services, email, word)
    finally:
        services.close()


def _create_full_account(services: Services, email: str, word: str) -> FullAccount:
    account = choose_account(services.records.reader(), email)
    made = services.write(create_type, account, f"{word} {fresh('type')}")
    colour = services.write(create_field, made, f"{word} colour", Kind.TEXT)
    for name, kind in (("Age", Kind.NUMBER), ("Born", Kind.DATE), ("Seen", Kind.DATETIME), ("Keen", Kind.BOOLEAN)):
        services.write(create_field, made, name, kind)
    services.write(create_field, made, f"{word} tags", Kind.CHOICES, (f"{word} a", f"{word} b"))
    values = {
        "first_name": word, "last_name": word, "city": word, "country": word, colour.key: f"{word} red", "age": "34",
        "born": "1990-02-03", "seen": "2026-03-04T05:06:07Z", "keen": "true",
    }  # fmt: skip
    first = services.write(create_contact, account, made, {"email": "ann@example.org", **values})
    second = services.write(
        create_contact, account, made, {"email": "bob@example.org", "first_name": word, "age": "40", colour.key: "none"}
    )
    choice = FieldEdit(kind=Kind.CHOICE, add_options=(f"{word} red", f"{word} blue"), clear_unconvertible=True)
    colour = edit_field_saving_lost_values(services, account, made, colour.key, choice).field
    (lost,) = lost_files(services, made, colour)
    grown = services.write(create_segment, account, made, f"{word} {fresh('grown')}", from_text("age >= 21"))
    services.write(edit_segment, account, grown.id, SegmentEdit(draft=from_text("age >= 18")))
    deleted = services.write(create_segment, account, made, f"{word} {fresh('lost')}", from_text("age >= 18"))
    services.write(delete_segment, account, deleted.id)
    rule = f'is in segment "{_quoted(grown.name)}" and {colour.key} is "{_quoted(f"{word} red")}" and not (age > 99)'
    services.write(create_segment, account, made, f"{word} {fresh('red')}", from_text(rule))
    added = parse_email("hand@example.org")
    assert added
    services.write(add_recipient, account, grown.id, added, word, word)
    services.write(delete_recipient, account, recipient_id_of_contact(grown.id, second.id))
    event_name = word[:200]
    stated = {"contact_id": first.id, "event": event_name, "properties": {event_name: word, "amount": 34}}
    (result,) = services.write(accept_events, account, made.id, [parse_event(stated, account.zone)])
    assert result.status == "accepted", result
    (event,) = list_events(services.records.reader(), account, made.id).catalogue.names
    event_property = list_events(services.records.reader(), account, made.id).catalogue.properties[0]
    topic = services.write(create_topic, made, f"{word} {fresh('topic')}", word)
    subscribed = [NewState(first.id, topic.id, SubscriptionState.SUBSCRIBED)]
    services.write(set_states, account, made, subscribed, Evidence(word[:90], word, word))
    keys = services.write(create_key_pair, account, word)
    wanted = WebhookEdit(f"https://{fresh('shop').replace(' ', '')}.example.com/", word[:200], ["entered"], [grown.id])
    webhook = services.write(create_webhook, account, AddressPolicy(), wanted)
    provider = services.write(create_provider, account, Service.BREVO, ProviderEdit(word[:200])).provider
    receiving = ReceivingProvider(provider.id, account.id, Service.BREVO, provider.description, "", False)
    services.write(apply_reports, receiving, Reports(ignored=3, rejected={RejectionReason.EMAIL_NOT_VALID: 2}))
    services.write(record_refusal, receiving, RefusalReason.CREDENTIAL_WRONG)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"{word.replace('/', '-')[:60]}.csv"
        cell = word.replace('"', '""')
        rows = f'cid@example.org,"{cell}",1,none\nnobody,"{cell}",2,\n'
        file.write_text(f'email,first_name,"{cell}",age\n{rows}', encoding="utf-8")
        options = ImportOptions(create_fields=True, bad_values={"age": BadValue.BLANK})
        report = import_file(services, account, made, file, options)
        with IncomingUpload(services, account, file.stat().st_size) as incoming:
            incoming.write(file.read_bytes())
            upload = incoming.keep(made, file.name)
    ids = {
        "type_id": made.id, "field_id": colour.id, "contact_id": first.id, "segment_id": grown.id,
        "deleted_segment_id": deleted.id, "number": 1,
        "recipient_id": recipient_id_of_contact(grown.id, first.id), "import_id": report.import_id,
        "upload_id": upload.id, "work_id": upload.id, "public_key": keys.public_key, "name": lost.name,
        "webhook_id": webhook.id, "provider_id": provider.id, "topic_id": topic.id, "event_id": event.id,
        "property_id": event_property.field.id,
    }  # fmt: skip
    return FullAccount({name: str(id_) for name, id_ in ids.items()}, word)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
