"""A small machine in which every segment asks who can be mailed, so that few histories find a fault there."""

from typing import Any

from hypothesis.stateful import initialize

from tamis.actions.segments.segments import create_segment
from tamis.rules.syntaxes.text import from_text
from tests.stores.machine.consent import ConsentRules
from tests.stores.machine.contacts import ContactRules
from tests.stores.machine.draws import BEGINNINGS, people
from tests.stores.machine.recipients import RecipientRules

TEXTS = ("is suppressed", 'country = "India"', 'can be mailed and email contains "person"', 'is in segment "s1"')


class ConsentMembership(ContactRules, RecipientRules, ConsentRules):
    """Contacts, manual overrides and consent change."""

    looks_per_mailing = 1

    @initialize(some=people())
    def begin(self, some: dict[str, dict[str, Any]]) -> None:
        self.prepare(*BEGINNINGS[0])
        for number, text in enumerate(TEXTS):
            made = self.services.write(create_segment, self.account, self.type, f"s{number}", from_text(text))
            self.live.append(made)
        self.look()
        self.write_contacts(some, by_import=False)
