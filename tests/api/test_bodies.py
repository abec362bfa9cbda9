"""The three encodings of a body, and invalid bodies."""

import gzip
import json
from collections.abc import Iterator

import pytest
import requests

from tests.support.process import Server
from tests.support.users import Person

FORM = "application/x-www-form-urlencoded"
CHARSET_REFUSED = 'The body cannot be parsed: the character encoding "{}" is not supported.'
NOT_VALID = "The body cannot be parsed: it is not valid in its character encoding."


def fields(segment_id: int, last_name: str = "Lovelace") -> dict[str, str]:
    return {"segment_id": str(segment_id), "first_name": "Ada", "last_name": last_name, "email": "ada@example.org"}


def multipart(content: dict[str, str], charset: str = "utf-8", end: str = "--x--\r\n") -> bytes:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in content.items()
    ]
    return "".join([*parts, end]).encode(charset)


def send(
    owner: Person, content: bytes | Iterator[bytes], content_type: str | None, **headers: str
) -> requests.Response:
    kind = {"Content-Type": content_type} if content_type else {}
    return owner.post("segment/email/store", content, headers={**kind, **headers})


def refused(answer: requests.Response, reason: str) -> bool:
    return (answer.status_code, answer.json()) == (400, {"status": "failed", "errors": reason})


@pytest.mark.parametrize("content_type", [FORM, FORM.upper(), f"{FORM};charset=UTF-8", f'{FORM} ; charset="utf8"'])
def test_url_encoded(owner: Person, empty: int, content_type: str) -> None:
    content = f"segment_id={empty}&first_name=Ada&last_name=Lovel%C3%A5ce+%26+S%c3%b6hne&email=ada%40example.org"
    assert send(owner, content.encode(), content_type).status_code == 200
    assert owner.recipients(empty)[0]["last_name"] == "Lovelåce & Söhne"


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_json(owner: Person, empty: int, content_type: str, *, ascii_only: bool) -> None:
    content = json.dumps(fields(empty, "Löwe \U0001f33b"), ensure_ascii=ascii_only).encode()
    assert send(owner, content, content_type).status_code == 200
    assert owner.recipients(empty)[0]["last_name"] == "Löwe \U0001f33b"


@pytest.mark.parametrize("boundary", ["x", '"x"'])
def test_multipart(owner: Person, empty: int, boundary: str) -> None:
    content = multipart(fields(empty, "Löwe \U0001f33b"))
    assert send(owner, content, f"multipart/form-data; boundary={boundary}").status_code == 200
    assert owner.recipients(empty)[0]["last_name"] == "Löwe \U0001f33b"


def test_a_multipart_value_may_come_as_a_file(owner: Person, empty: int) -> None:
    files = {name: (f"{name}.txt", value, "text/plain") for name, value in fields(empty).items()}
    assert owner.call("POST", "segment/email/store", files=files).status_code == 200


@pytest.mark.parametrize("charset", ["iso-8859-1", "latin1", "windows-1252"])
def test_western_charsets(owner: Person, empty: int, charset: str) -> None:
    content = f"segment_id={empty}&first_name=Ada&last_name=L%F6we&email=ada@example.org".encode()
    assert send(owner, content, f"{FORM}; charset={charset}").status_code == 200
    assert owner.recipients(empty)[0]["last_name"] == "Löwe"


def test_a_western_charset_of_a_multipart_body(owner: Person, empty: int) -> None:
    content = multipart(fields(empty, "Löwe"), "latin-1")
    assert send(owner, content, "multipart/form-data; boundary=x; charset=iso-8859-1").status_code == 200
    assert owner.recipients(empty)[0]["last_name"] == "Löwe"


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "utf-9", "punycode", "rot13", "zlib", "x" * 30])
def test_other_charsets_are_refused(owner: Person, empty: int, charset: str) -> None:
    for kind in (FORM, "application/json", "multipart/form-data; boundary=x"):
        assert refused(send(owner, b"{}", f"{kind}; charset={charset}"), CHARSET_REFUSED.format(charset))


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"first_name=%FF", FORM),
        (b"first_name=%ED%A0%80", FORM),  # a lone surrogate, as it is never written in UTF-8
        (b"first_name=%C0%80", FORM),  # NUL in two bytes
        (b"first_name=\xff", FORM),
        (b"first_name=\xc3\xa9", FORM),  # url-encoded bodies are ASCII
        (b'{"first_name":"\xff"}', "application/json"),
        (b'{"first_name":"\xed\xa0\x80"}', "application/json"),
        (multipart({"first_name": "L\u00f6we"}, "latin-1"), "multipart/form-data; boundary=x"),
    ],
)
def test_bytes_that_are_not_utf_8_are_refused(owner: Person, content: bytes, content_type: str) -> None:
    answer = send(owner, content, content_type)
    assert answer.status_code == 400
    assert answer.json()["errors"].startswith("The body cannot be parsed: ")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[",
        b"nonsense",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": 1} x',
        b"\xef\xbb\xbf{}",
        b'{"a": "\n"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\udc00"}',
        b'{"a": "\\x41"}',
        b'{"a": 01}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b" ",
    ],
    ids=lambda content: repr(content)[:20],
)
def test_broken_json_is_refused(owner: Person, content: bytes) -> None:
    answer = send(owner, content, "application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"].startswith("The body cannot be parsed: ")


@pytest.mark.parametrize("content", [b"null", b"[]", b"7", b'"text"', b"true", b'[{"segment_id": 7}]'])
def test_json_that_is_not_an_object_is_refused(owner: Person, content: bytes) -> None:
    assert refused(send(owner, content, "application/json"), "The body cannot be parsed: it must be a JSON object.")


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"anything", "multipart/form-data"),
        (b"anything", "multipart/form-data; boundary="),
        (b"anything", "multipart/form-data; boundary=x"),
        (multipart({"email": "a@b.org"}, end=""), "multipart/form-data; boundary=x"),
        (multipart({"email": "a@b.org"}, end="--y--\r\n"), "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=foo\r\n\r\n'
            b"b\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (b"--x\r\nno header\r\n\r\nvalue\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n" + b"A: b\r\n" * 10_000 + b"\r\nvalue\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    ],
)
def test_broken_multipart_is_refused(owner: Person, content: bytes, content_type: str) -> None:
    answer = send(owner, content, content_type)
    assert answer.status_code == 400
    assert answer.json()["errors"].startswith("The body cannot be parsed: ")


@pytest.mark.parametrize("content_type", ["text/plain", "text/xml", "application/octet-stream", "nonsense", "", None])
def test_other_content_types_are_refused(owner: Person, content_type: str | None) -> None:
    kinds = "multipart/form-data, application/x-www-form-urlencoded or application/json"
    reason = f"The body cannot be parsed: send it as {kinds}."
    assert refused(send(owner, b"email=ada@example.org", content_type), reason)


@pytest.mark.parametrize(
    "content_type", [FORM, "application/json", "multipart/form-data; boundary=x", "text/plain", None]
)
def test_an_empty_body_has_no_fields(owner: Person, content_type: str | None) -> None:
    assert send(owner, b"", content_type).status_code == 422


def test_a_compressed_body_is_refused(owner: Person, empty: int) -> None:
    content = gzip.compress(json.dumps(fields(empty)).encode())
    answer = send(owner, content, "application/json", **{"Content-Encoding": "gzip"})
    assert refused(answer, 'The body cannot be parsed: the content encoding "gzip" is not supported.')


def test_the_last_of_repeated_fields_counts(owner: Person, empty: int) -> None:
    pairs = [("segment_id", 0), *fields(empty).items(), ("first_name", "Augusta")]
    assert owner.post("segment/email/store", pairs).status_code == 200
    assert owner.recipients(empty)[0]["first_name"] == "Augusta"


def test_the_last_of_duplicate_keys_counts(owner: Person, empty: int) -> None:
    content = json.dumps(fields(empty))[:-1] + ', "first_name": "Augusta"}'
    assert send(owner, content.encode(), "application/json").status_code == 200
    assert owner.recipients(empty)[0]["first_name"] == "Augusta"


def test_the_last_of_repeated_parts_counts(owner: Person, empty: int) -> None:
    parts = [(name, (None, value)) for name, value in [*fields(empty).items(), ("first_name", "Augusta")]]
    assert owner.call("POST", "segment/email/store", files=parts).status_code == 200
    assert owner.recipients(empty)[0]["first_name"] == "Augusta"


LARGEST = 1_048_576
TOO_LARGE = '{"status":"failed","errors":"The body is too large."}'


@pytest.mark.parametrize("content_type", [FORM, "application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_a_body_that_is_too_large_is_refused(owner: Person, content_type: str) -> None:
    answer = send(owner, b"x" * (LARGEST + 1), content_type)
    assert (answer.status_code, answer.text) == (413, TOO_LARGE)


def test_a_client_that_sends_far_too_much_can_read_the_refusal(owner: Person) -> None:
    answer = send(owner, b"x" * (20 * LARGEST), FORM)
    assert (answer.status_code, answer.text) == (413, TOO_LARGE)
    assert owner.get("reserve-fields").status_code == 200


def test_a_body_without_a_length_that_grows_too_large_is_refused(owner: Person) -> None:
    pieces = (b"x" * 65_536 for _ in range(17))
    answer = send(owner, pieces, FORM)
    assert (answer.status_code, answer.text) == (413, TOO_LARGE)


def test_the_largest_body_is_read(owner: Person, empty: int) -> None:
    content = json.dumps({**fields(empty), "ignored": ""})
    padded = content[:-2] + "x" * (LARGEST - len(content)) + content[-2:]
    assert len(padded) == LARGEST
    assert send(owner, padded.encode(), "application/json").status_code == 200


def test_a_body_may_arrive_in_chunks(owner: Person, empty: int) -> None:
    content = multipart(fields(empty, "Löwe"))
    pieces = (content[at : at + 1] for at in range(len(content)))
    assert send(owner, pieces, "multipart/form-data; boundary=x").status_code == 200
    assert owner.recipients(empty)[0]["last_name"] == "Löwe"


def test_too_many_fields_are_refused(owner: Person) -> None:
    assert send(owner, b"&".join([b"a=b"] * 20_001), FORM).status_code == 400


def test_a_client_that_disconnects_midway_leaves_no_trace(server: Server, owner: Person, empty: int) -> None:
    def half() -> Iterator[bytes]:
        yield multipart(fields(empty))[:40]
        raise ConnectionAbortedError

    with pytest.raises(requests.ConnectionError):
        send(owner, half(), "multipart/form-data; boundary=x")
    assert owner.recipients(empty) == []
    assert not [line for line in server.errors if "Traceback" in line]
