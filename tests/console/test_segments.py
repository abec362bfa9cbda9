"""The list of segments and the pages of one over HTTP: they agree with the API, and only their owner sees them."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import Server
from tests.support.users import Person, fresh

HOSTILE = "\"><script>alert('x')</script>{{ 7 * 7 }}&amp;"
PEOPLE = 130


@dataclass
class SampleData:
    """A contact type of the owner with people, and two segments, the second of which names the first."""

    type_id: int
    grown: int
    named: int
    name: str

    @property
    def path(self) -> str:
        return f"/segments/{self.grown}"


@pytest.fixture(scope="module")
def sample(owner: Person, tmp_path_factory: pytest.TempPathFactory) -> SampleData:
    name = fresh("Townspeople")
    type_id = owner.tamis("type", "create", name)["id"]
    file = tmp_path_factory.mktemp("sample") / "people.csv"
    with file.open("w", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(["email", "first_name", "age"])
        rows.writerows([f"sample{n}@example.org", HOSTILE if n == 99 else "Ann", str(n)] for n in range(PEOPLE))
    owner.tamis("import", file, "--type", name, "--create-fields")
    grown = owner.tamis("segment", "create", fresh("Grown"), "--type", name, "--where", "age >= 10")["id"]
    rule = f'is in segment "{owner.segment(grown)["segment_name"]}" and age < 20'
    named = owner.tamis("segment", "create", fresh("Named"), "--type", name, "--where", rule)["id"]
    return SampleData(type_id, grown, named, name)


def count_on(visitor: Visitor, segment_id: int) -> int:
    """Read the count off a segment's page."""
    found = re.search(r'id="count">([\d,]+)<', visitor.get(f"/segments/{segment_id}").text)
    assert found
    return int(found[1].replace(",", ""))


def rows_on(page: str) -> list[str]:
    """Return the addresses of the members that a page lists, in order."""
    return re.findall(r'aria-label="Exclude (\S+)"', page)


# -- what is shown is true ---------------------------------------------------------------------------------------------


def test_the_console_shows_the_counts_and_members_of_the_api(
    owner: Person, console: Visitor, sample: SampleData
) -> None:
    listed = console.get("/segments").text
    for segment in owner.segments():
        row = re.search(rf'<a class="name" href="/segments/{segment["id"]}">.*?</tr>', listed, re.S)
        assert row
        assert f'count">{segment["segment_emails_count"]:,}<' in row[0]
        assert count_on(console, segment["id"]) == segment["segment_emails_count"]
    page, shown = console.get(f"{sample.path}/members").text, list[str]()
    while True:
        shown += rows_on(page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        if not after:
            break
        page = console.get(after[1]).text
    assert shown == owner.addresses(sample.grown)
    assert len(shown) == PEOPLE - 10


def test_segments_are_searched_and_sorted(console: Visitor, owner: Person, sample: SampleData) -> None:
    name = owner.segment(sample.named)["segment_name"]
    found = console.get("/segments", params={"q": f"{sample.name} AGE less"}).text
    assert re.findall(r'class="name" href="/segments/(\d+)"', found) == [str(sample.named)]
    assert name in text_of(found)
    piece = console.get("/segments", params={"q": name}, headers={"hx-request": "true"}).text
    assert "<html" not in piece
    assert re.findall(r'class="name" href="/segments/(\d+)"', piece) == [str(sample.named)]
    by_size = console.get("/segments", params={"q": sample.name, "sort": "members"}).text
    ordered = re.findall(r'class="name" href="/segments/(\d+)"', by_size)  # other tests make some of this name too
    assert [id_ for id_ in ordered if id_ in (str(sample.grown), str(sample.named))] == [
        str(sample.grown),
        str(sample.named),
    ]
    assert "No segments match your search" in console.get("/segments", params={"q": HOSTILE}).text


def test_member_search_puts_no_email_in_the_url(console: Visitor, sample: SampleData) -> None:
    found = console.post(f"{sample.path}/members/search", {"text": "SAMPLE11"}).text
    assert rows_on(found) == ["sample11@example.org", *(f"sample{n}@example.org" for n in range(110, 120))]
    assert "11 members match" in text_of(found)
    piece = console.post(f"{sample.path}/members/search", {"text": "ann"}, headers={"hx-request": "true"}).text
    assert "<html" not in piece
    assert len(rows_on(piece)) == 50
    after = re.search(r'name="after" value="(\d+)"', piece)
    assert after
    later = console.post(f"{sample.path}/members/search", {"text": "ann", "after": after[1]}).text
    assert not set(rows_on(later)) & set(rows_on(piece))
    assert "Counting…" in text_of(piece)
    counted = console.post(f"{sample.path}/members/count", {"text": "ann"}).text
    assert text_of(counted).startswith("119 members match")
    assert text_of(console.post(f"{sample.path}/members/count").text).startswith("120 members")


def test_the_overview_shows_rule_history_and_usage(console: Visitor, owner: Person, sample: SampleData) -> None:
    reported = text_of(console.get(sample.path).text)
    assert " whose Age is at least 10." in reported
    assert "age is equal or greater than 10" in reported
    assert owner.segment(sample.named)["segment_name"] in reported
    assert "Members over time" in reported
    assert "120 members" in reported
    assert console.get(f"{sample.path}?days=365").status_code == 200
    assert console.get(f"{sample.path}?days=%C2%B2").status_code == 200


def test_history_shows_who_joined_and_left(owner: Person, console: Visitor, sample: SampleData) -> None:
    assert "120 members" in text_of(console.get(f"{sample.path}/history").text)
    owner.add(sample.grown, "visitor@example.net")
    owner.delete_recipient(owner.recipient(sample.grown, "visitor@example.net")["id"])
    reported = text_of(console.get(f"{sample.path}/history").text)
    assert reported.index("Left Email no longer stored Manual change") < reported.index("Entered Email")
    left = text_of(console.get(f"{sample.path}/history?only=left").text)
    assert "Built" not in left
    assert "Left Email no longer stored" in left
    assert console.get(f"{sample.path}/history?before=99999999999999999999999").status_code == 200


def test_overlaps_are_shown_as_chart_and_table(console: Visitor, sample: SampleData) -> None:
    page = console.get(f"{sample.path}/overlap?a={sample.named}").text
    assert '<svg class="sets"' in page
    assert "in all of these: 10" in page
    table = console.get(f"{sample.path}/overlap/all").text
    row = re.search(rf'/segments/{sample.named}".*?</tr>', table, re.S)
    assert row
    assert text_of(row[0]).split()[-5:] == ["10", "8.3%", "100%", "10", "Compare"]
    assert console.get(f"{sample.path}/overlap?a=999999&b=x").status_code == 200


def test_calls_of_the_api_name_the_segment_and_no_secret(owner: Person, console: Visitor, sample: SampleData) -> None:
    page = console.get(f"{sample.path}/api").text
    assert f"/api/segment/email/list?segment_id={sample.grown}" in page
    assert owner.secret_key not in page
    assert owner.public_key not in page


def test_a_membership_is_explained(console: Visitor, owner: Person, sample: SampleData) -> None:
    recipient = owner.recipient(sample.grown, "sample42@example.org")["id"]
    reported = text_of(console.get(f"{sample.path}/members/{recipient}/why").text)
    assert "In “" in reported
    assert "Age is at least 10" in reported
    assert "Value: 42" in reported
    assert console.get(f"/segments/{sample.named}/members/{recipient}/why").status_code == 404


# -- manual changes ----------------------------------------------------------------------------------------------------


def test_an_excluded_member_lowers_the_count_by_one_and_can_be_restored(
    owner: Person, console: Visitor, colleague: Visitor, sample: SampleData
) -> None:
    before = count_on(console, sample.grown)
    recipient = owner.recipient(sample.grown, "sample50@example.org")["id"]
    row = console.post(f"{sample.path}/members/remove", {"recipient": recipient}, headers={"hx-request": "true"})
    assert (row.status_code, row.headers["hx-trigger"]) == (200, "changed")
    assert "sample50@example.org is excluded and stays out" in text_of(row.text)
    assert count_on(colleague, sample.grown) == before - 1 == owner.segment(sample.grown)["segment_emails_count"]
    listed = colleague.get(f"{sample.path}/by-hand").text
    assert "sample50@example.org" in listed
    contact = re.search(r'name="contact" value="(\d+)"', listed)
    assert contact
    back = colleague.post(f"{sample.path}/bring-back", {"contact": contact[1]})
    assert back.headers["location"] == f"{sample.path}/by-hand"
    assert "sample50@example.org is back in the segment." in text_of(colleague.get(f"{sample.path}/by-hand").text)
    assert count_on(console, sample.grown) == before
    assert console.post(f"{sample.path}/bring-back", {"contact": contact[1]}).status_code == 404


def test_pressing_add_repeatedly_adds_an_email_once(owner: Person, console: Visitor, sample: SampleData) -> None:
    before = count_on(console, sample.grown)
    typed = {"email": "Guest@example.net", "first_name": HOSTILE, "last_name": "", "idempotency_key": fresh("mark")}
    answers = [console.post(f"{sample.path}/members", typed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert count_on(console, sample.grown) == before + 1
    last = owner.recipients(sample.grown)[-1]
    assert (last["email"], last["contact_id"], last["first_name"]) == ("Guest@example.net", None, HOSTILE)
    again = console.post(f"{sample.path}/members", {"email": "guest@EXAMPLE.net", "first_name": "Kept as typed"})
    assert again.status_code == 422
    assert "is already in the segment" in text_of(again.text)
    assert 'value="Kept as typed"' in again.text
    for wrong in ("", "no address", HOSTILE):
        refused = console.post(f"{sample.path}/members", {"email": wrong, "last_name": "x" * 256})
        assert refused.status_code == 422
        assert "Must not be longer than 255 characters" in text_of(refused.text)
    pasted = console.post(f"{sample.path}/members", {"email": "Guest <mailto:guest@example.net>"})
    assert "is already in the segment" in text_of(pasted.text)
    assert 'class="tag accent">Added manually' in console.get(f"{sample.path}/members?before={1 << 53}").text
    removed = console.post(f"{sample.path}/members/remove", {"recipient": last["id"], "back": "by-hand"})
    assert removed.headers["location"] == f"{sample.path}/by-hand"
    assert count_on(console, sample.grown) == before


# -- what is done with a segment ---------------------------------------------------------------------------------------


def test_a_segment_is_renamed_duplicated_and_deleted_unless_it_is_used(
    owner: Person, console: Visitor, sample: SampleData
) -> None:
    name = owner.segment(sample.grown)["segment_name"]
    refused = console.post(f"{sample.path}/delete")
    assert refused.status_code == 409
    assert owner.segment(sample.named)["segment_name"] in refused.text
    mark = {"idempotency_key": fresh("mark")}
    copies = [console.post(f"{sample.path}/duplicate", mark).headers["location"] for _ in range(2)]
    assert copies[0] == copies[1]
    copy = copies[0]
    assert f"Copy of {name}" in text_of(console.get(copy).text)
    assert count_on(console, int(copy.rpartition("/")[2])) == PEOPLE - 10
    for taken in (name.upper(), "", "x" * 256):
        wrong = console.post(f"{copy}/rename", {"name": taken})
        assert wrong.status_code == 422
        assert ("Another segment" if taken == name.upper() else "The segment name") in text_of(wrong.text)
    piece = console.post(f"{copy}/rename", {"name": ""}, headers={"hx-request": "true"})
    assert piece.status_code == 422
    assert "<html" not in piece.text
    assert console.post(f"{copy}/rename", {"name": HOSTILE}).headers["location"] == copy
    for path in ("/segments", copy, f"{copy}/members", f"{sample.path}/overlap", f"{sample.path}/overlap/all"):
        shown = console.get(path).text
        assert "<script>alert" not in shown
        assert "49&amp;" not in shown
    assert HOSTILE in text_of(console.get(copy).text)
    described = {"name": HOSTILE, "description": f"{HOSTILE}\r\nAsk Ann."}
    assert console.post(f"{copy}/rename", described).headers["location"] == copy
    shown = console.get(copy).text
    assert "Ask Ann." in text_of(shown)
    assert "<script>alert" not in shown
    assert console.post(f"{copy}/rename", {"name": HOSTILE}).headers["location"] == copy
    assert "Ask Ann." in text_of(console.get(copy).text)
    assert console.post(f"{copy}/delete", mark).headers["location"] == "/segments"
    assert "deleted. You can restore it under “Deleted segments”." in text_of(console.get("/segments").text)
    assert console.get(copy).status_code == 404


def test_a_segment_that_depends_on_time_shows_the_next_days(
    console: Visitor, owner: Person, sample: SampleData
) -> None:
    where = ("--type", sample.name, "--where", "created_at is within 3 days")
    made = owner.tamis("segment", "create", fresh("New"), *where)
    path = f"/segments/{made['id']}"
    assert "Next 7 days" in text_of(console.get(path).text)
    table = text_of(console.get(f"{path}/forecast").text)
    assert "Rest of today" in table
    assert f"{made['count']}" in table


def test_contact_names_are_shown_verbatim(console: Visitor, sample: SampleData) -> None:
    page = console.post(f"{sample.path}/members/search", {"text": "sample99"}).text
    assert HOSTILE in text_of(page)
    assert "<script>alert" not in page


@pytest.mark.parametrize("ending", ["csv", "excel", "ndjson", "parquet"])
def test_an_export_has_the_members_and_a_valid_file_name(
    owner: Person, console: Visitor, server: Server, sample: SampleData, ending: str
) -> None:
    name = fresh('Ünder/"line"')
    segment = owner.make_segment(
        sample.type_id, name, select_field=["1"], select_operator=["contains"], value=["sample1"], query_type=None
    )
    answer = console.get(f"/segments/{segment}/export?to={ending}")
    assert answer.status_code == 200
    kind = "csv" if ending == "excel" else ending
    number = name.rpartition(" ")[2]
    plain, whole = f"Under line {number}.{kind}", f"%C3%9Cnder%20line%20{number}.{kind}"
    assert answer.headers["content-disposition"] == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert not list((server.data / "exports").glob("*"))
    expected = owner.addresses(segment)
    assert len(expected) == 41
    if ending == "ndjson":
        assert [json.loads(line)["email"] for line in answer.text.splitlines()] == expected
    elif ending == "parquet":
        assert answer.content[:4] == answer.content[-4:] == b"PAR1"
    else:
        assert answer.content.startswith(b"\xef\xbb\xbf") is (ending == "excel")
        rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert [row["email"] for row in rows] == expected
    assert console.get(f"/segments/{segment}/export?to=exe").status_code == 404


def test_times_are_in_the_account_time_zone_for_excel_and_in_utc_otherwise(
    owner: Person, console: Visitor, tmp_path: Path
) -> None:
    name = fresh("Visitors")
    type_id = owner.tamis("type", "create", name)["id"]
    owner.tamis("field", "create", "Seen", "--type", name, "--kind", "datetime")
    file = tmp_path / "seen.csv"
    file.write_text("email,seen\na@example.org,2024-12-31T17:59:00.25Z\nb@example.org,\n", encoding="utf-8")
    owner.tamis("import", file, "--type", name)
    segment = owner.tamis("segment", "create", name, "--type", name, "--where", "email is not blank")["id"]
    for ending, seen in (("excel", "2024-12-31 23:59:00"), ("csv", "2024-12-31T17:59:00.250000Z")):
        of_segment = console.get(f"/segments/{segment}/export?to={ending}")
        of_type = console.post(f"/types/{type_id}/contacts/export", {"to": ending, "text": "", "segment": ""})
        for answer in (of_segment, of_type):
            rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
            assert [row["seen"] for row in rows] == [seen, ""]
            assert (rows[0]["created_at"].endswith("Z")) is (ending == "csv")
    assert "times in Asia/Dhaka" in text_of(console.get(f"/segments/{segment}").text)


# -- ownership ---------------------------------------------------------------------------------------------------------


def routes(sample: SampleData, recipient: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All routes of a segment except its deletion."""
    for part in (
        "",
        "/figures",
        "/members",
        "/by-hand",
        "/history",
        "/forecast",
        "/overlap",
        "/overlap/all",
        "/api",
        "/export",
        "/rename",
    ):
        yield "GET", sample.path + part, {}
    yield "GET", f"{sample.path}/members/{recipient}/why", {}
    yield "POST", f"{sample.path}/members/search", {"text": "sample"}
    yield "POST", f"{sample.path}/members/count", {"text": "sample"}
    yield "POST", f"{sample.path}/members", {"email": "stranger@example.net"}
    yield "POST", f"{sample.path}/members/remove", {"recipient": recipient}
    yield "POST", f"{sample.path}/bring-back", {"contact": 1}
    yield "POST", f"{sample.path}/rename", {"name": "Mine"}
    yield "POST", f"{sample.path}/duplicate", {}
    yield "POST", f"{sample.path}/delete", {}


def test_another_account_finds_nothing_and_a_guest_must_sign_in(
    owner: Person, stranger: Visitor, guest: Visitor, colleague: Visitor, console: Visitor, sample: SampleData
) -> None:
    recipient = owner.recipient(sample.grown, "sample60@example.org")["id"]
    before = owner.segments(), owner.recipients(sample.grown)
    missing = stranger.get("/segments/2097151").text
    for method, path, form in routes(sample, recipient):
        answer = stranger.get(path) if method == "GET" else stranger.post(path, form)
        assert answer.status_code == 404, path
        assert "sample" not in text_of(answer.text), path
        requested = guest.get(path) if method == "GET" else guest.post(path, form)
        assert (requested.status_code, method) in ((303, "GET"), (403, "POST")), path
        if method == "GET":
            assert requested.headers["location"].startswith("/sign-in"), path
            assert colleague.get(path).status_code == 200, path
        else:
            forged = colleague.http.post(colleague.address + path, data=form, allow_redirects=False, timeout=60)
            assert forged.status_code == 403, path
    assert text_of(missing) == text_of(stranger.get(sample.path).text)
    assert sample.name not in stranger.get("/segments").text
    assert (owner.segments(), owner.recipients(sample.grown)) == before


@pytest.mark.parametrize("wrong", ["0", "9223372036854775808", "1" * 40, "-1", "x"])
def test_invalid_ids_are_not_found(console: Visitor, sample: SampleData, wrong: str) -> None:
    assert console.get(f"/segments/{wrong}").status_code == 404
    assert console.get(f"{sample.path}/members/{wrong}/why").status_code == 404
    assert console.post(f"{sample.path}/members/remove", {"recipient": wrong}).status_code == 404
    assert console.post(f"{sample.path}/bring-back", {"contact": wrong}).status_code == 404
    for query in (
        f"members?after={wrong}",
        f"members?before={wrong}",
        f"history?before={wrong}",
        f"by-hand?added={wrong}",
    ):
        assert console.get(f"{sample.path}/{query}").status_code in (200, 400), query


def test_an_empty_segment_list_explains_how_to_start(server: Server, data: Path) -> None:
    beginner = new_console_account(data, server.address, "beginner@example.org")
    visitor = Visitor(server.address)
    visitor.sign_in(beginner.email)
    assert "Add your contacts first" in text_of(visitor.get("/segments").text)
    beginner.tamis("type", "create", "Pupils")
    beginner.tamis("field", "create", "Joined", "--type", "Pupils", "--kind", "date")
    taught = visitor.get("/segments").text
    assert "Create your first segment" in text_of(taught)
    example = re.search(r'<a href="(/segments/new\?[^"]*joined[^"]*)">([^<]*)</a>', taught)
    assert example
    assert html.unescape(example[2]) == "Pupils whose Joined has its anniversary within the next 7 days."
    begun = visitor.get(html.unescape(example[1])).text
    assert "is anniversary within" in begun
    nonsense = re.sub(r"rule=[^&]*", "rule=nonsense+(", html.unescape(example[1]))
    assert visitor.get(nonsense).status_code == 200
