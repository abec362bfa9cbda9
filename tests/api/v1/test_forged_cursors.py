"""Cursors that nobody was given are refused, or begin somewhere, but break nothing."""

import base64
from typing import Any

import pytest

from tests.support.programs import Program

KEYS = [
    b"null", b"true", b"0", b"-1", b"1e308", b"1e400", b"9" * 400, b"-0.0", b'""', b'"\\ud800"', b'"\\u0000"',
    b'"0001-01-01"', b'"9999-12-31T23:59:59.999999+23:59"', b'"0001-01-01T00:00:00-23:59"', b'"2026-W01-1"', b"[]",
    b"{}", b'["a"]', b'"' + b"x" * 100_000 + b'"', b"[" * 2_000 + b"]" * 2_000,
]  # fmt: skip
IDS = [b"1", b"0", b"-5", b"9223372036854775807", b"9" * 30, b"1.0", b'"1"', b"null"]
SORTS = ["", "score", "-score", "born", "created_at", "first_name", "email", "vip"]


@pytest.fixture
def contacts(api: Program, new_type: dict[str, Any]) -> str:
    """The path of the contacts of a type with fields of several kinds."""
    for name, kind in (("Score", "number"), ("Born", "date"), ("VIP", "boolean")):
        api.create(f"contact-types/{new_type['id']}/fields", {"name": name, "kind": kind})
    return f"contact-types/{new_type['id']}/contacts"


def test_forged_cursors_break_nothing(api: Program, contacts: str, india: int) -> None:
    for sort in SORTS:
        named = f'"{sort}"'.encode() if sort else b"null"
        positions = [b"[%b,%b,%b]" % (named, id_, key) for id_ in IDS[:2] for key in KEYS]
        positions += [b"[%b,%b,null]" % (named, id_) for id_ in IDS]
        for position in positions:
            query = {"sort": sort} if sort else {}
            answer = api.get(contacts, cursor=forged(position), **query)
            assert answer.status_code in (200, 400, 414), (sort, position[:80], answer.text)
    activity = f"providers/{api.create('providers', {'service': 'brevo'})['id']}/activity"
    for path in (f"segments/{india}/members", "segments", "imports", "audit", "changes", "webhooks", activity):
        for position in [*IDS, *KEYS]:
            answer = api.get(path, cursor=forged(position))
            assert answer.status_code in (200, 400, 414), (path, position[:80], answer.text)


def forged(position: bytes) -> str:
    return base64.urlsafe_b64encode(position).decode().rstrip("=")
