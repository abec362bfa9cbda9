"""§ Exact under edits: fields and segments are changed in any order with contacts and manual overrides, and the columns
follow.

The columns are looked at now and then only, and follow in steps of any size, so that what they read of the records is
often newer than the changes that they follow.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tamis.actions import projection
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.fields.fields import delete_field
from tamis.actions.segments.membership import external_membership, membership
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import SegmentEdit, create_segment, delete_segment, edit_segment
from tamis.actions.services import Services
from tamis.domain.contacts.emails import Email
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Field, Kind
from tamis.records import contacts
from tamis.records.engine.sql import each
from tamis.records.segments import externals
from tamis.rules.syntaxes.draft import Draft
from tamis.rules.syntaxes.json import from_json
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.settings import Settings
from tests.stores.workspace import EVERYONE, Workspace, new_workspace
from tests.support.effort import examples

NAMES = st.sampled_from([f"p{number}" for number in range(8)])
TEXTS = st.sampled_from(["1", "2", "3", "4"])
KEYS = st.sampled_from(["some", "other"])
CONDITIONS: dict[Kind, list[tuple[str, int]]] = {
    Kind.TEXT: [("is", 1), ("is not", 1), ("is blank", 0)],
    Kind.NUMBER: [("is greater than", 1), ("is not", 1), ("is blank", 0)],
    Kind.CHOICE: [("is one of", 2), ("is not", 1), ("is not blank", 0)],
    Kind.CHOICES: [("includes any of", 1), ("includes none of", 2), ("includes all of", 2), ("is blank", 0)],
}


class Edits(RuleBasedStateMachine):
    """Two fields of changing kinds, segments over them and over each other, and manual overrides."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="tamis-"))
        self.workspace: Workspace = new_workspace(Services(Settings(self.directory, columns_threads=1)))
        self.live: list[Segment] = []
        self.made = 0

    def teardown(self) -> None:
        projection.CONTACTS_PER_BATCH = 200_000
        self.look()
        self.workspace.services.close()
        shutil.rmtree(self.directory)

    @initialize()
    def begin(self) -> None:
        self.workspace.field("Some", Kind.TEXT)
        self.workspace.field("Other", Kind.CHOICES, "1", "2", "3", "4")

    @rule(size=st.sampled_from([1, 2, 5, 100_000]))
    def project_in_steps(self, size: int) -> None:
        projection.CONTACTS_PER_BATCH = size

    @rule(people=st.dictionaries(NAMES, st.dictionaries(KEYS, st.lists(TEXTS, min_size=1, max_size=2)), min_size=1))
    def write_contacts(self, people: dict[str, dict[str, list[str]]]) -> None:
        fields = self.workspace.fields
        self.workspace.write(
            **{
                name: {
                    key: "; ".join(texts) if fields.by_key[key].kind is Kind.CHOICES else texts[0]
                    for key, texts in given.items()
                    if self.fits(fields.by_key.get(key), texts)
                }
                for name, given in people.items()
            }
        )

    @staticmethod
    def fits(field: Field | None, texts: list[str]) -> bool:
        return field is not None and (not field.kind.has_options or set(texts) <= set(field.options))

    @rule(name=NAMES)
    def delete_contact(self, name: str) -> None:
        try:
            self.workspace.services.write(
                delete_contact, self.workspace.account, self.workspace.type, f"{name}@example.org"
            )
        except NotFound:
            return

    # -- fields --------------------------------------------------------------------------------------------------------

    @rule(key=KEYS, kind=st.sampled_from(list(CONDITIONS)))
    def change_a_kind(self, key: str, kind: Kind) -> None:
        field = self.workspace.fields.by_key.get(key)
        if field:
            more = ["1", "2", "3", "4"] if kind.has_options and not field.kind.has_options else []
            self.may_be_refused(lambda: self.workspace.edit(key, kind=kind, add_options=more))

    @rule(key=KEYS, option=TEXTS, delete=st.booleans())
    def change_options(self, key: str, option: str, delete: bool) -> None:
        field = self.workspace.fields.by_key.get(key)
        if field and field.kind.has_options:
            change = {"delete_options": [option]} if delete else {"add_options": [option]}
            self.may_be_refused(lambda: self.workspace.edit(key, **change))

    @rule(key=KEYS)
    def delete_a_field_or_make_it_again(self, key: str) -> None:
        if key in self.workspace.fields.by_key:
            self.may_be_refused(lambda: self.workspace.services.write(delete_field, self.workspace.type, key))
        else:
            self.workspace.field(key.capitalize(), Kind.NUMBER)

    def may_be_refused(self, change: Any) -> bool:
        try:
            change()
        except (Refused, Invalid):
            return False
        return True

    # -- segments ------------------------------------------------------------------------------------------------------

    def draft(self, data: st.DataObject) -> Draft | None:
        """A rule over the fields as they are now, and over the segments that there are."""
        fields = [field for key in ("some", "other") if (field := self.workspace.fields.by_key.get(key))]
        parts: list[dict[str, Any]] = []
        for _ in range(data.draw(st.integers(1, 3))):
            others = self.live if data.draw(st.booleans()) else []
            if others:
                operator = data.draw(st.sampled_from(["is in segment", "is not in segment"]))
                parts.append({"operator": operator, "values": [data.draw(st.sampled_from(others)).name]})
            elif fields:
                field = data.draw(st.sampled_from(fields))
                operator, count = data.draw(st.sampled_from(CONDITIONS[field.kind]))
                known = st.sampled_from(field.options or ("1", "2", "3", "4"))
                values = [data.draw(known) for _ in range(count)]
                parts.append({"field": field.id, "operator": operator, "values": values})
        join = data.draw(st.sampled_from(["all", "any"]))
        return from_json(json.dumps({join: parts} if parts else None))

    @precondition(lambda self: len(self.live) < 5)
    @rule(data=st.data())
    def make_segment(self, data: st.DataObject) -> None:
        self.made += 1
        workspace = self.workspace
        made = workspace.services.write(
            create_segment, workspace.account, workspace.type, f"s{self.made}", self.draft(data)
        )
        self.live.append(made)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def edit_segment(self, data: st.DataObject) -> None:
        segment = data.draw(st.sampled_from(self.live))
        services, edit = self.workspace.services, SegmentEdit(draft=self.draft(data))
        self.may_be_refused(lambda: services.write(edit_segment, self.workspace.account, segment.id, edit))

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def delete_segment(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.live))
        if self.may_be_refused(lambda: self.workspace.services.write(delete_segment, self.workspace.account, gone.id)):
            self.live.remove(gone)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), name=NAMES)
    def include_recipient(self, data: st.DataObject, name: str) -> None:
        segment, email = data.draw(st.sampled_from(self.live)), Email(f"{name}@example.org", f"{name}@example.org")
        services, account = self.workspace.services, self.workspace.account
        self.may_be_refused(lambda: services.write(add_recipient, account, segment.id, email, "By", "Hand"))

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def exclude_recipient(self, data: st.DataObject) -> None:
        segment = data.draw(st.sampled_from(self.live))
        page = recipient_page(self.workspace.services, self.workspace.account.id, segment.id, 0, EVERYONE)
        if page:
            self.workspace.services.write(delete_recipient, self.workspace.account, data.draw(st.sampled_from(page))[0])

    # -- what must hold ------------------------------------------------------------------------------------------------

    @rule()
    def look(self) -> None:
        services = self.workspace.services
        for segment in self.live:
            page = recipient_page(services, self.workspace.account.id, segment.id, 0, EVERYONE)
            stored = [json.loads(document)["email"].partition("@")[0] for _, document in page]
            assert sorted(stored) == sorted(self.expected(segment)), segment
            assert services.project().cached_sizes.by_segment.get(segment.id, 0) == len(stored)
        for key in ("some", "other"):
            if key in self.workspace.fields.by_key:
                assert self.workspace.count(f"{key} is not blank") == len(self.workspace.values(key))

    def expected(self, segment: Segment) -> set[str]:
        """Who is in a segment by the records alone."""
        db, fields = self.workspace.services.records.reader(), self.workspace.fields
        as_of = EvaluationTime(self.workspace.services.clock(), self.workspace.account.zone)
        ids = [int(row[0]) for row in each(db, "SELECT id FROM contacts")]
        selected = {
            contact.email.partition("@")[0]
            for contact in contacts.by_ids(db, ids, fields)
            if membership(db, contact, fields, as_of)(segment.id)
        }
        added = [str(row[0]) for row in each(db, "SELECT DISTINCT email FROM inclusions")]
        for external in (externals.external_by_email(db, self.workspace.type.id, email) for email in added):
            if external and external_membership(db, external, fields, as_of)(segment.id):
                selected.add(external.email.partition("@")[0])
        return selected


TestEdits = Edits.TestCase
TestEdits.settings = settings(max_examples=examples(30), stateful_step_count=30, deadline=None)
