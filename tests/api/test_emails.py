"""Which emails can be added: those that the library email-validator accepts without DNS."""

import csv
import json
import re
import unicodedata
from pathlib import Path

import email_validator
import pytest

from tests.support.normalized_responses import compact
from tests.support.users import Person

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "emails"
"""Collections of difficult addresses, present next to some checkouts only; a few others are always tested."""

SURROGATE = re.compile("[\ud800-\udfff]")
OWN = [
    "ada@example.org", "ADA@EXAMPLE.ORG", "a+b@example.org", "o'neil@example.org", "a.b.c@sub.example.org", "a@example",
    "ada", "@example.org", "ada@", "ada@@example.org", "a da@example.org", "ada@exa mple.org", ".ada@example.org",
    "ada.@example.org", "a..da@example.org", "ada@-example.org", "ada@example..org", "ada@[127.0.0.1]", "ada@127.0.0.1",
    '"ada"@example.org', "ada@example.org.", "Ada <ada@example.org>", "ada@bücher.example.org", "ada@xn--bcher-kva.de",
    "ädä@example.org", "ada@例え.jp", "ada@localhost", "ada@example.invalid", "ada@example.test",
    "ada@" + "a" * 64 + ".org", "a" * 64 + "@example.org", "a" * 65 + "@example.org", "a@" + "b." * 124 + "org",
    "a@b.c,d@e.org", "a\u2028@example.org",
]  # fmt: skip


def addresses() -> list[str]:
    """Return every address once, as it looks when it is trimmed."""
    found = dict.fromkeys(OWN)
    for file in sorted(FOLDER.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            found.update(dict.fromkeys(json.loads(row["address_json"]).strip() for row in csv.DictReader(lines)))
    # Blank ones are missing rather than wrong, and no request can carry a lone surrogate: other tests are about them.
    return [address for address in found if address and not SURROGATE.search(address)]


def is_address(text: str) -> bool:
    try:
        email_validator.validate_email(text, check_deliverability=False, strict=True)
    except (email_validator.EmailNotValidError, UnicodeError):
        return False
    return True


@pytest.mark.parametrize("address", addresses(), ids=ascii)
def test_an_email_is_accepted_where_the_library_accepts_it(owner: Person, pool: int, address: str) -> None:
    form = {"segment_id": pool, "first_name": "Ada", "last_name": "Lovelace", "email": address}
    answer = owner.post("segment/email/store", json=form)
    if is_address(address):
        assert (answer.status_code, answer.text) == (200, '{"status":"success","message":"Added Successfully"}')
        assert (
            owner.delete_recipient(owner.recipient(pool, unicodedata.normalize("NFC", address))["id"]).status_code
            == 200
        )
    else:
        messages = ["The email field must be a valid email address."]
        if len(address) > 255:
            messages.append("The email field must not be greater than 255 characters.")
        assert (answer.status_code, answer.text) == (
            422,
            compact({"status": "failed", "errors": {"email": messages}}),
        )


@pytest.fixture(scope="session")
def pool(owner: Person) -> int:
    """A segment for one address after the other."""
    return owner.make_segment(owner.tamis("type", "create", "Difficult addresses")["id"])
