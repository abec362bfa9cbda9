"""Following changes over the API: pages, long polling and server-sent events, with a real server and real clients."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.api.v1.listeners import Listener, listening
from tests.support.process import TIMEOUT_SECONDS, Server
from tests.support.programs import Program, problem_of, program_of
from tests.support.users import Person, fresh, new_account


@pytest.fixture
def country(api: Program, owner: Person, new_type: dict[str, Any]) -> "Countries":
    return Countries(api, owner, new_type)


class Countries:
    """Contacts of a type of its own, with a segment for each of two countries."""

    def __init__(self, api: Program, owner: Person, new_type: dict[str, Any]) -> None:
        self.api = api
        self.path = f"contact-types/{new_type['id']}/contacts"
        self.peru, self.india = (
            owner.tamis("segment", "create", fresh(name), "--type", new_type["name"], "--where", f'country = "{name}"')[
                "id"
            ]
            for name in ("Peru", "India")
        )

    def move(self, name: str, country: str) -> dict[str, Any]:
        answer = self.api.patch(f"{self.path}/{name}@example.org", {"fields": {"country": country}})
        if answer.status_code == 404:
            answer = self.api.put(f"{self.path}/{name}@example.org", {"fields": {"country": country}})
        segments: dict[str, Any] = answer.json()["segments"]
        return segments

    def now(self) -> str:
        return str(self.api.get("changes", after="now").json()["next_cursor"])


def summaries(changes: list[dict[str, Any]]) -> list[tuple[str, int, str | None]]:
    return [(change["type"], change["segment_id"], change["email"]) for change in changes]


def test_pages_tell_everything_once_and_in_order(country: Countries) -> None:
    begin = country.now()
    for name, to in (("ann", "Peru"), ("bob", "India"), ("ann", "India"), ("bob", "")):
        country.move(name, to)
    found: list[dict[str, Any]] = []
    cursor, has_more = begin, True
    while has_more:
        page = country.api.get("changes", after=cursor, limit=2).json()
        found, cursor, has_more = [*found, *page["data"]], page["next_cursor"], page["has_more"]
    ann, bob = "ann@example.org", "bob@example.org"
    of_these = [change for change in found if change["segment_id"] in (country.peru, country.india)]
    assert sorted(summaries(of_these[:2])) == [("entered", country.peru, ann), ("entered", country.india, bob)]
    assert sorted(summaries(of_these[2:4])) == [("entered", country.india, ann), ("left", country.peru, ann)]
    assert summaries(of_these[4:]) == [("left", country.india, bob)]
    assert [change["id"] for change in found] == sorted({change["id"] for change in found})
    assert {change["cause"] for change in of_these} == {"contact_changed"}
    only = country.api.get("changes", after=begin, segment_id=country.peru).json()
    assert only["data"] == [change for change in of_these if change["segment_id"] == country.peru]
    assert country.api.get("changes", cursor=begin).json() == country.api.get("changes", after=begin).json()


def test_the_first_build_of_a_segment_is_one_change_with_a_way_to_its_members(country: Countries) -> None:
    built = country.api.get("changes", segment_id=country.peru).json()["data"][0]
    assert (built["type"], built["cause"], built["count"], built["contact_id"]) == ("built", "first_build", 0, None)
    assert built["members"] == f"/v1/segments/{country.peru}/past-members?at_change={built['id']}"


def test_members_as_of_a_change_and_the_changes_after_it_lead_to_the_present(
    country: Countries, stranger_api: Program
) -> None:
    path = f"segments/{country.peru}/past-members"
    for name in ("ann", "bob", "cy"):
        country.move(name, "Peru")
    then = country.now()
    country.move("bob", "")
    country.move("dan", "Peru")
    members = {member["id"]: member["email"] for member in country.api.pages(path, at_change=then, limit=2)}
    assert sorted(members.values()) == [f"{name}@example.org" for name in ("ann", "bob", "cy")]
    for change in country.api.get("changes", after=then, segment_id=country.peru).json()["data"]:
        if change["type"] == "entered":
            members[change["recipient_id"]] = change["email"]
        else:
            del members[change["recipient_id"]]
    assert sorted(members.values()) == [f"{name}@example.org" for name in ("ann", "cy", "dan")]
    problem_of(country.api.get(path, at_change=0), 410, "members_not_known_at_change")
    problem_of(country.api.get(path, at_change=2**52), 422, "change_number_unknown")
    problem_of(country.api.get(path), 400, "parameter_not_valid")
    problem_of(stranger_api.get(path, at_change=then), 404, "segment_unknown")


def test_a_stranger_sees_nothing_and_a_colleague_everything(
    country: Countries, stranger_api: Program, colleague_api: Program
) -> None:
    begin = country.now()
    country.move("ann", "Peru")
    assert stranger_api.get("changes", after=begin).json()["data"] == []
    problem_of(stranger_api.get("changes", segment_id=country.peru), 404, "segment_unknown")
    problem_of(stranger_api.get("changes", segment_id=999_999), 404, "segment_unknown")
    seen = colleague_api.get("changes", after=begin, segment_id=country.peru).json()["data"]
    assert summaries(seen) == [("entered", country.peru, "ann@example.org")]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"after": "-1"}, 400),
        ({"after": "x"}, 400),
        ({"after": "٣"}, 400),
        ({"after": str(2**53)}, 400),
        ({"after": str(2**53 - 1)}, 422),
        ({"limit": 0}, 400),
        ({"limit": 1001}, 400),
        ({"wait": 61}, 400),
        ({"wait": -1}, 400),
        ({"segment_id": 0}, 400),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_what_cannot_be_is_refused(api: Program, query: dict[str, object], status: int, accept: str) -> None:
    answer = api.call("GET", "changes", params=query, headers={"Accept": accept})
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_request_that_waits_is_answered_by_the_next_change(country: Countries) -> None:
    begin = country.now()
    with ThreadPoolExecutor(2) as threads:
        waiting = threads.submit(country.api.get, "changes", after=begin, segment_id=country.india, wait=60)
        elsewhere = threads.submit(country.api.get, "changes", after=begin, segment_id=country.peru, wait=1)
        while not waiting.done():
            country.move("ann", "India")
            country.move("ann", "")
        answer = waiting.result().json()
        assert summaries(answer["data"])[0] == ("entered", country.india, "ann@example.org")
        assert elsewhere.result().json()["data"] == []


def test_a_request_that_waits_in_vain_gets_an_empty_page(country: Countries) -> None:
    begin = country.now()
    answer = country.api.get("changes", after=begin, segment_id=country.peru, wait=1).json()
    assert (answer["data"], answer["has_more"]) == ([], False)
    assert int(answer["next_cursor"]) >= int(begin)


def test_two_streams_hear_what_concerns_them_and_go_on_where_they_were(country: Countries) -> None:
    begin = country.now()
    peru, india = (Listener(country.api, begin, segment_id=segment_id) for segment_id in (country.peru, country.india))
    with listening(peru, india):
        for to in ("Peru", "India", "Peru"):
            country.move("ann", to)
        assert [change["type"] for change in peru.wait_for(3)] == ["entered", "left", "entered"]
        assert [change["type"] for change in india.wait_for(2)] == ["entered", "left"]
    country.move("ann", "India")  # while nobody listens
    with listening(peru, india):
        country.move("ann", "Peru")
        peru.wait_for(5)
        india.wait_for(4)
    for listener, segment_id in ((peru, country.peru), (india, country.india)):
        assert listener.heard == country.api.get("changes", after=begin, segment_id=segment_id).json()["data"]


def test_curl_prints_changes_as_they_come(country: Countries) -> None:
    with subprocess.Popen(
        ["curl", "-sN", "--noproxy", "*",
         f"{country.api.base}/v1/changes?after={country.now()}&segment_id={country.peru}",
         "-H", f"Authorization: Bearer {country.api.secret_key}", "-H", "Accept: text/event-stream"],
        stdout=subprocess.PIPE, text=True,
    ) as curl:  # fmt: skip
        try:
            assert curl.stdout
            lines = iter(curl.stdout.readline, "")
            assert next(lines) == "retry: 1000\n"
            country.move("ann", "Peru")
            data = next(line for line in lines if line.startswith("data: "))
            assert json.loads(data.removeprefix("data: "))["email"] == "ann@example.org"
        finally:
            curl.kill()


def test_a_request_that_waits_ends_with_its_key(api: Program, country: Countries, owner: Person) -> None:
    pair = owner.tamis("key", "create")
    program = Program(api.base, pair["secret_key"])
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(program.get, "changes", after=country.now(), wait=60)
        time.sleep(0.2)  # so that it waits; it is refused anyway if it does not yet
        owner.tamis("key", "revoke", pair["public_key"])
        country.move("ann", "Peru")
        problem_of(waiting.result(), 401, "key_not_valid")


def test_a_stream_ends_with_its_key(server: Server, api: Program, country: Countries, owner: Person) -> None:
    pair = owner.tamis("key", "create")
    stream = Listener(Program(api.base, pair["secret_key"]), country.now(), segment_id=country.peru)
    with ThreadPoolExecutor(1) as thread:
        ended = thread.submit(stream.listen)
        stream.wait_until_open()
        country.move("ann", "Peru")
        stream.wait_for(1)
        owner.tamis("key", "revoke", pair["public_key"])
        country.move("ann", "India")
        ended.result(TIMEOUT_SECONDS)
    assert [change["type"] for change in stream.heard] == ["entered"]


def test_streams_end_at_once_when_the_server_stops_and_go_on_after_its_start(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        owner = new_account(server.data, server.address, "owner@example.org")
        made = program_of(owner).create("contact-types", {"name": "People"})
        country = Countries(program_of(owner), owner, made)
        begin = country.now()
        stream = Listener(country.api, begin)
        with ThreadPoolExecutor(2) as threads:
            open_stream = threads.submit(stream.listen)
            country.move("ann", "Peru")
            stream.wait_for(1)
            waiting = threads.submit(country.api.get, "changes", after=country.now(), wait=60)
            assert server.stop() == 0
            open_stream.result()
            assert waiting.result().json()["data"] == []
        assert not [line for line in server.errors if "requests_cut_off" in line]
        server.start()
        again = program_of(
            Person(
                owner.data, f"{server.address}/api/", owner.account_id, owner.email, owner.public_key, owner.secret_key
            )
        )
        country.api = again
        country.move("ann", "India")
        found = again.get("changes", after=stream.last_id).json()["data"]
        assert sorted(summaries(found)) == [
            ("entered", country.india, "ann@example.org"),
            ("left", country.peru, "ann@example.org"),
        ]
        assert [*stream.heard, *found] == again.get("changes", after=begin).json()["data"]
