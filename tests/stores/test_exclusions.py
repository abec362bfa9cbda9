"""§ Manual changes win: a person deleted from a segment stays out, whatever happens to the rule, the contact and the
email, until the email is added again."""

import shutil
import tempfile
from pathlib import Path

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tamis.actions.contacts.contact_edits import edit_contact
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.contacts.forgotten_emails import allow_email, forget_email
from tamis.actions.importing.jobs.jobs import list_imports
from tamis.actions.importing.jobs.undo import undo_import
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.maintenance.doctor.records import verify_records
from tamis.actions.segments.explanations import explain_membership
from tamis.actions.segments.recipients import add_recipient, delete_recipient, recipient_page
from tamis.actions.segments.segments import SegmentEdit, edit_segment
from tamis.actions.services import Services
from tamis.domain.contacts.emails import Email, parse_email
from tamis.domain.errors import Invalid, NotFound, Refused
from tamis.records.consent import email_exclusions
from tamis.records.segments import overrides
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.stores.workspace import EVERYONE, new_workspace
from tests.support.effort import examples

ADDRESSES = st.builds(
    lambda name, form: getattr(str, form)(f"{name}@Example.org"),
    st.sampled_from(["Ada", "Bob", "Cid", "Dee"]),
    st.sampled_from(["lower", "upper", "title", "strip"]),
)
COUNTRIES = st.sampled_from(["India", "Peru", ""])
RULES = ('country = "India"', 'country = "Peru"', "country is blank", "email is not blank", 'last_name is "Hand"')


def _email(text: str) -> Email:
    found = parse_email(text)
    assert found
    return found


class Deletions(RuleBasedStateMachine):
    """One segment from which people are deleted, while its rule, the contacts and their addresses change."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="tamis-"))
        self.services = Services(Settings(self.directory, columns_threads=1))
        self.workspace = new_workspace(self.services)
        self.segment = self.workspace.segment("Letters", RULES[0])
        self.deleted: set[str] = set()

    def teardown(self) -> None:
        self.services.close()
        shutil.rmtree(self.directory)

    @initialize(some=st.dictionaries(ADDRESSES, COUNTRIES, min_size=1))
    def begin(self, some: dict[str, str]) -> None:
        self.import_contacts(some)

    @rule(some=st.dictionaries(ADDRESSES, COUNTRIES, min_size=1, max_size=3))
    def import_contacts(self, some: dict[str, str]) -> None:
        path = self.directory / "people.csv"
        path.write_text("email,country\n" + "".join(f"{address},{country}\n" for address, country in some.items()))
        import_file(self.services, self.workspace.account, self.workspace.type, path, ImportOptions())

    @rule()
    def undo_the_last_import(self) -> None:
        last = list_imports(self.services, self.workspace.account, 1)[0].job.id
        try:
            undo_import(self.services, self.workspace.account, last)
        except Refused:
            return

    @rule(address=ADDRESSES, forget=st.booleans())
    def delete_contact(self, address: str, forget: bool) -> None:
        action = forget_email if forget else delete_contact
        try:
            self.services.write(action, self.workspace.account, self.workspace.type, address)
            if forget:
                self.services.write(allow_email, self.workspace.account, self.workspace.type, address)
        except NotFound:
            return

    @rule(old=ADDRESSES, new=ADDRESSES)
    def change_email(self, old: str, new: str) -> None:
        old_key, new_key = _email(old).key, _email(new).key
        db = self.services.records.reader()
        contact_id = overrides.contact_id_by_email(db, self.workspace.type.id, old_key)
        if contact_id is None:
            return
        added = any(overrides.is_included(db, self.segment.id, key) for key in (old_key, new_key))
        try:
            self.services.write(edit_contact, self.workspace.account, self.workspace.type, contact_id, {"email": new})
        except Invalid:
            return
        if old_key in self.deleted and old_key != new_key:
            self.deleted.remove(old_key)  # manual changes of the old email move to the new one
            self.deleted.add(new_key)
        if added:
            self.deleted.discard(new_key)

    @rule(text=st.sampled_from(RULES))
    def edit_rule(self, text: str) -> None:
        self.services.write(edit_segment, self.workspace.account, self.segment.id, SegmentEdit(draft=from_text(text)))

    @rule(address=ADDRESSES)
    def include_recipient(self, address: str) -> None:
        try:
            self.services.write(add_recipient, self.workspace.account, self.segment.id, _email(address), "By", "Hand")
        except Invalid:
            assert _email(address).key in self.members()
        self.deleted.discard(_email(address).key)
        assert _email(address).key in self.members()

    @precondition(lambda self: self.members())
    @rule(data=st.data())
    def exclude_recipient(self, data: st.DataObject) -> None:
        members = self.members()
        gone = data.draw(st.sampled_from(sorted(members)))
        self.services.write(delete_recipient, self.workspace.account, members[gone])
        self.deleted.add(gone)

    @invariant()
    def excluded_recipients_are_no_members(self) -> None:
        assert not self.deleted & self.members().keys()
        db, now = self.services.records.reader(), self.services.clock()
        for key in self.deleted:
            reported = explain_membership(db, now, self.workspace.account, self.segment, key)
            assert (reported.is_in, reported.because) == (False, "removed by hand")
            assert reported.since

    def members(self) -> dict[str, int]:
        rows = recipient_page(self.services, self.workspace.account.id, self.segment.id, 0, EVERYONE)
        return {_email(msgspec.json.decode(document)["email"]).key: id_ for id_, document in rows}


TestDeletions = Deletions.TestCase
TestDeletions.settings = settings(max_examples=examples(40), stateful_step_count=25, deadline=None)


def test_doctor_reports_a_contact_excluded_only_by_email(services: Services) -> None:
    workspace = new_workspace(services)
    segment = workspace.segment("Letters", "email is not blank")
    workspace.write(ada={}, bob={})
    services.write(lambda db, now: email_exclusions.exclude_email(db, segment.id, "ada@example.org", now))
    checks = verify_records(services.records.reader(), services.records)
    said = [finding.message for check in checks for finding in check.findings if finding.wrong]
    assert said
    assert said[0].startswith(f"1 contact of type {workspace.type.id} is excluded by email only")
