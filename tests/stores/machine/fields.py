"""Fields come and go, and one that a rule uses stays."""

import pytest
from hypothesis.stateful import precondition, rule

from tamis.actions.fields.fields import create_field, delete_field
from tamis.domain.errors import Refused
from tamis.domain.values.fields import Kind
from tamis.rules.tree import fields_used
from tests.stores.machine.state import State


class FieldRules(State):
    """Rules about fields."""

    @rule()
    def make_and_delete_a_field(self) -> None:
        self.tick()
        self.services.write(create_field, self.type, "Passing", Kind.TEXT)
        self.services.write(delete_field, self.type, "passing")

    @precondition(lambda self: any(self.fields["score"] in fields_used(rule) for rule in self.current_rules().values()))
    @rule()
    def a_field_in_use_stays(self) -> None:
        with pytest.raises(Refused, match="used by the segment"):
            self.services.write(delete_field, self.type, "score")
