"""Imports over HTTP: upload, inspection, dry run, import and undo, with the same results as the command."""

import csv
import gzip
import io
import os
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.console import Visitor, new_console_account, text_of
from tests.support.process import TIMEOUT_SECONDS, Server
from tests.support.sakila import CUSTOMERS, FILE, import_sakila
from tests.support.uploads import begin, figures_on, place_of, upload_file, wait_until_processed
from tests.support.users import Person, fresh

HOSTILE = "<script>alert(1)</script>"
MIXED = b"email,first_name,n\na@example.org,Ann,1\nbad,Bob,2\nA@example.org,Ann,3\nb@example.org,Bea,4\n"


def new_type(owner: Person) -> int:
    """Make a contact type."""
    return int(owner.tamis("type", "create", fresh("Imported"))["id"])


def left_in(data: Path) -> list[str]:
    """Name the files that lie where files wait."""
    return sorted(path.name for path in (data / "uploads").glob("*"))


def until(true: Callable[[], bool]) -> None:
    """Wait until something has become true."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while not true():
        assert time.monotonic() < end, "it does not become true"
        time.sleep(0.02)


def many(rows: int) -> bytes:
    """Make a file that takes a while."""
    return ("email,n\n" + "".join(f"p{n}@example.org,{n}\n" for n in range(rows))).encode()


# -- the whole way -----------------------------------------------------------------------------------------------------


def test_the_console_imports_sakila_like_the_command(console: Visitor, owner: Person) -> None:
    by_command = import_sakila(owner, new_type(owner))
    type_id = new_type(owner)
    place = place_of(upload_file(console, type_id, FILE.read_bytes(), "sakila customers.csv"))
    page = console.get(place).text
    assert "sakila customers.csv" in page
    assert "CSV, UTF-8, separated by commas, column names in line 1" in text_of(page)
    names = re.findall(r'<label for="column-\d+">([^<]+)</label>', page)
    with FILE.open(newline="", encoding="utf-8") as file:
        assert names == next(csv.reader(file))
    choices = {
        f"column-{names.index('address')}": "field:address_line1",
        f"column-{names.index('district')}": "field:state",
    }
    assert begin(console, place, "trial", choices) == place
    _, tried = wait_until_processed(console, place)
    assert "Import preview" in tried
    assert figures_on(tried) == {name: by_command[name] for name in figures_on(tried)}
    assert "open_rentals · Number" in text_of(tried)
    assert re.search(r'value="field:state" selected', tried)  # what was chosen stays
    assert owner.tamis("segment", "count", "--type", str(type_id), "--where", "email is not blank") == {"count": 0}
    path = begin(console, place, "import", choices)
    assert re.fullmatch(r"/imports/\d+", path)
    path, page = wait_until_processed(console, path)
    assert figures_on(page) == {name: by_command[name] for name in figures_on(page)}
    assert figures_on(page)["created"] == CUSTOMERS
    india = owner.tamis("segment", "count", "--type", str(type_id), "--where", 'country = "India"')
    assert india == {"count": 60}
    assert console.get(place).headers["location"] == path  # the file is gone, and its page leads on
    assert left_in(owner.data) == [] or place.rpartition("/")[2] not in left_in(owner.data)
    listed = text_of(console.get("/imports").text)
    assert "sakila customers.csv" in listed
    undone = console.post(f"{path}/undo")
    assert undone.headers["location"] == path
    _, page = wait_until_processed(console, path)
    assert f"Deleted {CUSTOMERS} created by the import" in text_of(page)
    assert ">Undone<" in page
    assert owner.tamis("segment", "count", "--type", str(type_id), "--where", "email is not blank") == {"count": 0}
    assert console.post(f"{path}/undo").status_code == 409


def test_the_file_page_shows_the_email_column_and_cleaned_emails(console: Visitor, owner: Person) -> None:
    content = b"Home,Work\nAnn <ann@example.org>,w@example.org\n,v@example.org\n"
    place = place_of(upload_file(console, new_type(owner), content))
    shown = text_of(console.get(place).text)
    assert 'The column "Work" is used as the email. "Home" contains emails too: to use that one, choose' in shown
    begin(console, place, "trial", {"column-0": "field:email", "column-1": "out"})
    _, tried = wait_until_processed(console, place)
    assert "Emails to clean up: 1 Ann <ann@example.org> → ann@example.org" in text_of(tried)
    path, page = wait_until_processed(
        console, begin(console, place, "import", {"column-0": "field:email", "column-1": "out"})
    )
    assert figures_on(page)["created"] == 1
    assert "Emails cleaned up: 1" in text_of(page)
    assert "ann@example.org" not in text_of(console.get(path).text)


def test_a_report_shows_reasons_rejects_fields_and_segments(console: Visitor, owner: Person) -> None:
    type_id = new_type(owner)
    segment = fresh("Anns")
    owner.tamis("segment", "create", segment, "--type", str(type_id), "--where", 'first_name = "Ann"')
    place = place_of(upload_file(console, type_id, MIXED, f"{HOSTILE}.csv"))
    begin(console, place, "trial")
    _, page = wait_until_processed(console, place)
    assert figures_on(page) == {"created": 2, "updated": 0, "unchanged": 0, "repeated": 1, "rejected": 1}
    tried = console.get(f"{place}/rejects")
    path, page = wait_until_processed(console, begin(console, place, "import"))
    assert figures_on(page) == {"created": 2, "updated": 0, "unchanged": 0, "repeated": 1, "rejected": 1}
    shown = text_of(page)
    assert "Email is not valid 1" in shown
    assert "N · Number" in shown
    assert f"{segment} 1 0" in shown
    got = console.get(f"{path}/rejects")
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    assert got.headers["content-disposition"].startswith("attachment; filename=")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "<" not in got.headers["content-disposition"]
    assert got.content == tried.content
    rows = list(csv.reader(io.StringIO(got.content.decode())))
    assert rows == [
        ["rejected_line", "rejected_because", "email", "first_name", "n"],
        ["3", 'Email is not valid: "bad"', "bad", "Bob", "2"],
    ]
    again = place_of(upload_file(console, type_id, got.content.replace(b"bad", b"c@example.org"), "mended.csv"))
    _, page = wait_until_processed(console, begin(console, again, "import"))
    assert (figures_on(page)["created"], figures_on(page)["rejected"]) == (1, 0)


def test_undoing_an_import_keeps_later_edits(console: Visitor, owner: Person) -> None:
    type_id = new_type(owner)
    path, _ = wait_until_processed(console, begin(console, place_of(upload_file(console, type_id, MIXED)), "import"))
    second = place_of(upload_file(console, type_id, b"email,city\na@example.org,Oslo\n"))
    wait_until_processed(console, begin(console, second, "import"))
    page = console.get(path).text
    assert "This deletes 2 contacts that the import created." in page
    console.post(f"{path}/undo")
    _, page = wait_until_processed(console, path)
    assert "Deleted 1 created by the import" in text_of(page)
    assert "Kept 1" in text_of(page)
    assert "a@example.org" in text_of(page)


# -- what is refused, in words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "empty.csv", "empty.csv is empty"),
        (b"PK\x03\x04" + b"\0" * 99, "sheet.xlsx", "is a damaged zip archive or workbook"),
        (b"\0\1\2\3" * 999, "noise.csv", "is not text"),
        (b"a@example.org,Ann\nb@example.org,Bob\n", "bare.csv", "contains an email where the column names"),
        (b"PAR1 or so", "people.parquet", "is not a complete Parquet file"),
        (b"[1, 2]\n", "people.ndjson", "has no JSON object"),
    ],
)
def test_a_file_that_is_not_a_table_is_refused_at_once(
    console: Visitor, owner: Person, content: bytes, name: str, why: str
) -> None:
    before = left_in(owner.data)
    answer = upload_file(console, new_type(owner), content, name)
    assert answer.status_code == 422
    assert why in answer.json()["message"]
    assert str(owner.data) not in answer.text
    assert left_in(owner.data) == before


def test_errors_found_later_are_shown_on_the_page(console: Visitor, owner: Person) -> None:
    noise = "".join(f"{random.Random(n).getrandbits(240):x}@example.org,03/04/2024\n" for n in range(60_000))
    packed = gzip.compress(b"email,joined\n" + noise.encode(), 1)
    place = place_of(upload_file(console, new_type(owner), packed, "half.csv.gz"))
    assert "Based on the first" in text_of(console.get(place).text)
    begin(console, place, "trial")
    _, page = wait_until_processed(console, place)
    assert "can be read in two ways" in text_of(page)
    _, page = wait_until_processed(console, begin(console, place, "import"))
    assert "can be read in two ways" in text_of(page)
    assert "can be read in two ways" in text_of(console.get(place).text)
    failed = re.search(r'href="(/imports/\d+)">half\.csv\.gz', console.get("/imports").text)
    assert failed
    page = console.get(failed[1]).text
    assert "can be read in two ways" in text_of(page)
    assert f'href="{place}">Back to file' in page
    assert console.post(f"{place}/discard").headers["location"] == "/imports"
    assert console.get(place).status_code == 404
    assert f'href="{place}"' not in console.get(failed[1]).text


def test_invalid_choices_stay_in_the_form_with_their_errors(console: Visitor, owner: Person) -> None:
    content = b"who,email,joined,city\na@example.org,b@example.org,03/04/2024,Oslo\n"
    place = place_of(upload_file(console, new_type(owner), content))
    console.get(place)
    answer = console.post(place, {"do": "import", "column-0": "field:email", "column-3": "out", "blank": "erase"})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 3
    assert "are mapped to the same field" in text_of(answer.text)
    assert "03/04/2024 is 3 April or 4 March" in text_of(answer.text)
    assert re.search(r'name="column-3">.*?value="out" selected', answer.text, re.S)
    assert re.search(r'value="erase" selected', answer.text)
    none = console.post(place, {"do": "import", "column-1": "out"})
    assert "No column contains the email" in text_of(none.text)
    assert console.post(place, {"do": "import", "column-3": "field:nonsense"}).status_code == 422
    _, page = wait_until_processed(console, begin(console, place, "import", {"column-0": "out", "date_order": "mdy"}))
    assert figures_on(page)["created"] == 1


def test_a_wide_file_shows_its_first_columns_and_imports_all(console: Visitor, owner: Person) -> None:
    type_id, count = new_type(owner), 320
    content = "email," + ",".join(f"c{n}" for n in range(count)) + "\na@example.org," + ",".join("1" * count) + "\n"
    place = place_of(upload_file(console, type_id, content.encode(), "wide.csv"))
    page = console.get(place).text
    assert page.count('<select id="column-') == 300
    assert "21 more columns not shown. Each is imported into the field with the same name, or into" in text_of(page)
    assert "Showing the first 40 columns" in text_of(page)
    wait_until_processed(console, begin(console, place, "import", {"column-1": "out"}))
    assert owner.tamis("segment", "count", "--type", str(type_id), "--where", "c319 = 1 and c1 = 1") == {"count": 1}
    assert "c0" not in [field["key"] for field in owner.tamis("field", "list", "--type", str(type_id))["fields"]]


def test_names_from_files_are_shown_as_text(console: Visitor, owner: Person) -> None:
    content = f'email,"{HOSTILE}","{{{{ 7*7 }}}}",=cmd|calc,\nx@example.org,{HOSTILE},"{{% x %}}","\'""><b>",z\n'
    place = place_of(upload_file(console, new_type(owner), content.encode(), f"../../{HOSTILE}\x00\n.csv"))
    pages = [console.get(place).text]
    begin(console, place, "trial")
    pages.append(wait_until_processed(console, place)[1])
    path, page = wait_until_processed(console, begin(console, place, "import"))
    pages += [page, console.get(path).text, console.get("/imports").text]
    for page in pages:
        assert HOSTILE not in page
        assert "<b>" not in page
        assert "49" not in re.findall(r"<th[^>]*>([^<]*)</th>", page)


# -- how it is handed in -----------------------------------------------------------------------------------------------


def test_a_type_can_be_created_for_a_file(console: Visitor, owner: Person) -> None:
    name = fresh("Made for it")
    headers = {"accept": "application/json"}
    made = console.post("/imports/types", {"name": name}, headers=headers)
    assert (made.status_code, made.json()["name"]) == (201, name)
    again = console.post("/imports/types", {"name": name}, headers=headers)
    assert (again.status_code, "already" in again.json()["message"]) == (409, True)
    assert console.post("/imports/types", {"name": " "}, headers=headers).status_code == 422
    place = place_of(upload_file(console, made.json()["id"], MIXED))
    assert name in console.get(place).text
    assert name in console.get("/imports/new").text
    assert upload_file(console, 987_654, MIXED).status_code == 404
    assert upload_file(Visitor(console.address, console.http, "0" * 64), made.json()["id"], MIXED).status_code == 403


def test_a_double_click_starts_one_import(console: Visitor, colleague: Visitor, owner: Person) -> None:
    type_id = new_type(owner)
    place = place_of(upload_file(console, type_id, many(20_000), fresh("twice") + ".csv"))
    found: list[str] = []
    both = [
        threading.Thread(target=lambda who=who: found.append(begin(who, place, "import")))
        for who in (console, colleague)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(set(found)) == 1
    path, page = wait_until_processed(console, found[0])
    assert figures_on(page)["created"] == 20_000
    late = console.post(place, {"do": "import"})
    assert (late.status_code, late.headers["location"]) == (303, path)


def test_two_files_are_imported_at_once(console: Visitor, owner: Person) -> None:
    type_id = new_type(owner)
    places = [
        place_of(upload_file(console, type_id, many(30_000).replace(b"p", letter), f"{letter.decode()}.csv"))
        for letter in (b"x", b"y", b"z")
    ]
    paths = [begin(console, place, "import") for place in places]
    for path in paths:
        console.get(path)  # also while it runs
    assert [figures_on(wait_until_processed(console, path)[1])["created"] for path in paths] == [30_000] * 3


# -- a server of its own -----------------------------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Server]:
    """A server that may be killed, and takes files of 250 MB."""
    with Server(tmp_path / "data", {"TAMIS_MAX_UPLOAD": "250000000"}) as running:
        yield running


def signed_in(server: Server) -> tuple[Person, Visitor]:
    """Make an account and sign in."""
    person = new_console_account(server.data, server.address, "owner@example.org")
    visitor = Visitor(server.address)
    visitor.sign_in(person.email)
    return person, visitor


def peak_of(server: Server) -> int:
    """Return the most memory that a server has used, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10


def test_a_large_file_takes_no_memory_and_a_larger_one_is_refused(alone: Server) -> None:
    person, visitor = signed_in(alone)
    type_id = new_type(person)
    place_of(upload_file(visitor, type_id, many(200_000)))
    before = peak_of(alone)
    line = b"".join(b"person%d@example.org,%d\n" % (n, n) for n in range(40_000))

    def content(size: int) -> Iterator[bytes]:
        yield b"email,n\n"
        for _ in range(size // len(line)):
            yield line

    place = place_of(upload_file(visitor, type_id, content(200_000_000), "large.csv"))
    assert peak_of(alone) - before < 60_000_000
    assert "MB" in visitor.get(place).text
    kept = left_in(alone.data)
    with socket.create_connection(("127.0.0.1", int(alone.address.rpartition(":")[2]))) as raw:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor.http.cookies)
        requested = f"PUT /imports/uploads?type={type_id} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\n"
        requested += f"X-CSRF-Token: {visitor.csrf}\r\n"
        raw.sendall(f"{requested}Accept: application/json\r\nContent-Length: 250000001\r\n\r\nemail\n".encode())
        answer = raw.makefile().read()
    assert " 422 " in answer.splitlines()[0]
    assert "is larger than 238 MB" in answer
    with socket.create_connection(("127.0.0.1", int(alone.address.rpartition(":")[2]))) as raw:
        raw.sendall(f"{requested}Content-Length: 1000000\r\n\r\nemail\n".encode() + b"x" * 300_000)
        until(lambda: len(left_in(alone.data)) > len(kept))  # it has begun, and goes away now
    until(lambda: left_in(alone.data) == kept)
    assert not [line for line in alone.errors if " INFO " not in line]


def test_a_killed_server_reports_its_import_and_keeps_the_file(alone: Server) -> None:
    person, visitor = signed_in(alone)
    type_id = new_type(person)
    place = place_of(upload_file(visitor, type_id, many(150_000), "killed.csv"))
    left_behind = alone.data / "uploads" / ("0" * 32)
    path = begin(visitor, place, "import")
    until(lambda: "Saving" in visitor.get(f"{path}/progress").text)
    alone.kill()
    left_behind.write_bytes(b"email\n")
    alone.start()
    visitor.address = alone.address
    page = visitor.get(path).text
    assert "was interrupted" in text_of(page)
    assert f'href="{place}">Back to file' in page
    assert left_in(alone.data) == [place.rpartition("/")[2]]
    path, page = wait_until_processed(visitor, begin(visitor, place, "import"))
    figures = figures_on(page)
    assert figures["created"] + figures["unchanged"] == 150_000
    assert person.tamis("segment", "count", "--type", str(type_id), "--where", "email is not blank") == {
        "count": 150_000
    }
    assert person.tamis("doctor")["ok"]


def test_a_stopping_server_ends_an_import_between_two_batches(alone: Server) -> None:
    person, visitor = signed_in(alone)
    type_id = new_type(person)
    place = place_of(upload_file(visitor, type_id, many(150_000), "stopped.csv"))
    path = begin(visitor, place, "import")
    until(lambda: "Saving" in visitor.get(f"{path}/progress").text)
    assert alone.stop() == 0
    [job] = person.tamis("import", "list")["imports"]
    assert (job["state"], job["error"]) in [
        ("failed", "it was stopped; what was stored before that stays"),
        ("finished", None),
    ]
    assert os.listdir(alone.data / "uploads") == ([place.rpartition("/")[2]] if job["state"] == "failed" else [])
    assert job["created"] == job["rows_done"]


def test_an_import_does_nothing_that_its_dry_run_did_not_show(console: Visitor, owner: Person) -> None:
    type_id = new_type(owner)
    place = place_of(upload_file(console, type_id, MIXED))
    assert begin(console, place, "trial") == place
    wait_until_processed(console, place)
    assert begin(console, place, "import", {"column-2": "out"}) == place
    _, page = wait_until_processed(console, place)
    assert "Your choices changed, so the preview was updated" in page
    assert "Import preview" in page
    path, page = wait_until_processed(console, begin(console, place, "import", {"column-2": "out"}))
    assert re.fullmatch(r"/imports/\d+", path)
    assert figures_on(page)["created"] == 2


def test_a_dry_run_is_outdated_when_contacts_or_fields_change(console: Visitor, owner: Person) -> None:
    type_id = new_type(owner)
    place = place_of(upload_file(console, type_id, MIXED))
    begin(console, place, "trial")
    _, page = wait_until_processed(console, place)
    assert "data-outdated" not in page
    owner.tamis("contact", "create", "b@example.org", "--type", str(type_id))
    assert "data-outdated" in console.get(place).text
    begin(console, place, "trial")
    _, page = wait_until_processed(console, place)
    assert "data-outdated" not in page
    assert figures_on(page)["updated"] == 1
    owner.tamis("field", "create", "Other", "--type", str(type_id), "--kind", "text")
    assert "data-outdated" in console.get(place).text


def test_new_fields_get_the_name_and_kind_that_were_chosen(console: Visitor, owner: Person) -> None:
    type_id = new_type(owner)
    content = b"email,code,created_at\na@example.org,1,2024-01-15\nb@example.org,2,2024-01-16\n"
    place = place_of(upload_file(console, type_id, content))
    choices = {"column-2": "new", "name-2": "Subscribed", "kind-1": "text", "name-1": "code"}
    assert begin(console, place, "trial", choices) == place
    _, page = wait_until_processed(console, place)
    assert 'value="Subscribed"' in page
    assert re.search(r'value="text" selected', page)
    wait_until_processed(console, begin(console, place, "import", choices))
    fields = {field["key"]: field["kind"] for field in owner.tamis("field", "list", "--type", str(type_id))["fields"]}
    assert (fields["code"], fields["subscribed"]) == ("text", "date")


def test_a_reserved_name_needs_another_one(console: Visitor, owner: Person) -> None:
    place = place_of(upload_file(console, new_type(owner), b"email,created_at\na@example.org,2024-01-15\n"))
    console.get(place)
    answer = console.post(place, {"do": "trial", "column-1": "new", "name-1": "created_at"})
    assert answer.status_code == 422
    assert "choose another name" in text_of(answer.text)


def test_values_that_do_not_fit_are_added_or_left_blank(console: Visitor, owner: Person) -> None:
    type_id = new_type(owner)
    owner.tamis("field", "create", "Plan", "--type", str(type_id), "--kind", "choice", "--option", "free")
    owner.tamis("field", "create", "Age", "--type", str(type_id), "--kind", "number")
    content = b"email,Plan,Age\na@example.org,free,1\nb@example.org,pro,2\nc@example.org,free,old\n"
    place = place_of(upload_file(console, type_id, content))
    begin(console, place, "trial")
    _, page = wait_until_processed(console, place)
    assert figures_on(page)["rejected"] == 2
    reported = text_of(page)
    assert "pro · 1 row" in reported  # the values are named
    assert "unknown option" in reported
    assert begin(console, place, "", {"add": "1"}) == place
    _, page = wait_until_processed(console, place)
    assert figures_on(page)["rejected"] == 1
    choices = {"bad-1": "add", "bad-2": "blank"}
    begin(console, place, "trial", choices)
    _, page = wait_until_processed(console, place)
    assert figures_on(page)["rejected"] == 0
    assert "line 4: old" in text_of(page)
    path, page = wait_until_processed(console, begin(console, place, "import", choices))
    assert re.fullmatch(r"/imports/\d+", path)
    assert figures_on(page)["created"] == 3
    assert "1 cell left blank" in text_of(page)
    shown = owner.tamis("contact", "show", "b@example.org", "--type", str(type_id))
    assert shown["values"]["plan"] == "pro"


def test_the_encoding_is_asked_for_and_can_be_chosen(console: Visitor, owner: Person) -> None:
    type_id = new_type(owner)
    content = "email,Imię\na@example.org,Łukasz\nb@example.org,Wiśniewski\n".encode("cp1250")
    place = place_of(upload_file(console, type_id, content))
    assert "Windows-1250" in text_of(console.get(place).text)
    page = console.get(f"{place}?encoding=windows-1252").text
    assert "£ukasz" in page
    assert re.search(r'name="encoding" value="windows-1252"', page)
    begin(console, place, "trial", {"encoding": "windows-1250"})
    _, page = wait_until_processed(console, place)
    assert re.search(r'name="encoding" value="windows-1250"', page)
    refused = console.get(f"{place}?encoding=utf-16").text
    assert "How should this file be read?" in refused

    unclear = b"email,name\n" + b"".join(b"p%d@example.org,\xb1\xe6\xb3\n" % n for n in range(9))
    place = place_of(upload_file(console, type_id, unclear))
    page = console.get(place).text
    assert "--encoding" not in page
    if "How should this file be read?" in page:
        page = console.get(f"{place}?encoding=windows-1250").text
    assert "Columns" in page
