"""A dry run of an edit says what the edit then does, to the segment and to all that depend on it."""

from datetime import datetime
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from tests.stores.machine.draws import BEGINNINGS, people, rule_texts
from tests.stores.machine.membership import begun
from tests.support.effort import examples


@settings(max_examples=examples(200, least=5), deadline=None)
@given(
    data=st.data(),
    beginning=st.sampled_from(BEGINNINGS),
    some=people(),
    texts=st.lists(rule_texts(), min_size=3, max_size=6),
    overrides=st.integers(0, 3),
    edited=rule_texts(),
)
def test_edits_do_what_was_foretold(
    data: st.DataObject,
    beginning: tuple[str, datetime],
    some: dict[str, dict[str, Any]],
    texts: list[str],
    overrides: int,
    edited: str,
) -> None:
    with begun(beginning, some, texts, overrides, data) as machine:
        machine.an_edit_has_the_effect_that_was_foretold(edited, data)
