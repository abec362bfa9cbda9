"""Programs in five languages make the five calls of the Segment API in order, and read every answer to the letter."""

import json
import sys
from pathlib import Path

import pytest

from tests.support.clients import installed, output_of
from tests.support.normalized_responses import compact, without_instants
from tests.support.process import Server
from tests.support.users import fresh_address, new_account

HERE = Path(__file__).parent
CLIENTS = {
    "sh": ("curl", "sh"),
    "py": (sys.executable,),
    "php": ("php",),
    "rb": ("ruby",),
    "mjs": ("node",),
}
FIRST, LAST = "Zoë", 'O"Neil; & Söhne'


@pytest.mark.parametrize("slash", ["", "/"], ids=["base", "base with slash"])
@pytest.mark.parametrize("ending", CLIENTS)
def test_a_client_makes_all_five_calls(server: Server, ending: str, slash: str) -> None:
    interpreter = [installed(program) for program in CLIENTS[ending]][-1]
    owner = new_account(server.data, server.address, fresh_address("owner"))
    type_id = owner.tamis("type", "create", "Readers")["id"]
    segment_id = owner.make_segment(type_id, "Added manually")
    owner.add(segment_id, "first@example.org")
    first_id = owner.recipients(segment_id)[0]["id"]
    email = fresh_address("zoe")

    base = server.address + "/api" + slash
    arguments = [base, owner.public_key, owner.secret_key, str(segment_id), email]
    lines = output_of([interpreter, str(HERE / f"five_calls.{ending}"), *arguments]).splitlines()

    def recipient(number: int, first: str, last: str, address: str) -> dict[str, object]:
        return {
            "id": number,
            "user_id": owner.account_id,
            "segment_id": segment_id,
            "contact_id": None,
            "first_name": first,
            "last_name": last,
            "email": address,
            "country": None,
            "state": None,
            "city": None,
            "address_line1": None,
            "created_at": "INSTANT",
            "updated_at": "INSTANT",
            "fullname": f"{first} {last}",
        }

    segment = {
        "id": segment_id,
        "user_id": owner.account_id,
        "contact_type_id": type_id,
        "segment_name": "Added manually",
        "select_field": [],
        "select_operator": [],
        "value": [],
        "query_type": None,
        "deleted_at": None,
        "created_at": "INSTANT",
        "updated_at": "INSTANT",
        "segment_emails_count": 1,
    }
    present = recipient(first_id, "Ada", "Lovelace", "first@example.org")
    new_id = json.loads(lines[3])["message"]["contactEmails"][1]["id"]
    assert new_id > first_id
    assert [without_instants(line) for line in lines] == [
        compact({"status": "success", "message": {"segments": [segment]}}),
        compact({"status": "success", "message": {"contactEmails": [present]}}),
        '{"status":"success","message":"Added Successfully"}',
        compact({"status": "success", "message": {"contactEmails": [present, recipient(new_id, FIRST, LAST, email)]}}),
        '{"status":"success","message":"Deleted Successfully"}',
        '{"status":"success","errors":"Deleted Successfully"}',
        '{"status":"failed","errors":"Record not found"}',
        '{"status":"failed","errors":"Record Not Found"}',
    ]
