"""Emails are suppressed and mailed again, and contacts say whether they want a topic."""

from pathlib import Path

import hypothesis.strategies as st
from hypothesis.stateful import rule

from tamis.actions.consent.subscriptions import set_states
from tamis.actions.consent.suppression_files import import_suppressions
from tamis.actions.consent.suppressions import lift_suppression, suppress
from tamis.actions.contacts.forgotten_emails import allow_email, forget_email
from tamis.actions.importing.jobs.undo import undo_import
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.domain.consent.suppressions import SuppressionReason
from tamis.domain.consent.topics import Evidence, NewState, SubscriptionState
from tamis.domain.errors import NotFound
from tests.stores.machine.draws import PEOPLE, SELDOM
from tests.stores.machine.state import State
from tests.stores.oracle import email

REASONS = st.sampled_from(SuppressionReason)
SAID_BY = Evidence("test", reason="asked for it")


class ConsentRules(State):
    """Rules about consent; the oracle knows from them alone who is suppressed."""

    @rule(some=st.lists(PEOPLE, min_size=1, max_size=3), reason=REASONS, shouted=st.booleans())
    def suppress_emails(self, some: list[str], reason: SuppressionReason, shouted: bool) -> None:
        self.tick()
        self.count_change(*some)
        addresses = [email(address.upper() if shouted else address) for address in some]
        self.services.write(suppress, self.account, addresses, reason, "test")
        self.oracle.suppress(addresses, reason)

    @rule(some=st.dictionaries(PEOPLE, REASONS, min_size=1, max_size=3))
    def suppress_by_a_file(self, some: dict[str, SuppressionReason]) -> None:
        self.tick()
        self.count_change(*some)
        path = self._file("email,reason\n" + "".join(f"{address},{reason}\n" for address, reason in some.items()))
        found = import_suppressions(self.services, self.account, path)
        assert found.suppressed + found.updated + found.unchanged == len(some)
        for address, reason in some.items():
            self.oracle.suppress([email(address)], reason)

    @rule(
        some=st.dictionaries(
            PEOPLE, st.sampled_from(["subscribed", "unsubscribed", "bounced", "complained", ""]), min_size=1, max_size=4
        ),
        undone=st.booleans(),
    )
    def import_contacts_with_consent(self, some: dict[str, str], undone: bool) -> None:
        self.tick()
        for _ in range(2):  # an undo is a second change
            self.count_change(*some)
        path = self._file("email,Status\n" + "".join(f"{address},{status}\n" for address, status in some.items()))
        options = ImportOptions(consent=frozenset({"Status"}))
        report = import_file(self.services, self.account, self.type, path, options)
        for address, status in some.items():
            if status in set(SuppressionReason):
                self.oracle.suppress([email(address)], SuppressionReason(status))
        if undone and report.import_id:
            self.look()
            self.tick()
            undo_import(self.services, self.account, report.import_id)

    @rule(address=PEOPLE)
    def lift(self, address: str) -> None:
        self.tick()
        self.count_change(address)
        try:
            self.services.write(lift_suppression, self.account, address.upper())
        except NotFound:
            assert email(address).key not in self.oracle.suppressed
        else:
            del self.oracle.suppressed[email(address).key]

    @rule(address=PEOPLE, chance=SELDOM)
    def forget_a_person_and_let_them_return(self, address: str, chance: int) -> None:
        if chance:
            return
        self.tick()
        for _ in range(2):
            self.count_change(address)
        self.services.write(forget_email, self.account, self.type, address)
        self.look()
        self.tick()
        self.services.write(allow_email, self.account, self.type, address)

    @rule(address=PEOPLE, state=st.sampled_from(SubscriptionState))
    def say_something_about_news(self, address: str, state: SubscriptionState) -> None:
        self.tick()
        self.count_change(address)
        ids = {email(contact.email).key: contact.id for contact in self.oracle.contacts(self.db)}
        if contact_id := ids.get(email(address).key):
            item = NewState(contact_id, self.news.id, state)
            self.services.write(set_states, self.account, self.type, [item], SAID_BY)

    def _file(self, text: str) -> Path:
        path = self.directory / "consent.csv"
        path.write_text(text)
        return path
