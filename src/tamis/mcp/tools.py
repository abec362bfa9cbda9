"""The tools: each opens a client, calls the API, and answers with plain JSON."""

import difflib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any, TypeVar

import msgspec
from pydantic import Field

from tamis.client import Tamis
from tamis.client.models.account import ContactType
from tamis.client.models.account import Field as ContactField
from tamis.client.models.contacts import Contact
from tamis.client.models.segments import RulePart, Segment
from tamis.client.models.topics import Topic
from tamis.domain.contacts.masking import masked_email
from tamis.domain.values.fields import Kind
from tamis.mcp.privacy import ShownContacts, shown_values
from tamis.mcp.rule_guide import operators_of

Answer = dict[str, Any]
Named = TypeVar("Named", ContactType, Segment)
OpenClient = Callable[[], AbstractContextManager[Tamis]]
TypeReference = Annotated[int | str, Field(description="ID or name of a contact type, see list_contact_types.")]
SegmentReference = Annotated[int | str, Field(description="ID or name of a segment, see list_segments.")]
RuleText = Annotated[str, Field(description="A rule as text.")]
MAX_PAGE = 200


class NotFoundByName(Exception):
    """No object, or several, has the name that an assistant gave; the text says which there are."""


class Tools:
    """The tools that read; the methods are what assistants call, with their docstrings as descriptions."""

    def __init__(self, open_client: OpenClient, shown: ShownContacts) -> None:
        self._open = open_client
        self._shown = shown

    def list_contact_types(self) -> Answer:
        """List the contact types. Each has its own fields, contacts and segments; most other tools need one."""
        with self._open() as client:
            return {"contact_types": [{"id": found.id, "name": found.name} for found in client.contact_types.list()]}

    def list_fields(self, contact_type: TypeReference) -> Answer:
        """List the fields of a contact type with their keys, kinds and options, its topics with the number of
        subscribers, and how the operators of each kind are written in a rule."""
        with self._open() as client:
            found = find_type(client, contact_type)
            fields = list(client.fields.list(found.id))
            topics = list(client.topics.list(found.id))
        kinds = [kind for kind in Kind if any(field.kind == kind for field in fields)]
        return {
            "contact_type": {"id": found.id, "name": found.name},
            "fields": [_field(field) for field in fields],
            "operators": {kind.value: operators_of(kind) for kind in kinds},
            "segment_operators": ['is in segment "Name"', 'is not in segment "Name"'],
            "topics": [_plain_topic(topic) for topic in topics],
            "topic_operators": ['is subscribed to "Name"', 'is not subscribed to "Name"'],
        }

    def list_segments(self, contact_type: TypeReference | None = None) -> Answer:
        """List the segments with their sizes and their rules in words."""
        with self._open() as client:
            type_id = None if contact_type is None else find_type(client, contact_type).id
            found = list(client.segments.list(type_id))
        keys = ("id", "name", "contact_type_id", "count", "sentence")
        return {"segments": [{key: getattr(segment, key) for key in keys} for segment in found]}

    def get_segment(self, segment: SegmentReference) -> Answer:
        """Return a segment with its rule as text, JSON and words, its size, and its version (`etag`)."""
        with self._open() as client:
            return _plain(find_segment(client, segment))

    def preview_rule(self, contact_type: TypeReference, rule: RuleText) -> Answer:
        """Count the contacts that a rule selects, in total and by each of its parts, without saving anything."""
        with self._open() as client:
            type_id = find_type(client, contact_type).id
            preview = client.segments.preview(type_id, rule)
            answer = _plain(preview)
            del answer["sample"]
            if self._shown is not ShownContacts.NONE:
                kinds = self._kinds(client, type_id)
                answer["sample"] = [self._contact(contact, kinds) for contact in preview.sample]
        return answer

    def list_members(
        self,
        segment: SegmentReference,
        limit: Annotated[int, Field(ge=1, le=MAX_PAGE, description="How many members at most.")] = 50,
        cursor: Annotated[str | None, Field(description="next_cursor of the page before.")] = None,
        fields: Annotated[list[str] | None, Field(description="Keys of fields to show; all if omitted.")] = None,
    ) -> Answer:
        """List a page of the members of a segment. Unless this server shows contacts, members are IDs only."""
        with self._open() as client:
            found = find_segment(client, segment)
            page = client.segments.members(found.id, fields=fields, page_size=limit, cursor=cursor).page()
            kinds = {} if self._shown is ShownContacts.NONE else self._kinds(client, found.contact_type_id)
        members = [
            {
                "contact_id": member.contact_id,
                **self._email(member.email),
                **({"suppressed": True} if member.suppressed else {}),
                **({"fields": values} if (values := shown_values(member.fields, kinds, self._shown)) else {}),
            }
            for member in page.data
        ]
        return {"count": found.count, "members": members, "next_cursor": page.next_cursor}

    def explain_member(
        self,
        segment: SegmentReference,
        email: Annotated[str | None, Field(description="Email of the contact.")] = None,
        contact_id: Annotated[int | None, Field(description="ID of the contact, instead of the email.")] = None,
    ) -> Answer:
        """Explain why a contact is, or is not, in a segment: which parts of the rule hold for it."""
        with self._open() as client:
            found = find_segment(client, segment)
            if email is None:
                if contact_id is None:
                    raise NotFoundByName("Give the email or the contact_id of a contact.")
                email = client.contacts.get_by_id(contact_id).email
            explanation = client.segments.explain(found.id, email)
        answer = _plain(explanation)
        del answer["email"]
        answer |= self._email(explanation.email)
        if explanation.rule:
            answer["rule"] = self._part(explanation.rule)
        return answer

    def compare_segments(self, segments: Annotated[list[int | str], Field(min_length=2, max_length=20)]) -> Answer:
        """Count the members that 2 to 20 segments of one contact type have in common, and that only one of them has."""
        with self._open() as client:
            return _plain(client.segments.overlap([find_segment(client, segment).id for segment in segments]))

    def segment_history(self, segment: SegmentReference, days: Annotated[int, Field(ge=1, le=366)] = 30) -> Answer:
        """Return the size of a segment on each of the last days, and how many entered and left."""
        with self._open() as client:
            return _plain(client.segments.history(find_segment(client, segment).id, days=days))

    def forecast_segment(self, segment: SegmentReference, days: Annotated[int, Field(ge=1, le=366)] = 7) -> Answer:
        """Return how many contacts will enter and leave a segment on each of the next days as time passes."""
        with self._open() as client:
            return _plain(client.segments.forecast(find_segment(client, segment).id, days=days))

    def plan_segment_change(self, segment: SegmentReference, rule: RuleText) -> Answer:
        """Return how many contacts would enter and leave a segment with another rule, without changing it. Call this
        before update_segment."""
        with self._open() as client:
            found = find_segment(client, segment)
            plan = client.segments.dry_run(found.id, rule)
            answer = {**_plain(plan), "etag": found.etag}
            del answer["sample"]
            if self._shown is not ShownContacts.NONE:
                kinds = self._kinds(client, found.contact_type_id)
                for name in ("entering", "leaving"):
                    answer[f"{name}_sample"] = [self._contact(one, kinds) for one in getattr(plan.sample, name)]
        return answer

    def _kinds(self, client: Tamis, type_id: int) -> dict[str, str]:
        return {field.key: field.kind for field in client.fields.list(type_id)}

    def _contact(self, contact: Contact, kinds: dict[str, str]) -> Answer:
        values = shown_values(contact.fields, kinds, self._shown)
        return {"contact_id": contact.id, **self._email(contact.email), "fields": values}

    def _email(self, email: str) -> Answer:
        match self._shown:
            case ShownContacts.NONE:
                return {}
            case ShownContacts.MASKED:
                return {"email": masked_email(email)}
        return {"email": email}

    def _part(self, part: RulePart) -> Answer:
        """Return a part of a rule; the contact's value only if all is shown: a part does not say its field's kind."""
        answer: Answer = {"text": part.text, "holds": part.holds}
        if self._shown is ShownContacts.FULL and part.kind == "condition":
            answer["value"] = part.value
        if part.parts:
            answer |= {"kind": part.kind, "parts": [self._part(inner) for inner in part.parts]}
        return answer


def _plain_topic(topic: Topic) -> Answer:
    return {"id": topic.id, "name": topic.name, "description": topic.description, "subscribed": topic.subscribed}


class WriteTools:
    """The tools that write."""

    def __init__(self, open_client: OpenClient) -> None:
        self._open = open_client

    def create_segment(
        self,
        contact_type: TypeReference,
        name: Annotated[str, Field(description="A new name.")],
        rule: RuleText,
        description: Annotated[str | None, Field(description="What the segment is for.")] = None,
    ) -> Answer:
        """Create a segment. Call preview_rule first, and tell the person which contacts it would select."""
        with self._open() as client:
            type_id = find_type(client, contact_type).id
            made = client.segments.create(type_id, name, rule, description=description or msgspec.UNSET)
            return _plain(made)

    def update_segment(
        self,
        segment: SegmentReference,
        name: Annotated[str | None, Field(description="A new name, if it should change.")] = None,
        rule: Annotated[str | None, Field(description="A new rule as text, if it should change.")] = None,
        description: Annotated[str | None, Field(description="A new description, if it should change.")] = None,
        etag: Annotated[str | None, Field(description="The version that you have seen; others are refused.")] = None,
    ) -> Answer:
        """Change the name, the rule or the description of a segment. Call plan_segment_change before you change a rule,
        tell the person who would enter and leave, and pass its etag."""
        with self._open() as client:
            changed = client.segments.update(
                find_segment(client, segment).id,
                name=msgspec.UNSET if name is None else name,
                rule=msgspec.UNSET if rule is None else rule,
                description=msgspec.UNSET if description is None else description,
                if_match=etag,
            )
            return _plain(changed)


def find_type(client: Tamis, reference: int | str) -> ContactType:
    """Return a contact type by its id or name; raises NotFoundByName."""
    return _find(list(client.contact_types.list()), reference, "contact type")


def find_segment(client: Tamis, reference: int | str) -> Segment:
    """Return a segment by its id or name, with its entity tag; raises NotFoundByName, for an unknown id ApiError."""
    if isinstance(reference, str) and not reference.strip().isdigit():
        reference = _find(list(client.segments.list()), reference, "segment").id
    return client.segments.get(int(reference))


def _find(all_of_them: Sequence[Named], reference: int | str, kind: str) -> Named:
    wanted = str(reference).strip().casefold()
    found = [one for one in all_of_them if wanted in (str(one.id), one.name.casefold())]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFoundByName(f"Several have the name {reference!r}; use one of the IDs {[one.id for one in found]}.")
    close = difflib.get_close_matches(str(reference), [one.name for one in all_of_them], n=5, cutoff=0.4)
    advice = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    raise NotFoundByName(f"There is no {kind} {reference!r}.{advice} list_{kind.replace(' ', '_')}s lists them all.")


def _field(field: ContactField) -> Answer:
    shown: Answer = {"key": field.key, "name": field.name, "kind": field.kind}
    return shown | {"options": list(field.options)} if field.options else shown


def _plain(answer: msgspec.Struct) -> Answer:
    plain: Answer = msgspec.to_builtins(answer)
    return plain
