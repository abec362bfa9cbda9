"""Topics, subscriptions, double opt-in and records of consent over the API."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.programs import Program, problem_of, program_of
from tests.support.users import Person, colleague_of, fresh, fresh_address, new_account

TEXT = "Send me the news once a week."


@dataclass
class Audience:
    """A contact type with a topic, in an account of its own."""

    api: Program
    colleague: Program
    stranger: Program
    type_id: int
    topic_id: int

    def contact(self, email: str | None = None) -> int:
        """Make a contact; return its id."""
        path = f"contact-types/{self.type_id}/contacts/{email or fresh_address()}"
        return int(self.api.result(self.api.put(path, {}))["id"])

    def set(self, contact_id: int, state: str, **more: str) -> Any:
        body = {"subscriptions": [{"topic_id": self.topic_id, "state": state}], **more}
        return self.api.put(f"contacts/{contact_id}/subscriptions", body)

    def state(self, contact_id: int) -> str | None:
        (found,) = self.colleague.get(f"contacts/{contact_id}/subscriptions").json()["subscriptions"]
        state: str | None = found["state"]
        return state

    def request(self, contact_id: int, **more: Any) -> Any:
        body = {"topic_ids": [self.topic_id], "text": TEXT, "source": "sign-up form", **more}
        return self.api.post(f"contacts/{contact_id}/subscriptions/request", body)

    def confirm(self, token: str) -> Any:
        return self.api.post("subscriptions/confirm", {"token": token})

    def count(self, rule: str) -> int:
        body = {"contact_type_id": self.type_id, "rule": rule}
        return int(self.api.post("segments/preview", body).json()["count"])


@pytest.fixture(scope="module")
def audience(owner: Person) -> Audience:
    address = owner.base.removesuffix("/api/")
    person = new_account(owner.data, address, fresh_address())
    stranger = program_of(new_account(owner.data, address, fresh_address()))
    api = program_of(person)
    type_id = api.result(api.post("contact-types", {"name": fresh("Readers")}))["id"]
    topic = api.result(api.post(f"contact-types/{type_id}/topics", {"name": "News", "description": "Weekly"}))
    return Audience(api, program_of(colleague_of(person)), stranger, type_id, topic["id"])


def test_the_state_of_a_contact_is_set_and_asked_for_in_rules(audience: Audience) -> None:
    contact, other = audience.contact("rules@example.org"), audience.contact()
    before = audience.count('is subscribed to "News"')
    assert audience.state(contact) is None
    answer = audience.set(contact, "subscribed", text=TEXT, source="shop")
    (found,) = answer.json()["subscriptions"]
    assert (found["topic"], found["state"], found["source"]) == ("News", "subscribed", "shop")
    assert audience.set(contact, "subscribed").json() == answer.json()
    assert audience.count('is subscribed to "News"') == before + 1
    assert audience.count("is subscribed to 'news' or not (is subscribed to 'news')") == audience.count(
        "email is not blank"
    )
    assert audience.set(other, "unsubscribed").status_code == 200
    assert audience.count('is subscribed to "News"') == before + 1


def test_nobody_is_subscribed_again_without_a_reason(audience: Audience) -> None:
    contact = audience.contact()
    audience.set(contact, "unsubscribed")
    refused = problem_of(audience.set(contact, "subscribed"), 422, "has_unsubscribed")
    assert refused["errors"][0]["code"] == "has_unsubscribed"
    assert refused["errors"][0]["path"] == "subscriptions[0]"
    assert audience.state(contact) == "unsubscribed"
    assert audience.set(contact, "subscribed", reason="Asked for it by phone").status_code == 200
    records = audience.api.pages(f"contacts/{contact}/consent-records")
    assert [(one["state"], one["reason"]) for one in records] == [
        ("unsubscribed", ""),
        ("subscribed", "Asked for it by phone"),
    ]


def test_double_opt_in_subscribes_when_the_token_comes_back(audience: Audience) -> None:
    contact = audience.contact()
    asked = audience.request(contact).json()
    assert audience.state(contact) == "pending"
    assert audience.request(contact).status_code == 200
    confirmed = audience.confirm(asked["token"]).json()
    assert (confirmed["contact_id"], confirmed["subscriptions"][0]["state"]) == (contact, "subscribed")
    assert audience.confirm(asked["token"]).json() == confirmed
    assert audience.set(contact, "pending").json()["subscriptions"] == confirmed["subscriptions"]
    records = audience.api.pages(f"contacts/{contact}/consent-records")
    assert [(one["state"], one["source"], one["text"]) for one in records] == [
        ("pending", "sign-up form", TEXT),
        ("subscribed", "confirmation", TEXT),
    ]


def test_a_token_is_of_no_use_to_others_and_after_somebody_has_unsubscribed(audience: Audience) -> None:
    contact = audience.contact()
    token = audience.request(contact).json()["token"]
    problem_of(
        audience.stranger.post("subscriptions/confirm", {"token": token}), 404, "confirmation_of_deleted_contact"
    )
    for wrong in ("", "x", token[:-1], token[::-1]):
        problem_of(audience.confirm(wrong), 422, "confirmation_not_valid")
    assert audience.state(contact) == "pending"
    audience.set(contact, "unsubscribed")
    problem_of(audience.confirm(token), 409, "confirmation_withdrawn")
    assert audience.state(contact) == "unsubscribed"
    again = audience.request(contact).json()["token"]
    assert audience.state(contact) == "pending"
    assert audience.confirm(again).json()["subscriptions"][0]["state"] == "subscribed"


def test_a_request_that_is_repeated_with_its_key_gives_the_same_token(audience: Audience) -> None:
    contact, key = audience.contact(), {"Idempotency-Key": fresh("request").replace(" ", "-")}
    body = {"topic_ids": [audience.topic_id]}
    path = f"contacts/{contact}/subscriptions/request"
    first, again = (audience.api.call("POST", path, json=body, headers=key).json() for _ in range(2))
    assert first == again


def test_what_is_wrong_is_said_at_its_place(audience: Audience) -> None:
    contact = audience.contact()
    body = {
        "subscriptions": [
            {"topic_id": audience.topic_id, "state": "subscribed"},
            {"topic_id": 1 << 40, "state": "pending"},
        ]
    }
    wrong = problem_of(audience.api.put(f"contacts/{contact}/subscriptions", body), 422, "topic_id_unknown")
    assert [(one["path"], one["code"]) for one in wrong["errors"]] == [("subscriptions[1]", "topic_id_unknown")]
    problem_of(audience.request(contact, topic_ids=[]), 422, "no_topics_named")
    assert (
        problem_of(audience.request(contact, text="x" * 10_001), 422, "consent_text_too_long")["errors"][0]["path"]
        == "text"
    )
    problem_of(
        audience.api.put(f"contacts/{contact}/subscriptions", {"subscriptions": [{"topic_id": 1}]}), 422, "key_missing"
    )
    assert audience.state(contact) is None


def test_consent_outlives_the_contact_and_is_part_of_what_is_known_of_it(audience: Audience) -> None:
    email = fresh_address()
    contact = audience.contact(email)
    audience.set(contact, "unsubscribed", source="shop")
    known = audience.api.get(f"contacts/{contact}/export").json()
    assert known["subscriptions"][0]["state"] == "unsubscribed"
    assert [one["source"] for one in known["consent_records"]] == ["shop"]
    audience.api.delete(f"contact-types/{audience.type_id}/contacts/{email}?forget=true")
    (kept,) = audience.api.pages(f"contact-types/{audience.type_id}/consent-records", email=email.upper())
    assert (kept["email"], kept["record"]["state"]) == (None, "unsubscribed")
    everything = audience.api.pages(f"contact-types/{audience.type_id}/consent-records")
    assert kept in everything
    assert email not in str(everything)


def test_topics_are_renamed_and_deleted_unless_a_rule_names_them(audience: Audience) -> None:
    path = f"contact-types/{audience.type_id}/topics"
    topic = audience.api.result(audience.api.post(path, {"name": fresh("Offers")}))
    segment = audience.api.result(
        audience.api.post(
            "segments",
            {
                "contact_type_id": audience.type_id,
                "name": fresh("segment"),
                "rule": {"operator": "is subscribed to", "values": [topic["id"]]},
            },
        )
    )
    renamed = audience.api.result(audience.api.patch(f"topics/{topic['id']}", {"name": fresh("Deals")}))
    assert renamed["name"] in audience.api.get(f"segments/{segment['id']}").json()["text"]
    problem_of(audience.api.delete(f"topics/{topic['id']}"), 409, "in_use_by_segments")
    problem_of(audience.stranger.delete(f"topics/{topic['id']}"), 404, "topic_id_unknown")
    problem_of(audience.api.post(path, {"name": renamed["name"].upper()}), 409, "topic_exists")
    audience.api.delete(f"segments/{segment['id']}")
    assert audience.api.delete(f"topics/{topic['id']}").status_code == 204
    assert topic["id"] not in [one["id"] for one in audience.api.pages(path)]
