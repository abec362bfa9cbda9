"""Imports of files over the API for programs."""

import gzip
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.process import TIMEOUT_SECONDS
from tests.support.programs import Program, problem_of
from tests.support.users import fresh

CSV = b"email,First name,Age\nada@example.org,Ada,36\nnobody,Nobody,1\nlin@example.org,Lin,28\nada@example.org,Ada,37\n"
NUMBERED = {"rows": 4, "created": 2, "updated": 0, "unchanged": 0, "repeated": 1, "rejected": 1}

Import = Callable[..., Any]


def ended(api: Program, shown: dict[str, Any]) -> dict[str, Any]:
    """Return an import when it has ended."""
    until = time.monotonic() + TIMEOUT_SECONDS
    while shown["state"] in ("running", "undoing"):
        assert time.monotonic() < until, shown
        time.sleep(0.02)
        shown = api.result(api.get(f"imports/{shown['id']}"))
    return shown


@pytest.fixture
def send(api: Program, new_type: dict[str, Any]) -> Import:
    """Import a body into a type of its own."""

    def run(body: bytes = CSV, headers: dict[str, str] | None = None, **query: object) -> Any:
        query = {"contact_type_id": new_type["id"], "create_fields": "true", **query}
        return api.call("POST", "imports", params=query, data=body, headers=headers or {"Content-Type": "text/csv"})

    return run


def test_a_file_becomes_contacts(api: Program, send: Import, new_type: dict[str, Any]) -> None:
    answer = send(file_name="people.csv")
    begun = api.result(answer)

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/imports/{begun['id']}"
    done = ended(api, begun)
    assert done["state"] == "finished"
    assert done["file_name"] == "people.csv"
    assert {name: done[name] for name in NUMBERED} == NUMBERED
    assert done["report"]["created_fields"] == [{"key": "age", "kind": "number"}]
    assert "age" in [field["key"] for field in api.pages(f"contact-types/{new_type['id']}/fields")]
    listed = api.pages("imports", limit=2)
    assert [item["id"] for item in listed] == sorted((item["id"] for item in listed), reverse=True)
    assert begun["id"] in [item["id"] for item in listed]


def test_rejected_rows_come_back_with_reasons(api: Program, send: Import) -> None:
    done = ended(api, api.result(send()))
    rejects = api.get(f"imports/{done['id']}/rejects")

    assert rejects.status_code == 200
    assert rejects.headers["Content-Type"].startswith("text/csv")
    assert "nobody,Nobody,1" in rejects.text
    assert done["report"]["reasons"]
    clean = ended(api, api.result(send(b"email\nada@example.org\n")))
    problem_of(api.get(f"imports/{clean['id']}/rejects"), 404, "rejects_unknown")


def test_a_file_in_a_form_keeps_its_name(api: Program, new_type: dict[str, Any]) -> None:
    answer = api.call(
        "POST",
        "imports",
        params={"contact_type_id": new_type["id"], "create_fields": "true"},
        files={"comment": (None, "ours"), "file": ("from the shop.csv.gz", gzip.compress(CSV))},
    )

    done = ended(api, api.result(answer))
    assert done["file_name"] == "from the shop.csv.gz"
    assert {name: done[name] for name in NUMBERED} == NUMBERED


def test_a_form_without_a_file_is_refused(api: Program, new_type: dict[str, Any]) -> None:
    query = {"contact_type_id": new_type["id"]}
    for body, content_type in (
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n', "multipart/form-data; boundary=x"),
    ):
        answer = api.call("POST", "imports", params=query, data=body, headers={"Content-Type": content_type})
        assert answer.status_code in (400, 422), answer.text
        assert answer.json()["code"] in ("form_not_valid", "form_without_file")


def test_a_form_with_two_files_is_refused_and_imports_neither(api: Program, new_type: dict[str, Any]) -> None:
    before = [item["id"] for item in api.pages("imports")]
    files = [("file", ("one.csv", CSV)), ("file", ("two.csv", CSV))]
    answer = api.call("POST", "imports", params={"contact_type_id": new_type["id"]}, files=files)
    problem_of(answer, 400, "form_with_several_files")
    assert [item["id"] for item in api.pages("imports")] == before


def test_a_dry_run_says_what_would_happen(api: Program, send: Import, new_type: dict[str, Any]) -> None:
    before = [item["id"] for item in api.pages("imports")]
    answer = send(dry_run="true")
    shown = api.result(answer)

    assert answer.status_code == 200
    assert (shown["id"], shown["dry_run"]) == (None, True)
    assert {name: shown[name] for name in NUMBERED} == NUMBERED
    assert [item["id"] for item in api.pages("imports")] == before
    assert "age" not in [field["key"] for field in api.pages(f"contact-types/{new_type['id']}/fields")]


def test_columns_are_mapped(api: Program, send: Import) -> None:
    body = b"mail,Given,Born\nada@example.org,Ada,10.12.1815\n"
    query = {"map": ["mail=email", "Given=first_name"], "kind": ["Born=date"], "date_order": "dmy"}
    done = ended(api, api.result(send(body, **query)))

    assert (done["state"], done["created"]) == ("finished", 1)
    assert done["report"]["created_fields"] == [{"key": "born", "kind": "date"}]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"map": "mail"}, "map"),
        ({"kind": "Born"}, "kind"),
        ({"kind": "Born=day"}, "kind"),
        ({"blank": "maybe"}, "blank"),
        ({"date_order": "xyz"}, "date_order"),
        ({"contact_type_id": "x"}, "contact_type_id"),
    ],
)
def test_a_wrong_option_is_named(send: Import, query: dict[str, str], path: str) -> None:
    answer = send(**query)

    assert answer.status_code == 400
    assert [error["path"] for error in answer.json()["errors"]] == [path]


def test_a_file_that_is_none_fails_with_a_reason(api: Program, send: Import) -> None:
    for body in (b"\x00\x01\x02\x03", b"name,age\nAda,36\n"):
        answer = send(body)
        if answer.status_code == 202:
            done = ended(api, answer.json())
            assert done["state"] == "failed"
            assert done["errors"][0]["detail"]
        else:
            assert answer.status_code == 422
    problem_of(send(b""), 422, "file_is_empty")


def test_failed_files_do_not_pile_up(api: Program, send: Import) -> None:
    for _ in range(25):
        answer = send(b"name,age\nAda,36\n")
        assert answer.status_code in (202, 422), answer.text


def test_an_import_is_undone(api: Program, send: Import, new_type: dict[str, Any]) -> None:
    done = ended(api, api.result(send()))
    undone = ended(api, api.result(api.post(f"imports/{done['id']}/undo")))

    assert undone["state"] == "undone"
    again = api.post(f"imports/{done['id']}/undo")
    assert again.status_code == 202
    assert again.json()["state"] == "undone"


def test_imports_belong_to_an_account(
    api: Program, stranger_api: Program, reader: Program, writer: Program, send: Import, new_type: dict[str, Any]
) -> None:
    done = ended(api, api.result(send()))
    query = {"contact_type_id": new_type["id"]}

    problem_of(stranger_api.get(f"imports/{done['id']}"), 404, "import_unknown")
    problem_of(stranger_api.get(f"imports/{done['id']}/rejects"), 404, "import_unknown")
    problem_of(stranger_api.post(f"imports/{done['id']}/undo"), 404, "import_unknown")
    problem_of(stranger_api.call("POST", "imports", params=query, data=CSV), 404, "contact_type_id_unknown")
    problem_of(reader.call("POST", "imports", params=query, data=CSV), 403, "key_scope_too_small")
    assert writer.call("POST", "imports", params={**query, "dry_run": "true"}, data=CSV).status_code == 200


def test_a_repeated_import_is_the_first_one(api: Program, send: Import) -> None:
    key = {"Content-Type": "text/csv", "Idempotency-Key": fresh("import").replace(" ", "-")}
    first = ended(api, api.result(send(headers=key)))

    for _ in range(25):  # more than an account may have waiting
        again = send(headers=key)

    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (202, "true")
    assert again.json() == api.result(api.get(f"imports/{first['id']}"))
    assert api.result(send())["id"] == first["id"] + 1


def test_another_file_needs_another_idempotency_key(api: Program, send: Import) -> None:
    key = {"Content-Type": "text/csv", "Idempotency-Key": fresh("import").replace(" ", "-")}
    first = ended(api, api.result(send(headers=key)))

    answer = send(CSV + b"eve@example.org,Eve,1\n", headers=key)

    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["idempotency_key_of_another_request"]
    assert api.result(api.get(f"imports/{first['id']}"))["created"] == 2


def test_a_form_with_another_boundary_is_the_same_import(api: Program, send: Import) -> None:
    key = fresh("import").replace(" ", "-")
    ids = set()
    for boundary in ("one", "two"):
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode()
        body += CSV + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Idempotency-Key": key}
        ids.add(ended(api, api.result(send(body, headers=headers)))["id"])
    assert len(ids) == 1


def test_requests_that_wait_for_their_turn_are_one_import(api: Program, send: Import) -> None:
    key = {"Content-Type": "text/csv", "Idempotency-Key": fresh("import").replace(" ", "-")}

    def keep_sending(_: int) -> int:
        while (answer := send(headers=key)).status_code == 409:
            pass
        return int(api.result(answer)["id"])

    with ThreadPoolExecutor(8) as clients:
        assert len(set(clients.map(keep_sending, range(8)))) == 1


def test_a_dry_run_leaves_its_idempotency_key_alone(api: Program, send: Import) -> None:
    key = {"Content-Type": "text/csv", "Idempotency-Key": fresh("import").replace(" ", "-")}
    for _ in range(2):
        assert send(headers=key, dry_run="true").status_code == 200
    assert ended(api, api.result(send(headers=key)))["created"] == 2
