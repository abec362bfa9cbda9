"""Fields are renamed, their options and kinds changed, with the values that contacts have; never under a rule."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tamis.actions.fields.field_conversion import edit_field_saving_lost_values, lost_files, preview_edit
from tamis.actions.fields.field_edits import FieldEdit, ValuesDoNotFit, edit_field
from tamis.actions.fields.fields import delete_field
from tamis.actions.fields.types import find_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.segments.segments import delete_segment, rule_of
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.errors import Invalid, NotFound, Refused, Unavailable
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import Field, Kind, Value
from tamis.records.contacts import NewContact
from tamis.records.segments import segments
from tamis.rules.syntaxes.text import to_text
from tests.stores.workspace import Workspace, new_workspace


@pytest.fixture
def workspace(services: Services) -> Workspace:
    """People with a plan, and interests in several things."""
    workspace = new_workspace(services)
    workspace.field("Plan", Kind.CHOICE, "Free", "Pro")
    workspace.field("Likes", Kind.CHOICES, "Music", "Art", "Sport")
    workspace.write(
        ann={"plan": "Free", "likes": "Music; Art"},
        bob={"plan": "Pro", "likes": "Art"},
        cat={"likes": "Sport"},
        dan={},
    )
    return workspace


def test_a_renamed_field_keeps_its_values_and_the_rules_that_use_it(workspace: Workspace) -> None:
    pros = workspace.segment("Pros", 'plan = "Pro"')
    edited = workspace.edit("plan", name="Price plan")
    assert (edited.key, edited.name) == ("price_plan", "Price plan")
    assert to_text(rule_of(workspace.services.records.reader(), pros)) == 'price_plan is "Pro"'
    assert workspace.members(pros) == {"bob"}
    assert workspace.count('price_plan is "free"') == 1
    assert workspace.edit("price_plan", name="PRICE PLAN").key == "price_plan"


@pytest.mark.parametrize("name", ["Likes", "E-Mail", "first name", "Address line 1"])
def test_a_duplicate_key_is_refused(workspace: Workspace, name: str) -> None:
    workspace.field("E mail", Kind.TEXT)
    with pytest.raises(Refused, match="there is already a field"):
        workspace.edit("plan", name=name)


def test_added_options_come_after_the_others(workspace: Workspace) -> None:
    assert workspace.edit("plan", add_options=[" Team "]).options == ("Free", "Pro", "Team")
    workspace.write(eve={"plan": "team"})
    assert workspace.count('plan = "Team"') == 1


def test_a_deleted_option_is_removed_from_its_contacts(workspace: Workspace) -> None:
    before = workspace.contact("ann")
    assert workspace.count("likes is blank") == 1
    assert workspace.edit("likes", delete_options=["ART"]).options == ("Music", "Sport")
    assert workspace.values("likes") == {"ann": ("Music",), "cat": ("Sport",)}
    assert workspace.count("likes is blank") == 2
    assert workspace.count('likes includes any of ("Music", "Sport")') == 2
    workspace.edit("plan", delete_options=["Pro"])
    assert workspace.values("plan") == {"ann": "Free"}
    assert workspace.count("plan is not blank") == 1
    assert workspace.contact("ann").updated_at == before.updated_at, "nothing about her has changed"


@pytest.mark.parametrize(
    ("key", "edit", "message"),
    [
        ("plan", {"name": " "}, "the name must not be blank"),
        ("plan", {"name": "!!"}, "at least one letter or digit"),
        ("plan", {"add_options": ["PRO"]}, "two options are the same"),
        ("plan", {"add_options": ["a\nb"]}, "control characters"),
        ("plan", {"delete_options": ["Team"]}, '"Plan" has no option "Team"'),
        ("plan", {"delete_options": ["Free", "pro"]}, "needs at least one option"),
        ("plan", {"rename_options": [("Pro", "FREE")]}, "two options are the same"),
        ("plan", {"rename_options": [("Pro", " ")]}, "must not be blank"),
        ("plan", {"rename_options": [("Team", "Gold")]}, '"Plan" has no option "Team"'),
        ("plan", {"rename_options": [("Pro", "Gold")], "kind": Kind.TEXT}, "a text field has no options"),
        ("plan", {"order_options": ["Team"]}, '"Plan" would have no option "team"'),
        ("plan", {"kind": Kind.TEXT, "add_options": ["x"]}, "a text field has no options"),
        ("plan", {"kind": Kind.TEXT, "delete_options": ["Pro"]}, "a text field has no options"),
        ("likes", {"add_options": ["Art; old"]}, 'must not contain ";"'),
        ("notes", {"kind": Kind.CHOICE}, "needs at least one option"),
        ("notes", {"name": "", "add_options": ["x"]}, "the name must not be blank; add_options: a text field has no"),
    ],
)
def test_invalid_field_edits_are_refused_with_every_reason(
    workspace: Workspace, key: str, edit: dict[str, Any], message: str
) -> None:
    workspace.field("Notes", Kind.TEXT)
    before = workspace.fields
    with pytest.raises(Invalid, match=message):
        workspace.edit(key, **edit)
    assert workspace.fields == before


CONVERSIONS: list[tuple[Kind, dict[str, str], dict[str, Any], dict[str, Value]]] = [
    (Kind.TEXT, {"ann": "30", "bob": "-1.5"}, {"kind": Kind.NUMBER}, {"ann": 30.0, "bob": -1.5}),
    (Kind.TEXT, {"ann": "yes"}, {"kind": Kind.BOOLEAN}, {"ann": True}),
    (Kind.NUMBER, {"ann": "30", "bob": "0.5"}, {"kind": Kind.TEXT}, {"ann": "30", "bob": "0.5"}),
    (Kind.DATE, {"ann": "2024-05-01"}, {"kind": Kind.TEXT}, {"ann": "2024-05-01"}),
    (Kind.TEXT, {"ann": "2024-05-01"}, {"kind": Kind.DATE}, {"ann": date(2024, 5, 1)}),
    (
        Kind.DATE,
        {"ann": "2024-05-01"},
        {"kind": Kind.DATETIME},
        {"ann": datetime(2024, 4, 30, 18, tzinfo=UTC)},
    ),
    (Kind.BOOLEAN, {"ann": "no"}, {"kind": Kind.TEXT}, {"ann": "false"}),
    (Kind.TEXT, {"ann": "PRO"}, {"kind": Kind.CHOICE, "add_options": ["Free", "Pro"]}, {"ann": "Pro"}),
    (
        Kind.TEXT,
        {"ann": "art; MUSIC", "bob": "music"},
        {"kind": Kind.CHOICES, "add_options": ["Music", "Art"]},
        {"ann": ("Music", "Art"), "bob": ("Music",)},
    ),
    (Kind.CHOICE, {"ann": "B"}, {"kind": Kind.CHOICES}, {"ann": ("B",)}),
    (Kind.CHOICE, {"ann": "B"}, {"kind": Kind.TEXT}, {"ann": "B"}),
    (Kind.CHOICES, {"ann": "B", "bob": "A"}, {"kind": Kind.CHOICE}, {"ann": "B", "bob": "A"}),
    (Kind.CHOICES, {"ann": "B; A"}, {"kind": Kind.TEXT}, {"ann": "A; B"}),
    (
        Kind.CHOICES,
        {"ann": "B; A", "bob": "B"},
        {"kind": Kind.CHOICE, "delete_options": ["A"]},
        {"ann": "B", "bob": "B"},
    ),
]


@pytest.mark.parametrize(("kind", "texts", "edit", "values"), CONVERSIONS)
@pytest.mark.parametrize("looked", [True, False], ids=["columns made before", "columns made after"])
def test_values_are_converted_through_text(
    services: Services, kind: Kind, texts: dict[str, str], edit: dict[str, Any], values: dict[str, Value], looked: bool
) -> None:
    workspace = new_workspace(services)
    workspace.field("Some", kind, *(("A", "B") if kind.has_options else ()))
    workspace.write(**{name: {"some": text} for name, text in texts.items()}, dan={})
    if looked:
        assert workspace.count("some is not blank") == len(texts)
    before = workspace.contact("ann")
    edited = workspace.edit("some", **edit)
    assert edited.kind is edit["kind"]
    assert workspace.values("some") == values
    assert workspace.count("some is not blank") == len(texts)
    assert workspace.count("some is blank") == 1
    ann = values["ann"]
    if isinstance(ann, str | tuple | float):
        written = (
            f'"{ann}"' if isinstance(ann, str) else ", ".join(f'"{o}"' for o in ann) if isinstance(ann, tuple) else ann
        )
        operator = "includes all of" if isinstance(ann, tuple) else "in"
        same = [name for name, value in values.items() if value == ann]
        assert workspace.count(f"some {operator} ({written})") >= len(same)
    assert workspace.contact("ann").updated_at == before.updated_at


@pytest.mark.parametrize(
    ("kind", "texts", "edit", "message"),
    [
        (
            Kind.TEXT,
            {"ann": "1", "bob": "two", "cat": "three", "dan": "four", "eve": "five", "fay": "two"},
            {"kind": Kind.NUMBER},
            '"Some" cannot become a number field: 5 values would not fit, such as "two", "three", "four"; change them',
        ),
        (
            Kind.TEXT,
            {"ann": "A", "bob": "C"},
            {"kind": Kind.CHOICE, "add_options": ["A"]},
            '1 value would not fit, such as "C"',
        ),
        (Kind.CHOICES, {"ann": "A; B", "bob": "A"}, {"kind": Kind.CHOICE}, '1 value would not fit, such as "A; B"'),
        (Kind.TEXT, {"ann": ";"}, {"kind": Kind.CHOICES, "add_options": ["A"]}, '1 value would not fit, such as ";"'),
        (
            Kind.DATETIME,
            {"ann": "2024-05-01 10:00"},
            {"kind": Kind.DATE},
            '"Some" cannot become a date field: 1 value would not',
        ),
    ],
)
def test_unconvertible_values_are_reported_and_nothing_is_changed(
    services: Services, kind: Kind, texts: dict[str, str], edit: dict[str, Any], message: str
) -> None:
    workspace = new_workspace(services)
    workspace.field("Some", kind, *(("A", "B") if kind.has_options else ()))
    workspace.write(**{name: {"some": text} for name, text in texts.items()})
    before, fields = workspace.values("some"), workspace.fields
    with pytest.raises(Refused, match=message):
        workspace.edit("some", **edit)
    assert (workspace.values("some"), workspace.fields) == (before, fields)


TEXTS = {"ann": "12.5", "bob": "n/a", "cat": "007", "dan": ""}


def test_unconvertible_values_are_discarded_only_on_request_and_saved_to_a_file(services: Services) -> None:
    workspace = new_workspace(services)
    field = workspace.field("Some", Kind.TEXT)
    workspace.write(**{name: {"some": text} for name, text in TEXTS.items() if text})
    fields, values = workspace.fields, workspace.values("some")
    to_number = FieldEdit(kind=Kind.NUMBER)
    tried = preview_edit(services, workspace.account, workspace.type, "some", to_number)
    assert (tried.field.kind, [misfit.value for misfit in tried.lost]) == (Kind.NUMBER, ["n/a", "007"])
    with pytest.raises(ValuesDoNotFit) as refused:
        edit_field_saving_lost_values(services, workspace.account, workspace.type, "some", to_number)
    assert refused.value.count == 2
    assert [misfit.email.partition("@")[0] for misfit in refused.value.first] == ["bob", "cat"]
    assert (workspace.fields, workspace.values("some")) == (fields, values), "neither has changed anything"
    assert lost_files(services, workspace.type, field) == []
    done = edit_field_saving_lost_values(
        services, workspace.account, workspace.type, "some", replace(to_number, clear_unconvertible=True)
    )
    assert (done.field.kind, len(done.lost)) == (Kind.NUMBER, 2)
    assert workspace.values("some") == {"ann": 12.5}
    assert lost_files(services, workspace.type, field) == [done.lost_file]
    assert done.lost_file
    with done.lost_file.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["email"].partition("@")[0], row["some"]) for row in rows] == [("bob", "n/a"), ("cat", "007")]


@pytest.mark.parametrize(
    ("texts", "numbers", "lost"),
    [
        (["1.234,50", "1.234", "12,5"], [1234.5, 1234.0, 12.5], []),
        (["1,234.50", "1,234", "12.5"], [1234.5, 1234.0, 12.5], []),
        (["1.5", "1.234"], [1.5, 1.234], []),
        (["12,345"], [], ["12,345"]),
        (["12", "12 €"], [12.0], ["12 €"]),
    ],
)
def test_numbers_in_text_are_read_by_their_common_notation(
    services: Services, texts: list[str], numbers: list[float], lost: list[str]
) -> None:
    workspace = new_workspace(services)
    workspace.field("Some", Kind.TEXT)
    workspace.write(**{name: {"some": text} for name, text in zip(("ann", "bob", "cat"), texts, strict=False)})
    tried = FieldEdit(kind=Kind.NUMBER, clear_unconvertible=True)
    done = edit_field_saving_lost_values(services, workspace.account, workspace.type, "some", tried)
    assert [misfit.value for misfit in done.lost] == lost
    assert list(workspace.values("some").values()) == numbers


def test_dates_in_text_are_read_in_the_given_order(services: Services) -> None:
    workspace = new_workspace(services)
    workspace.field("Some", Kind.TEXT)
    workspace.write(ann={"some": "03/04/2024"}, bob={"some": "2024-12-31"})
    with pytest.raises(ValuesDoNotFit, match="1 value would not fit"):
        workspace.edit("some", kind=Kind.DATE)
    workspace.edit("some", kind=Kind.DATE, date_order=DateOrder.DMY)
    assert workspace.values("some") == {"ann": date(2024, 4, 3), "bob": date(2024, 12, 31)}


def test_no_value_is_lost_when_the_file_cannot_be_written(services: Services) -> None:
    workspace = new_workspace(services)
    workspace.field("Some", Kind.TEXT)
    workspace.write(ann={"some": "n/a"})
    edit, values = FieldEdit(kind=Kind.NUMBER, clear_unconvertible=True), workspace.values("some")

    def full_disk(_field: Field, _lost: object) -> None:
        raise Unavailable("the disk is full")

    with pytest.raises(Unavailable):
        services.write(edit_field, workspace.account, workspace.type, "some", edit, full_disk)
    assert workspace.values("some") == values
    assert workspace.fields.by_key["some"].kind is Kind.TEXT


def test_many_values_are_converted_over_several_pages(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tamis.records.contacts.VALUES_PER_PAGE", 3)
    monkeypatch.setattr("tamis.actions.fields.field_edits.VALUES_PER_BATCH", 2)
    workspace = new_workspace(services)
    workspace.field("Some", Kind.TEXT)
    workspace.write(**{f"p{n}": {"some": str(n)} if n % 3 else {} for n in range(20)})
    workspace.edit("some", kind=Kind.NUMBER)
    assert workspace.values("some") == {f"p{n}": float(n) for n in range(20) if n % 3}
    assert workspace.count("some > 10") == 6


def test_renaming_an_option_updates_contacts_and_rules(workspace: Workspace) -> None:
    pros = workspace.segment("Pros", 'plan in ("pro") and not likes includes any of ("Sport")')
    both = workspace.segment("Both", f'is in segment "{pros.name}"')
    looked = [workspace.members(segment) for segment in (pros, both)]
    ann = workspace.contact("ann").updated_at
    edit = {"rename_options": [("PRO", " Professional "), ("Free", "Pro")], "order_options": ["Pro"]}
    assert workspace.edit("plan", **edit).options == ("Pro", "Professional")
    assert workspace.values("plan") == {"ann": "Pro", "bob": "Professional"}
    assert [workspace.members(segment) for segment in (pros, both)] == looked
    db = workspace.services.records.reader()
    (now, _) = segments.live_of_type(db, workspace.type.id)
    assert to_text(rule_of(db, now)) == 'plan is one of ("Professional") and not (likes includes any of ("Sport"))'
    assert workspace.contact("ann").updated_at == ann, "nothing about her has changed"
    con = workspace.services.project().cursor()
    exits = con.execute("SELECT count(*) FROM membership_changes WHERE delta < 0").fetchall()
    assert exits == [(0,)], "no one has left in the meantime"


def test_reordering_options_reorders_contact_values(workspace: Workspace) -> None:
    edited = workspace.edit(
        "likes", order_options=["sport", "Art"], rename_options=[("Music", "Songs")], add_options=["A"]
    )
    assert edited.options == ("Sport", "Art", "Songs", "A")
    assert workspace.values("likes") == {"ann": ("Art", "Songs"), "bob": ("Art",), "cat": ("Sport",)}
    assert workspace.count('likes includes all of ("songs", "art")') == 1


def test_an_option_matched_in_part_by_rules_cannot_be_renamed(workspace: Workspace) -> None:
    workspace.segment("Like pro", 'plan contains "ro"')
    with pytest.raises(Refused, match='the segment "Like pro" searches for part of an option of "Plan"'):
        workspace.edit("plan", rename_options=[("Pro", "Grown up")])


def test_a_widely_used_option_in_rules_cannot_be_renamed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tamis.actions.fields.option_renaming.MAX_CONTACTS", 1)
    artists = workspace.segment("Artists", 'likes includes any of ("Art")')
    with pytest.raises(Refused, match='more than 1 contacts have this option, and the segment "Artists" uses it'):
        workspace.edit("likes", rename_options=[("Art", "Arts")])
    workspace.edit("likes", rename_options=[("Sport", "Sports")])
    workspace.services.write(delete_segment, workspace.account, artists.id)
    assert workspace.edit("likes", rename_options=[("Art", "Arts")]).options == ("Music", "Arts", "Sports")
    assert workspace.values("likes")["ann"] == ("Music", "Arts")


def test_concurrently_changed_options_are_not_overwritten(workspace: Workspace) -> None:
    seen = workspace.fields.by_key["plan"].options
    workspace.edit("plan", add_options=["Team"])
    with pytest.raises(Refused, match='the options of "Plan" have changed since you opened them'):
        workspace.edit("plan", rename_options=[("Pro", "Gold")], expected_options=seen)


def test_fail_closed_a_kind_cannot_change_while_a_rule_uses_the_field(workspace: Workspace) -> None:
    workspace.segment("Pros", 'email is not blank and not plan = "Pro"')
    workspace.segment("Known", "plan is not blank")
    with pytest.raises(Refused, match='"Plan" is used by the segments "Pros" and "Known"; edit or delete them first'):
        workspace.edit("plan", kind=Kind.TEXT)


def test_fail_closed_an_option_used_by_a_rule_is_not_deleted(workspace: Workspace) -> None:
    workspace.edit("plan", add_options=["Team", "Gold"])
    first = workspace.segment("First", 'plan is not "team"')
    second = workspace.segment("Second", 'not (plan in ("Free", "Team"))')
    with pytest.raises(Refused, match='the option "Team" of "Plan" is used by the segments "First" and "Second"'):
        workspace.edit("plan", delete_options=["team"])
    assert workspace.edit("plan", delete_options=["gold"]).options == ("Free", "Pro", "Team"), "it is not in use"
    workspace.services.write(delete_segment, workspace.account, first.id)
    workspace.services.write(delete_segment, workspace.account, second.id)
    assert workspace.edit("plan", delete_options=["team"]).options == ("Free", "Pro")


def test_fail_closed_an_option_of_contacts_is_not_deleted_while_rules_use_the_field(workspace: Workspace) -> None:
    blank = workspace.segment("Without", "likes is blank")
    others = workspace.segment("Others", 'likes includes none of ("Sport")')
    with pytest.raises(
        Refused, match='2 contacts would lose "Art" and could enter the segments "Without" and "Others", which'
    ):
        workspace.edit("likes", delete_options=["art"])
    assert workspace.members(blank) == {"dan"}
    assert workspace.members(others) == {"ann", "bob", "dan"}


def test_fail_closed_an_import_with_outdated_fields_is_refused(workspace: Workspace) -> None:
    read = workspace.fields
    row = NewContact("eve@example.org", "eve@example.org", encode_values({read.by_key["plan"].id: "Pro"}))
    workspace.edit("plan", add_options=["Team"])
    workspace.edit("likes", name="Liked things")
    workspace.services.write(upsert, workspace.type.id, read, [row], ())
    workspace.edit("plan", delete_options=["pro"])
    with pytest.raises(Refused, match='the field "Plan" was changed or deleted in the meantime: import the file again'):
        workspace.services.write(upsert, workspace.type.id, read, [row], ())
    assert workspace.values("plan") == {"ann": "Free"}


def test_a_field_of_another_account_looks_missing(workspace: Workspace) -> None:
    stranger = new_workspace(workspace.services)
    db = workspace.services.records.reader()
    for reference in (str(workspace.type.id), workspace.type.name, "999999"):
        with pytest.raises(NotFound, match=f'there is no contact type "{reference}"'):
            find_type(db, stranger.account, reference)
    for reference in (str(workspace.fields.by_key["plan"].id), "plan", "999999"):
        with pytest.raises(NotFound, match=f'there is no field "{reference}" in {stranger.type.name}'):
            stranger.edit(reference, name="Mine")
        with pytest.raises(NotFound, match=f'there is no field "{reference}" in {stranger.type.name}'):
            workspace.services.write(delete_field, stranger.type, reference)
    assert "plan" in workspace.fields.by_key


def test_a_reserved_field_cannot_be_edited(workspace: Workspace) -> None:
    with pytest.raises(Refused, match='"Country" is a standard field'):
        workspace.edit("country", name="Land")


def test_field_edits_reach_the_column_store_in_any_number_of_steps(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = new_workspace(services)
    workspace.field("Some", Kind.TEXT)
    audience = {f"p{n}": {"some": str(n)} for n in range(5)}
    workspace.write(**audience)
    assert workspace.count('some = "3"') == 1
    monkeypatch.setattr("tamis.actions.projection.CONTACTS_PER_BATCH", 2)
    workspace.write(**{name: {"some": str(10 * int(texts["some"]))} for name, texts in audience.items()})
    workspace.edit("some", kind=Kind.NUMBER)
    workspace.field("Other", Kind.CHOICES, "A", "B")
    high = workspace.segment("High", 'some > 25 or other includes any of ("B")')
    workspace.write(p0={"other": "B; A"})
    assert workspace.members(high) == {"p0", "p3", "p4"}
    assert workspace.count("some is not blank") == 5
