"""Segments are created, edited, deleted and restored."""

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import precondition, rule

from tamis.actions.segments.planning.edit_effects import effect_of_edit
from tamis.actions.segments.recovery.trash import restore_deleted
from tamis.actions.segments.recovery.versions import restore_version
from tamis.actions.segments.segments import SegmentEdit, create_segment, delete_segment, edit_segment
from tamis.domain.errors import Invalid, Refused
from tamis.rules.syntaxes.text import from_text
from tests.stores.machine.draws import rule_texts
from tests.stores.machine.state import State
from tests.stores.oracle import email

TRASH_DAYS = 36_500


class SegmentRules(State):
    """Rules about segments."""

    @precondition(lambda self: len(self.live) < 6)
    @rule(text=rule_texts(), data=st.data())
    def make_segment(self, text: str, data: st.DataObject) -> None:
        self.tick()
        self.made += 1
        draft = from_text(self.naming(text, data))
        made = self.services.write(create_segment, self.account, self.type, f"s{self.made}", draft)
        self.live.append(made)
        self.unsettled.add(made.id)

    @precondition(lambda self: self.live)
    @rule(text=rule_texts(), data=st.data())
    def edit_segment(self, text: str, data: st.DataObject) -> None:
        self.tick()
        segment = data.draw(st.sampled_from(self.live))
        try:
            edited = self.services.write(
                edit_segment, self.account, segment.id, SegmentEdit(draft=from_text(self.naming(text, data)))
            )
        except Invalid as error:
            refusal = str(error)
        else:
            self.live[self.live.index(segment)] = edited
            self.unsettled.add(segment.id)
            return
        assert "→" in refusal  # it would name itself, by way of others

    @precondition(lambda self: self.live)
    @rule(text=rule_texts(), data=st.data())
    def an_edit_has_the_effect_that_was_foretold(self, text: str, data: st.DataObject) -> None:
        self.tick()
        segment, draft = data.draw(st.sampled_from(self.live)), from_text(self.naming(text, data))
        before = {s.id: self.members(s) for s in self.live}
        try:
            effect = effect_of_edit(self.services, self.account, segment.id, SegmentEdit(draft=draft), sample_size=20)
        except Invalid:
            with pytest.raises(Invalid):
                self.services.write(edit_segment, self.account, segment.id, SegmentEdit(draft=draft))
            return
        edited = self.services.write(edit_segment, self.account, segment.id, SegmentEdit(draft=draft))
        self.live[self.live.index(segment)] = edited
        self.unsettled.add(segment.id)
        after = {s.id: self.members(s) for s in self.live}
        assert (
            effect.count_before,
            effect.count_after,
            effect.entering,
            effect.leaving,
        ) == _difference(before[segment.id], after[segment.id])
        contacts = {email(contact.email).key for contact in self.oracle.contacts(self.db)}
        entered, left = after[segment.id] - before[segment.id], before[segment.id] - after[segment.id]
        assert {email(contact.email).key for contact in effect.entering_sample} == entered & contacts
        assert {email(contact.email).key for contact in effect.leaving_sample} == left & contacts
        foretold = {d.segment.id: (d.count_before, d.count_after, d.entering, d.leaving) for d in effect.dependents}
        assert foretold == {id_: _difference(before[id_], after[id_]) for id_ in foretold}
        changed = {id_ for id_ in before if before[id_] != after[id_]}
        assert changed <= {segment.id, *foretold}

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def delete_segment(self, data: st.DataObject) -> None:
        self.tick()
        gone = data.draw(st.sampled_from(self.live))
        named = {id_ for other in self.live for id_ in self.oracle.names(self.db, other)}
        try:
            self.services.write(delete_segment, self.account, gone.id)
        except Refused:
            assert gone.id in named
        else:
            assert gone.id not in named
            self.live.remove(gone)
            self.deleted.append(gone)

    @precondition(lambda self: self.deleted and len(self.live) < 6)
    @rule(data=st.data())
    def restore_deleted_segment(self, data: st.DataObject) -> None:
        self.tick()
        wanted = data.draw(st.sampled_from(self.deleted))
        try:
            restored = self.services.write(restore_deleted, self.account, TRASH_DAYS, wanted.id)
        except Refused:  # what its rule needs is gone
            return
        self.deleted.remove(wanted)
        self.live.append(restored)
        self.unsettled.add(restored.id)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def restore_first_version(self, data: st.DataObject) -> None:
        self.tick()
        segment = data.draw(st.sampled_from(self.live))
        try:
            restored = self.services.write(restore_version, self.account, segment.id, 1)
        except Refused:
            return
        self.live[self.live.index(segment)] = restored
        self.unsettled.add(segment.id)

    def naming(self, text: str, data: st.DataObject) -> str:
        names = [f'"{segment.name}"' for segment in self.live]
        while "{}" in text:
            if not names:
                return 'country = "India"'
            text = text.replace("{}", data.draw(st.sampled_from(names)), 1)
        return text


def _difference(before: set[str], after: set[str]) -> tuple[int, int, int, int]:
    return len(before), len(after), len(after - before), len(before - after)
