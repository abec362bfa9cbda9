"""Entries of the audit log: who did what, when. They contain no values of contacts and no emails of contacts, so that
nothing in the log has to be erased when a contact is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tamis.domain.accounts.actors import Actor
from tamis.domain.accounts.users import User
from tamis.domain.consent.topics import Topic
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.events.events import EventName, EventProperty
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Field

Detail = str | int | bool | None
BEYOND_LAST = (1 << 63) - 1
"""An id above those of all entries."""


class AuditAction(StrEnum):
    """What was done: the kind of the subject, and what happened to it."""

    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_DELETED = "account.deleted"
    PASSWORD_CHANGED = "password.changed"
    PASSWORD_LINK_CREATED = "password_link.created"
    CODES_ENABLED = "codes.enabled"
    CODES_DISABLED = "codes.disabled"
    RECOVERY_CODE_USED = "recovery_code.used"
    RECOVERY_CODES_REPLACED = "recovery_codes.replaced"
    USER_INVITED = "user.invited"
    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    USER_REMOVED = "user.removed"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    KEY_CREATED = "key.created"
    KEY_RENAMED = "key.renamed"
    KEY_REVOKED = "key.revoked"
    CONTACT_TYPE_CREATED = "contact_type.created"
    CONTACT_TYPE_RENAMED = "contact_type.renamed"
    CONTACT_TYPE_DELETED = "contact_type.deleted"
    FIELD_CREATED = "field.created"
    FIELD_CHANGED = "field.changed"
    FIELD_DELETED = "field.deleted"
    SEGMENT_CREATED = "segment.created"
    SEGMENT_CHANGED = "segment.changed"
    SEGMENT_DELETED = "segment.deleted"
    SEGMENT_RESTORED = "segment.restored"
    SEGMENT_PURGED = "segment.purged"
    MEMBER_ADDED = "member.added"
    MEMBER_EXCLUDED = "member.excluded"
    MEMBER_RESTORED = "member.restored"
    CONTACT_DELETED = "contact.deleted"
    CONTACTS_PURGED = "contacts.purged"
    CONTACT_FORGOTTEN = "contact.forgotten"
    EMAIL_ALLOWED = "email.allowed"
    EMAILS_SUPPRESSED = "suppression.added"
    SUPPRESSION_LIFTED = "suppression.lifted"
    TOPIC_CREATED = "topic.created"
    TOPIC_CHANGED = "topic.changed"
    TOPIC_DELETED = "topic.deleted"
    SUBSCRIPTIONS_CHANGED = "subscription.changed"
    BATCH_WRITTEN = "batch.written"
    IMPORT_STARTED = "import.started"
    IMPORT_FINISHED = "import.finished"
    IMPORT_FAILED = "import.failed"
    IMPORT_UNDONE = "import.undone"
    EVENT_CHANGED = "event.changed"
    EVENT_PROPERTY_CHANGED = "event_property.changed"
    EVENTS_EXPIRED = "event.expired"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_DELETED = "webhook.deleted"
    WEBHOOK_DISABLED = "webhook.disabled"
    WEBHOOK_REPLAYED = "webhook.replayed"
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated"
    PROVIDER_CREATED = "provider.created"
    PROVIDER_CHANGED = "provider.changed"
    PROVIDER_DELETED = "provider.deleted"
    PROVIDER_TOKEN_ROTATED = "provider.token_rotated"

    @property
    def words(self) -> str:
        """The action for people, such as "Contact type created"."""
        if self in _WORDS:
            return _WORDS[self]
        subject, _, verb = self.value.partition(".")
        return f"{subject} {verb}".replace("_", " ").capitalize()


_WORDS = {
    AuditAction.ACCOUNT_CHANGED: "Account updated",
    AuditAction.PASSWORD_LINK_CREATED: "Link to set a password created",
    AuditAction.CODES_ENABLED: "Two-step sign-in turned on",
    AuditAction.CODES_DISABLED: "Two-step sign-in turned off",
    AuditAction.RECOVERY_CODES_REPLACED: "New recovery codes created",
    AuditAction.USER_CHANGED: "Role changed",
    AuditAction.KEY_CREATED: "Key pair created",
    AuditAction.KEY_RENAMED: "Key pair renamed",
    AuditAction.KEY_REVOKED: "Key pair revoked",
    AuditAction.FIELD_CHANGED: "Field updated",
    AuditAction.SEGMENT_CHANGED: "Segment updated",
    AuditAction.MEMBER_ADDED: "Member added manually",
    AuditAction.MEMBER_RESTORED: "Exclusion undone",
    AuditAction.EMAIL_ALLOWED: "Forgotten email allowed again",
    AuditAction.EMAILS_SUPPRESSED: "Emails suppressed",
    AuditAction.TOPIC_CHANGED: "Topic updated",
    AuditAction.SUBSCRIPTIONS_CHANGED: "Subscriptions updated",
    AuditAction.EVENTS_EXPIRED: "Old events removed",
    AuditAction.BATCH_WRITTEN: "Batch of contacts saved",
    AuditAction.WEBHOOK_CHANGED: "Webhook updated",
    AuditAction.PROVIDER_CREATED: "Provider added",
    AuditAction.PROVIDER_CHANGED: "Provider updated",
    AuditAction.PROVIDER_TOKEN_ROTATED: "New URL for a provider",
}
"""Actions whose words do not follow from their names."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action was done to; its name is what people called it then, empty for contacts. The names of accounts
    and users, their emails, are looked up when an entry is read."""

    kind: str
    id: int | str
    name: str = ""


def user_subject(user: User) -> Subject:
    """Return a user as a subject."""
    return Subject("user", user.id, user.email)


def segment_subject(segment: Segment) -> Subject:
    """Return a segment as a subject."""
    return Subject("segment", segment.id, segment.name)


def type_subject(contact_type: ContactType) -> Subject:
    """Return a contact type as a subject."""
    return Subject("contact_type", contact_type.id, contact_type.name)


def field_subject(field: Field) -> Subject:
    """Return a field as a subject."""
    return Subject("field", field.id, field.name)


def topic_subject(topic: Topic) -> Subject:
    """Return a topic as a subject."""
    return Subject("topic", topic.id, topic.name)


def event_name_subject(name: EventName) -> Subject:
    """Return an event name as a subject."""
    return Subject("event", name.id, name.name)


def event_property_subject(shown: EventProperty) -> Subject:
    """Return a property of events as a subject."""
    return Subject("event_property", shown.field.id, shown.field.name)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry of the audit log."""

    id: int
    at: datetime
    actor: Actor
    action: AuditAction
    subject: Subject
    details: Mapping[str, Detail]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of an account are wanted; None is any."""

    action: AuditAction | None = None
    actor_id: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """The instant before which entries are wanted."""
    text: str | None = None
    """What the name or id of the actor or the subject contains, or the action, in any case."""
