"""Stores are opened again, lost and merged."""

from hypothesis.stateful import rule

from tamis.columns.engine.files import NAME as FILE_NAME
from tests.stores.machine.draws import SELDOM
from tests.stores.machine.state import State


class StoreRules(State):
    """Rules about the stores."""

    @rule(chance=SELDOM)
    def reopen(self, chance: int) -> None:
        if chance:
            return
        self.services.close()
        self.services = self.opened()

    @rule(chance=SELDOM)
    def lose_the_column_file(self, chance: int) -> None:
        if chance:
            return
        self.services.close()
        (self.directory / FILE_NAME).unlink(missing_ok=True)
        self.services = self.opened()
        self.change_counts.update(list(self.change_counts))  # the earlier state of changed contacts is no longer known

    @rule()
    def merge_what_is_recent(self) -> None:
        self.services.project().tidy(0)
