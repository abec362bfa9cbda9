"""Four reads in the style of the API: contacts-type, contacts-type/view, reserve-fields, contacts/list."""

from tests.api.conftest import Customers, Import
from tests.support.normalized_responses import compact, without_instants
from tests.support.process import Server
from tests.support.users import Person, fresh, fresh_address, new_account

RESERVED = [
    ("email", "text"), ("first_name", "text"), ("last_name", "text"), ("phone", "text"), ("country", "text"),
    ("state", "text"), ("city", "text"), ("postal_code", "text"), ("address_line1", "text"), ("address_line2", "text"),
    ("created_at", "datetime"), ("updated_at", "datetime"),
]  # fmt: skip


def test_contact_types(server: Server) -> None:
    person = new_account(server.data, server.address, fresh_address("new"))
    assert person.get("contacts-type").text == '{"status":"success","message":{"contactTypes":[]}}'
    ids = [person.tamis("type", "create", name)["id"] for name in ("Customers", "Zulieferer & Söhne")]
    shown = [
        {"id": type_id, "user_id": person.account_id, "name": name, "created_at": "INSTANT", "updated_at": "INSTANT"}
        for type_id, name in zip(ids, ("Customers", "Zulieferer & Söhne"), strict=True)
    ]
    text = without_instants(person.get("contacts-type").text)
    assert text == compact({"status": "success", "message": {"contactTypes": shown}})


def test_a_contact_type_with_its_fields(owner: Person, own_type: int) -> None:
    made = owner.tamis(
        "field", "create", "Plan", "--type", str(own_type), "--kind", "choice", "--option", "Free", "--option", "Pro"
    )
    answer = owner.get("contacts-type/view", contact_type_id=own_type).json()
    shown = answer["message"]["contactType"]
    assert answer["status"] == "success"
    assert list(shown) == ["id", "user_id", "name", "created_at", "updated_at", "fields"]
    assert shown["id"] == own_type
    assert [(field["key"], field["type"]) for field in shown["fields"]] == [*RESERVED, ("plan", "choice")]
    plan = {"name": "Plan", "key": "plan", "type": "choice", "options": ["Free", "Pro"], "reserved": False}
    assert compact(shown["fields"][-1]) == compact({"id": made["id"], **plan})


def test_reserved_fields(owner: Person, own_type: int) -> None:
    answer = owner.get("reserve-fields").json()
    fields = answer["message"]["reservedFields"]
    assert answer["status"] == "success"
    assert [(field["key"], field["type"]) for field in fields] == RESERVED
    assert all(field["reserved"] and next(iter(field)) == "id" for field in fields)
    view = owner.get("contacts-type/view", contact_type_id=own_type).json()
    assert view["message"]["contactType"]["fields"] == fields


def test_contacts(owner: Person, own_type: int, import_text: Import) -> None:
    empty = owner.get("contacts/list", contact_type_id=own_type)
    assert empty.text == '{"status":"success","message":{"contacts":[]}}'
    import_text(
        own_type,
        "email,first_name,city,visits,score,seen,day,vip\n"
        "ada@example.org,Ada,London,7,1.5,2024-02-29 12:30,2024-02-29,yes\nbob@example.org,,,,,,,no\n",
    )
    answer = owner.get("contacts/list", contact_type_id=own_type)
    ada, bob = answer.json()["message"]["contacts"]
    nothing = dict.fromkeys(["first_name", "last_name", "phone", "country", "state", "city"])
    nothing |= dict.fromkeys(["postal_code", "address_line1", "address_line2"])
    whose = {"user_id": owner.account_id, "contact_type_id": own_type}
    instants = {"created_at": ada["created_at"], "updated_at": ada["updated_at"]}
    assert compact(ada["custom_fields"]) == compact(
        {"visits": 7, "score": 1.5, "seen": ada["custom_fields"]["seen"], "day": "2024-02-29", "vip": True}
    )
    assert ada["custom_fields"]["seen"].startswith("2024-02-29T12:30:00")
    values = {**nothing, "first_name": "Ada", "city": "London", "custom_fields": ada["custom_fields"]}
    assert compact(ada) == compact({"id": ada["id"], **whose, "email": "ada@example.org", **values, **instants})
    assert {bob[name] for name in nothing} == {None}
    assert bob["custom_fields"] == dict.fromkeys(ada["custom_fields"]) | {"vip": False}
    assert without_instants(compact(instants)) == '{"created_at":"INSTANT","updated_at":"INSTANT"}'


def test_pages_of_contacts_contain_each_contact_once(owner: Person, customers: Customers) -> None:
    whole = owner.get("contacts/list", contact_type_id=customers.id).json()["message"]["contacts"]
    ids = [contact["id"] for contact in whole]
    assert len(whole) == 599
    assert ids == sorted(set(ids))
    seen = []
    after = 0
    while page := owner.get("contacts/list", contact_type_id=customers.id, limit=250, after=after).json()["message"][
        "contacts"
    ]:
        seen += page
        after = page[-1]["id"]
    assert seen == whole


def test_limit_and_after_of_contacts_must_be_integers(owner: Person, customers: Customers) -> None:
    answer = owner.get("contacts/list", contact_type_id=customers.id, limit="x", after="-1")
    assert (answer.status_code, sorted(answer.json()["errors"])) == (422, ["after", "limit"])


def test_a_type_created_by_another_process_is_listed_at_once(owner: Person) -> None:
    name = fresh("Beside")
    owner.tamis("type", "create", name)
    assert owner.get("contacts-type").json()["message"]["contactTypes"][-1]["name"] == name


def test_several_choices_from_a_file_to_a_segment(owner: Person, own_type: int, import_text: Import) -> None:
    made = owner.tamis("field", "create", "Likes", "--type", str(own_type), "--kind", "choices",
                       "--option", "Music", "--option", "Art", "--option", "Sport")  # fmt: skip
    import_text(own_type, "email,likes\nada@example.org,sport; MUSIC\nbob@example.org,Art\ncat@example.org,\n")
    shown = owner.get("contacts/list", contact_type_id=own_type).json()["message"]["contacts"]
    assert [contact["custom_fields"] for contact in shown] == [
        {"likes": ["Music", "Sport"]},
        {"likes": ["Art"]},
        {"likes": None},
    ]
    assert owner.tamis("contact", "show", "ada@example.org", "--type", str(own_type))["values"]["likes"] == [
        "Music",
        "Sport",
    ]
    for operator, values, found in (
        ("includes any of", ["art", "sport"], ["ada@example.org", "bob@example.org"]),
        ("includes all of", ["Sport", "Music"], ["ada@example.org"]),
        ("includes none of", ["Sport"], ["bob@example.org", "cat@example.org"]),
    ):
        segment = owner.make_segment(own_type, select_field=[str(made["id"])], select_operator=[operator], value=values)
        assert owner.addresses(segment) == found
        assert [value.lower() for value in owner.segment(segment)["value"]] == [value.lower() for value in values]
