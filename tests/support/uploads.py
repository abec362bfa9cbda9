"""Uploading files to the console, as its script does, and waiting for their imports."""

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from tests.support.console import Visitor
from tests.support.process import TIMEOUT_SECONDS


def upload_file(
    visitor: Visitor, type_id: int, content: Any, name: str = "people.csv", of: str = "contacts"
) -> requests.Response:
    """Send a file, bytes or an iterable of them."""
    return visitor.http.put(
        f"{visitor.address}/imports/uploads",
        params={"type": str(type_id), "of": of},
        data=content,
        headers={"accept": "application/json", "x-csrf-token": visitor.csrf, "x-file-name": quote(name)},
        timeout=TIMEOUT_SECONDS,
    )


def place_of(answer: requests.Response) -> str:
    """Return the path of the page of a file that was taken."""
    assert answer.status_code == 201, answer.text
    return str(answer.json()["location"])


def begin(visitor: Visitor, place: str, what: str, choices: Mapping[str, str] | None = None) -> str:
    """Press one of the buttons on the page of a file; gives where it leads."""
    visitor.get(place)
    answer = visitor.post(place, {"do": what, **(choices or {})})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def wait_until_processed(visitor: Visitor, path: str) -> tuple[str, str]:
    """Wait until nothing is under way on a page any more; return its path, which may be that of an import by then, and
    what it shows."""
    until = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < until:
        answer = visitor.get(path)
        if answer.status_code == 303:
            path = answer.headers["location"]
        elif "under-way" not in answer.text:
            assert answer.status_code == 200, answer.text
            return path, answer.text
        time.sleep(0.05)
    raise AssertionError(f"{path} is under way for too long")


def figures_on(page: str) -> dict[str, int]:
    """Read the figures of a report."""
    found = re.findall(r"</svg>(\w+)</dt>\s*<dd><strong class=\"num\">([\d,]+)<", page)
    return {name.lower(): int(count.replace(",", "")) for name, count in found}
