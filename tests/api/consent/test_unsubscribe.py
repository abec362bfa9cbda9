"""Unsubscribe links: one click of a mail program, the page for people, and what scanners and strangers cannot do."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tamis.client import Tamis
from tests.support.process import Server
from tests.support.programs import Program, problem_of, program_of
from tests.support.raw_connection import Client
from tests.support.users import Person, fresh, fresh_address, new_account

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MULTIPART = (
    "---FormBoundaryjWmhtjORrn\r\n"
    'Content-Disposition: form-data; name="List-Unsubscribe"\r\n'
    "\r\n"
    "One-Click\r\n"
    "---FormBoundaryjWmhtjORrn--"
)


class Sender:
    """An account with one contact type."""

    def __init__(self, person: Person) -> None:
        self.person, self.api = person, program_of(person)
        self.type_id: int = self.api.create("contact-types", {"name": fresh("Type")})["id"]
        self.http = requests.Session()
        self.http.trust_env = False

    def new_contact(self, email: str | None = None) -> dict[str, Any]:
        made: dict[str, Any] = self.api.put(self.path(email or fresh_address()), {"fields": {}}).json()
        return made

    def path(self, email: str) -> str:
        return f"contact-types/{self.type_id}/contacts/{email}"

    def click(self, link: str, data: Any = ONE_CLICK, **headers: str) -> requests.Response:
        """Send what a mail program, or the form of the page, sends."""
        return self.http.post(link, data=data, headers=headers, timeout=60, allow_redirects=False)

    def see(self, link: str, method: str = "GET", **headers: str) -> requests.Response:
        return self.http.request(method, link, headers=headers, timeout=60, allow_redirects=False)

    def reason(self, email: str) -> str | None:
        answer = self.api.get(f"suppressions/{email}")
        return answer.json()["reason"] if answer.status_code == 200 else None

    def entries(self, action: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get("audit", action=action).json()["data"]
        return found


@pytest.fixture(scope="module")
def sender(owner: Person) -> Sender:
    return Sender(new_account(owner.data, owner.base.removesuffix("/api/"), fresh_address()))


@pytest.fixture(scope="module")
def other(owner: Person) -> Sender:
    return Sender(new_account(owner.data, owner.base.removesuffix("/api/"), fresh_address()))


def test_every_contact_and_member_has_a_link(sender: Sender) -> None:
    email = fresh_address()
    made = sender.new_contact(email)
    link = made["unsubscribe_url"]
    assert re.fullmatch(rf"{re.escape(sender.api.base)}/u/[A-Za-z0-9_-]{{60,200}}", link)
    assert made["unsubscribe_headers"] == {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    for path in (sender.path(email), f"contacts/{made['id']}"):
        found = sender.api.get(path).json()
        assert (found["unsubscribe_url"], found["unsubscribe_headers"]) == (link, made["unsubscribe_headers"])
    assert link in [each["unsubscribe_url"] for each in sender.api.pages(f"contact-types/{sender.type_id}/contacts")]
    body = {"contact_type_id": sender.type_id, "name": fresh("Segment"), "rule": f'email = "{email}"'}
    segment = sender.api.create("segments", body)["id"]
    external = fresh_address("external")
    added = sender.api.put(f"segments/{segment}/members/{external}", {}).json()
    links = {each["email"]: each["unsubscribe_url"] for each in sender.api.pages(f"segments/{segment}/members")}
    assert links == {email: link, external: added["unsubscribe_url"]}
    assert sender.person.tamis("contact", "show", email, "--type", str(sender.type_id))["unsubscribe_url"] == link
    assert sender.click(links[external]).status_code == 200
    assert sender.reason(external) == "unsubscribed"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=---FormBoundaryjWmhtjORrn", MULTIPART),
        ("multipart/form-data; boundary=-FormBoundaryjWmhtjORrn", MULTIPART),
    ],
    ids=["section 8.1", "section 8.3 as printed", "section 8.3 with its errata"],
)
def test_the_requests_of_rfc_8058_unsubscribe(sender: Sender, server: Server, kind: str, body: str) -> None:
    email = fresh_address()
    link = urlsplit(sender.new_contact(email)["unsubscribe_url"])
    with_break = kind.startswith("multipart")
    assert len(body) == (124 if with_break else 26)  # as the RFC says
    raw = Client(int(server.address.rpartition(":")[2]))
    raw.send(
        f"POST {link.path} HTTP/1.1\r\nHost: {link.netloc}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
    )
    answer = raw.rest().decode()
    assert answer.startswith("HTTP/1.1 200 "), answer
    assert "set-cookie" not in answer.lower()
    found = sender.api.get(f"suppressions/{email}").json()
    assert (found["reason"], found["source"]) == ("unsubscribed", "unsubscribe link")


def test_a_click_is_in_the_audit_log_without_the_email(sender: Sender) -> None:
    email = fresh_address("hidden")
    sender.click(sender.new_contact(email)["unsubscribe_url"])
    entry = sender.entries("suppression.added")[0]
    assert entry["actor"]["kind"] == "recipient"
    assert entry["details"] == {"unsubscribed": 1}
    assert "hidden" not in json.dumps(entry)


def test_clicking_twice_at_once_is_as_clicking_once(sender: Sender) -> None:
    email = fresh_address()
    link = sender.new_contact(email)["unsubscribe_url"]
    before = len(sender.entries("suppression.added"))

    def click(_: int) -> int:
        return requests.post(link, data=ONE_CLICK, timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(click, range(8))) == {200}
    since = sender.api.get(f"suppressions/{email}").json()["since"]
    assert sender.click(link).status_code == 200
    assert sender.api.get(f"suppressions/{email}").json()["since"] == since
    assert len(sender.entries("suppression.added")) == before + 1


def test_scanners_and_prefetching_browsers_change_nothing(sender: Sender) -> None:
    email = fresh_address()
    link = sender.new_contact(email)["unsubscribe_url"]
    seen = [
        sender.see(link),
        sender.see(link, "HEAD"),
        sender.see(link, **{"Sec-Purpose": "prefetch;prerender"}),
        sender.see(link + "?List-Unsubscribe=One-Click&action=unsubscribe"),
    ]
    assert [answer.status_code for answer in seen] == [200] * 4
    assert not seen[1].content
    for method in ("OPTIONS", "PUT", "PATCH", "DELETE"):
        refused = sender.see(link, method)
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, POST")
    for body in ("", "List-Unsubscribe", "List-Unsubscribe=Two-Clicks", '{"List-Unsubscribe": 1}', "action=delete"):
        answer = sender.click(link, body, **{"Content-Type": "application/x-www-form-urlencoded"})
        assert (answer.status_code, "nothing has changed" in answer.text) == (400, True)
    assert sender.click(link, "x" * 20_000).status_code == 413
    assert sender.reason(email) is None


def test_the_page_is_private_and_masks_the_email(sender: Sender) -> None:
    sender.api.patch("account", {"name": "Example <Books>"})
    answer = sender.see(sender.new_contact("maria.garcia@example.org")["unsubscribe_url"])
    assert "Example &lt;Books&gt;" in answer.text
    assert "m***@example.org" in answer.text
    assert "maria" not in answer.text
    assert sender.person.email not in answer.text
    assert "<script" not in answer.text
    headers = answer.headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_a_person_unsubscribes_on_the_page(sender: Sender) -> None:
    email = fresh_address()
    link = sender.new_contact(email)["unsubscribe_url"]
    answer = sender.click(link, {"action": "unsubscribe"})
    assert (answer.status_code, answer.headers["Location"]) == (303, urlsplit(link).path)
    assert sender.reason(email) == "unsubscribed"
    assert "You are unsubscribed" in sender.see(link).text
    assert "<button" not in sender.see(link).text


@pytest.mark.parametrize("reason", ["complained", "unsubscribed", "manual", "bounced"])
def test_a_link_never_lifts_what_others_have_suppressed(sender: Sender, reason: str) -> None:
    email = fresh_address()
    link = sender.new_contact(email)["unsubscribe_url"]
    sender.api.put(f"suppressions/{email}", {"reason": reason})
    kept = reason if reason == "complained" else "unsubscribed"
    has_said_no = reason in ("complained", "unsubscribed")
    assert ("You are unsubscribed" in sender.see(link).text) is has_said_no
    for _ in range(2):
        assert sender.click(link).status_code == 200
        assert sender.click(link, {"action": "undo"}).status_code == 400
        assert sender.reason(email) == kept


def test_a_link_suppresses_whatever_has_become_of_the_contact(sender: Sender) -> None:
    deleted, again, forgotten, renamed = (fresh_address(name) for name in ("gone", "back", "forgotten", "old"))
    links = {email: sender.new_contact(email)["unsubscribe_url"] for email in (deleted, again, forgotten, renamed)}
    for email in (deleted, again):
        sender.api.delete(sender.path(email))
    sender.new_contact(again)
    sender.api.call("DELETE", sender.path(forgotten), params={"forget": "true"})
    new = fresh_address("new")
    assert sender.api.patch(sender.path(renamed), {"email": new}).status_code == 200
    for link in links.values():
        assert "Unsubscribe" in sender.see(link).text
        assert sender.click(link).status_code == 200
    assert {sender.reason(email) for email in (deleted, again, forgotten, renamed, new)} == {"unsubscribed"}
    listed = sender.api.pages("suppressions", search=forgotten)
    assert [found["email"] for found in listed] == [None]


def test_a_link_is_of_one_account(sender: Sender, other: Sender) -> None:
    email = fresh_address()
    mine, theirs = (one.new_contact(email)["unsubscribe_url"] for one in (sender, other))
    assert mine != theirs
    sender.click(mine)
    assert (sender.reason(email), other.reason(email)) == ("unsubscribed", None)


def test_forged_links_get_the_same_answer_whatever_is_wrong_with_them(sender: Sender) -> None:
    email = fresh_address()
    link = sender.new_contact(email)["unsubscribe_url"]
    base, token = link.rsplit("/", 1)
    flipped = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    wrong = [base, base + "/", f"{base}/{flipped}", link[:-1], link + "A", f"{base}/x/{token}", f"{base}/{'A' * 5_000}"]
    for method in ("GET", "POST"):
        answers = [sender.http.request(method, each, data=ONE_CLICK, timeout=60) for each in wrong]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1
    assert "This link does not work" in answers[0].text
    assert sender.reason(email) is None
    assert sender.click(link).status_code == 200


def test_wrong_links_are_limited_and_right_ones_are_not(sender: Sender) -> None:
    network = {"X-Forwarded-For": "203.0.113.7"}
    link = sender.new_contact()["unsubscribe_url"]
    answers = [sender.see(link[:-1], **network).status_code for _ in range(70)]
    assert (answers[0], answers[-1]) == (404, 429)
    assert sender.see(link, **network).status_code == 200
    assert sender.see(link[:-1], **{"X-Forwarded-For": "203.0.113.8"}).status_code == 404
    uses = [sender.see(link, **network) for _ in range(70)]
    assert uses[-1].status_code == 429
    assert sender.click(link, **network).status_code == 200
    assert uses[-1].headers["Retry-After"] == "60"


def test_links_of_earlier_keys_go_on_working(sender: Sender, colleague_sender: Sender) -> None:
    email = fresh_address()
    link = sender.new_contact(email)["unsubscribe_url"]
    colleague_sender.person.tamis("signing-key", "rotate")
    assert colleague_sender.api.get(sender.path(email)).json()["unsubscribe_url"] != link
    assert sender.click(link).status_code == 200
    assert sender.reason(email) == "unsubscribed"


@pytest.fixture
def colleague_sender(sender: Sender) -> Sender:
    """The same account, by another key."""
    found = Sender.__new__(Sender)
    found.__dict__.update(sender.__dict__)
    found.api = program_of(sender.person, "admin")
    return found


def test_programs_need_a_key_of_the_account_to_see_a_link(sender: Sender, other: Sender) -> None:
    made = sender.new_contact()
    assert other.api.get(f"contacts/{made['id']}").status_code == 404
    assert program_of(sender.person, "read").get(f"contacts/{made['id']}").json()["unsubscribe_url"]
    assert Program(sender.api.base, "sk_wrong").get(f"contacts/{made['id']}").status_code == 401


def test_a_person_chooses_topics(sender: Sender) -> None:
    email = fresh_address()
    made = sender.new_contact(email)
    link, states = made["unsubscribe_url"], f"contacts/{made['id']}/subscriptions"
    assert "choose what you receive" not in sender.see(link).text
    news, offers, hints = (
        sender.api.create(f"contact-types/{sender.type_id}/topics", {"name": fresh(name), "description": "Monthly <b>"})
        for name in ("News", "Offers", "Hints")
    )
    wanted = [{"topic_id": topic["id"], "state": "subscribed"} for topic in (news, offers)]
    sender.api.put(states, {"subscriptions": wanted, "source": "shop"})
    page = sender.see(link).text
    assert page.count("Monthly &lt;b&gt;") == 3
    assert re.findall(r'name="topic" value="(\d+)" checked', page) == [str(news["id"]), str(offers["id"])]

    shown = [("shown", topic["id"]) for topic in (news, offers, hints)]
    answer = sender.click(link, [("action", "choose"), *shown, ("topic", news["id"]), ("topic", hints["id"])])
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{urlsplit(link).path}?saved")
    assert "Your choices are saved" in sender.see(f"{link}?saved").text
    found = {one["topic_id"]: (one["state"], one["source"]) for one in sender.api.get(states).json()["subscriptions"]}
    assert found == {
        news["id"]: ("subscribed", "shop"),
        offers["id"]: ("unsubscribed", "unsubscribe link"),
        hints["id"]: ("subscribed", "unsubscribe link"),
    }
    assert sender.reason(email) is None

    sender.click(link, [("action", "choose"), *shown[:2], ("topic", offers["id"])])  # subscribed again by the person
    now = {one["topic_id"]: one["state"] for one in sender.api.get(states).json()["subscriptions"]}
    assert now == {news["id"]: "unsubscribed", offers["id"]: "subscribed", hints["id"]: "subscribed"}
    sender.click(link)
    assert "choose what you receive" not in sender.see(link).text


def test_a_person_leaves_many_topics_with_long_names_at_once(other: Sender) -> None:
    names = [f"{number} {'n' * 250}" for number in range(45)]
    made = [other.api.create(f"contact-types/{other.type_id}/topics", {"name": name}) for name in names]
    contact = other.new_contact()
    form = [("action", "choose"), *(("shown", topic["id"]) for topic in made)]
    assert other.click(contact["unsubscribe_url"], form).status_code == 303
    found = other.api.get(f"contacts/{contact['id']}/subscriptions").json()["subscriptions"]
    assert {one["state"] for one in found} == {"unsubscribed"}
    for topic in made:
        other.api.delete(f"topics/{topic['id']}")


def test_nobody_chooses_topics_of_others(sender: Sender, other: Sender) -> None:
    topic = other.api.create(f"contact-types/{other.type_id}/topics", {"name": fresh("Private")})
    made = sender.new_contact()
    link = made["unsubscribe_url"]
    assert "Private" not in sender.see(link).text
    form = [("action", "choose"), ("shown", topic["id"]), ("topic", topic["id"]), ("topic", "x"), ("shown", "9" * 30)]
    assert sender.click(link, form).status_code == 303
    found = sender.api.get(f"contacts/{made['id']}/subscriptions").json()["subscriptions"]
    assert topic["id"] not in [one["topic_id"] for one in found]


def test_the_python_client_has_links_and_headers(sender: Sender) -> None:
    email = fresh_address()
    made = sender.new_contact(email)
    body = {"contact_type_id": sender.type_id, "name": fresh("Segment"), "rule": f'email = "{email}"'}
    segment = sender.api.create("segments", body)["id"]
    with Tamis(sender.api.base, sender.api.secret_key) as tamis:
        contact = tamis.contacts.get_by_id(made["id"])
        assert contact.unsubscribe_headers == made["unsubscribe_headers"]
        links = [member.unsubscribe_url for member in tamis.segments.members(segment, mailable=True)]
    assert links == [contact.unsubscribe_url] == [made["unsubscribe_url"]]


def test_an_account_has_a_name_for_its_recipients(sender: Sender) -> None:
    def rename(name: str) -> requests.Response:
        return sender.api.patch("account", {"name": name})

    assert rename("").json()["name"] == sender.person.email
    assert rename("  Example Books ").json()["name"] == "Example Books"
    assert sender.api.get("account").json()["name"] == "Example Books"
    details = sender.entries("account.changed")[0]["details"]
    assert details == {"previous_name": "", "name": "Example Books"}
    for wrong in ("x" * 256, "a\nb"):
        problem_of(rename(wrong), 422, "text_too_long" if len(wrong) > 3 else "has_control_characters")
    assert program_of(sender.person, "write").patch("account", {"name": "Other"}).status_code == 403
    assert sender.person.tamis("account", "edit", "--name", "Example Shoes")["name"] == "Example Shoes"
    assert "Example Shoes" in sender.see(sender.new_contact()["unsubscribe_url"]).text
