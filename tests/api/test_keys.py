"""Authentication: the two key headers, on every route."""

from http.client import HTTPConnection

import pytest

from tests.support.process import Server
from tests.support.users import Person, colleague_of, fresh_address, new_account

ROUTES = [
    ("GET", "segment/list"),
    ("GET", "segment/email/list?segment_id=1"),
    ("POST", "segment/email/store"),
    ("DELETE", "segment/email/delete?segment_recipient_id=1"),
    ("DELETE", "segment/delete?segment_id=1"),
    ("POST", "segment/store"),
    ("GET", "contacts-type"),
    ("GET", "contacts-type/view?contact_type_id=1"),
    ("GET", "reserve-fields"),
    ("GET", "contacts/list?contact_type_id=1"),
    ("HEAD", "segment/list"),
]
PUBLIC = '"PublicKey":["The public key field is required."]'
SECRET = '"SecretKey":["The secret key field is required."]'
MISSING = '{{"status":"failed","errors":{{{}}}}}'
REFUSED = '{"status":"failed","errors":"Invalid public key or secret key."}'


@pytest.fixture(params=ROUTES, ids=lambda route: f"{route[0]} {route[1].partition('?')[0]}")
def route(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


def refusal(person: Person, route: tuple[str, str], headers: dict[str, str]) -> str:
    """Send only these headers, and give the body of the refusal."""
    method, path = route
    answer = person.http.request(method, person.base + path, headers=headers, timeout=60)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json"
    return "HEAD" if method == "HEAD" else answer.text


def expected(route: tuple[str, str], body: str) -> str:
    return "HEAD" if route[0] == "HEAD" else body


def test_missing_keys_are_named(owner: Person, route: tuple[str, str]) -> None:
    assert refusal(owner, route, {}) == expected(route, MISSING.format(f"{PUBLIC},{SECRET}"))


def test_only_the_missing_key_is_named(owner: Person, route: tuple[str, str]) -> None:
    assert refusal(owner, route, {"SecretKey": owner.secret_key}) == expected(route, MISSING.format(PUBLIC))
    assert refusal(owner, route, {"PublicKey": owner.public_key}) == expected(route, MISSING.format(SECRET))


def test_blank_keys_count_as_missing(owner: Person, route: tuple[str, str]) -> None:
    assert refusal(owner, route, {"PublicKey": "", "SecretKey": ""}) == expected(
        route, MISSING.format(f"{PUBLIC},{SECRET}")
    )


def test_keys_of_white_space_count_as_missing(server: Server) -> None:
    connection = HTTPConnection(server.address.removeprefix("http://"), timeout=60)  # requests refuses to send them
    connection.request("GET", "/api/segment/list", headers={"PublicKey": "   ", "SecretKey": "\t \t"})
    answer = connection.getresponse()
    assert (answer.status, answer.read().decode()) == (401, MISSING.format(f"{PUBLIC},{SECRET}"))
    connection.close()


def test_wrong_keys_are_refused(owner: Person, colleague: Person, stranger: Person, route: tuple[str, str]) -> None:
    for public_key, secret_key in [
        ("pk_unknown", "sk_unknown"),
        (owner.public_key, "sk_unknown"),
        ("pk_unknown", owner.secret_key),
        (owner.public_key, colleague.secret_key),
        (owner.public_key, stranger.secret_key),
        (owner.secret_key, owner.public_key),
        (owner.public_key.upper(), owner.secret_key),
        (owner.public_key, owner.secret_key.swapcase()),
        ("' OR 1=1 --", "ÿþ"),
        ("p" * 8_000, "s" * 8_000),
    ]:
        headers = {"PublicKey": public_key, "SecretKey": secret_key}
        assert refusal(owner, route, headers) == expected(route, REFUSED)


@pytest.fixture(scope="session")
def revoked(owner: Person) -> Person:
    """Someone whose pair worked until it was revoked in another process."""
    person = colleague_of(owner)
    assert person.get("segment/list").status_code == 200
    owner.tamis("key", "revoke", person.public_key)
    return person


def test_a_revoked_pair_is_refused_from_the_next_request_on(revoked: Person, route: tuple[str, str]) -> None:
    assert refusal(revoked, route, revoked.keys) == expected(route, REFUSED)


@pytest.mark.parametrize(
    ("public", "secret"),
    [("publickey", "secretkey"), ("PUBLICKEY", "SECRETKEY"), ("pUbLiCkEy", "sEcReTkEy")],
)
def test_header_names_ignore_case(owner: Person, public: str, secret: str) -> None:
    headers = {public: owner.public_key, secret: owner.secret_key}
    assert owner.http.get(owner.base + "segment/list", headers=headers, timeout=60).status_code == 200


def test_keys_are_trimmed(owner: Person) -> None:
    headers = {"PublicKey": owner.public_key + " \t", "SecretKey": owner.secret_key + "  "}
    assert owner.http.get(owner.base + "segment/list", headers=headers, timeout=60).status_code == 200


def test_all_key_pairs_of_an_account_give_the_same_access(owner: Person, colleague: Person, empty: int) -> None:
    assert colleague.public_key != owner.public_key
    assert colleague.add(empty, "both@example.org").status_code == 200
    assert owner.addresses(empty) == ["both@example.org"]
    assert owner.get("segment/list").text == colleague.get("segment/list").text


def test_a_key_created_by_another_process_works_at_once(server: Server) -> None:
    assert new_account(server.data, server.address, fresh_address("new")).segments() == []
