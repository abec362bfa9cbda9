"""Undoing an import restores exactly what it changed and nothing changed since, after any other events."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tamis.actions.importing.jobs import undo
from tests.imports.undo_machine import Undoing
from tests.support.effort import examples


@pytest.mark.parametrize("most", [2, undo.CONTACTS_PER_STEP])
def test_an_import_is_undone_exactly_after_any_changes(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "CONTACTS_PER_STEP", most)
    run_state_machine_as_test(
        Undoing, settings=settings(max_examples=examples(40), stateful_step_count=30, deadline=None)
    )
