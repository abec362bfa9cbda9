"""What holds for all definitions: what is pulled is applied to the same, and what was applied needs nothing more."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.definitions.models import DesiredType
from tamis.definitions.planner import plan_changes
from tamis.definitions.pull import pull_into
from tamis.definitions.yaml_file import definitions_of, parse_document, write_document
from tamis.domain.errors import Invalid, Refused
from tests.definitions.account_model import AccountModel
from tests.definitions.strategies import Part, documents, renamed
from tests.support.effort import examples


def desired(document: Part | str) -> tuple[DesiredType, ...]:
    """Return the definitions of a document, as text or as what is in it."""
    return definitions_of(parse_document(document if isinstance(document, str) else as_yaml(document)))


def as_yaml(document: Part) -> str:
    """Return a document as YAML."""
    empty = parse_document("")
    empty.update(document)
    return write_document(empty)


def pulled(model: AccountModel, into: str = "") -> str:
    """Return what a model has as a file, pulled into another one."""
    document = parse_document(into)
    pull_into(document, model.read())
    return write_document(document)


@settings(max_examples=examples(400))
@given(document=documents())
def test_an_empty_account_becomes_what_was_pulled(document: Part) -> None:
    first, second = AccountModel(), AccountModel()
    first.apply(plan_changes(desired(document), []))
    file = pulled(first)
    assert plan_changes(desired(file), first.read()).steps == ()
    second.apply(plan_changes(desired(file), []))
    assert pulled(second) == file


@settings(max_examples=examples(400))
@given(data=st.data())
def test_what_was_applied_needs_nothing_more(data: st.DataObject) -> None:
    before = data.draw(documents())
    after = data.draw(st.one_of(documents(), renamed(before)))
    model = AccountModel()
    model.apply(plan_changes(desired(before), []))
    try:
        plan = plan_changes(desired(after), model.read())
    except (Invalid, Refused) as refused:
        codes = {problem.code for problem in refused.problems}
    else:
        codes = set()
        model.apply(plan)
    assert codes <= {"kind_in_use", "steps_need_each_other"}
    if codes:
        return
    assert plan_changes(desired(after), model.read()).steps == ()


@settings(max_examples=examples(400))
@given(data=st.data())
def test_a_pull_into_a_file_describes_the_account_and_changes_nothing_twice(data: st.DataObject) -> None:
    model = AccountModel()
    model.apply(plan_changes(desired(data.draw(documents())), []))
    file = as_yaml(data.draw(documents()))
    now = pulled(model, file)
    assert plan_changes(desired(now), model.read()).steps == ()
    assert pulled(model, now) == now
