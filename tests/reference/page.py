"""The page that documents the original Segment API, read into its samples and documented bodies.

The page is not part of this repository; where it is next to a checkout, its samples are run. Copying took a few
things from their text, which `read_page` puts back: nothing else is changed.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[3] / "shared" / "reference" / "segment_api.txt"
LANGUAGES = ("node", "python", "php", "curl", "ruby")
ENDPOINTS = {
    "list segments": "Get All Segment",
    "list recipients": "Segment Recipients",
    "add a recipient": "Segment Recipient Add",
    "delete a recipient": "Segment Recipient Delete",
    "delete a segment": "Segment Delete",
}


@dataclass(frozen=True)
class Endpoint:
    """What the page says of one endpoint."""

    name: str
    samples: dict[str, str]
    success: dict[str, Any]
    failure: dict[str, Any]


def read_page(text: str) -> list[Endpoint]:
    """Read all endpoints from the page."""
    starts = [re.search(rf"^{title}\n", text, re.MULTILINE) for title in ENDPOINTS.values()]
    places = [start.start() for start in starts if start] + [len(text)]
    assert len(places) == len(ENDPOINTS) + 1
    return [
        _endpoint(name, text[begin:end]) for name, begin, end in zip(ENDPOINTS, places[:-1], places[1:], strict=True)
    ]


def _endpoint(name: str, text: str) -> Endpoint:
    # The line numbers of the page's code boxes were copied below each box: lines of nothing but digits.
    boxes = [box for box in re.split(r"^(?:\d+\n?)+", text, flags=re.MULTILINE) if box.strip()]
    assert len(boxes) == len(LANGUAGES) + 2
    node, python, php, curl, ruby, success, failure = boxes
    samples = {
        "node": node[node.index("var request") :],  # the endpoint's description stands above the first box
        # One sample has the tail of another one glued to its last line.
        "python": re.sub(r"(print\(response\.text\)).*", r"\1\n", python, count=1, flags=re.DOTALL),
        "php": re.sub(r"\A\s*\?php", "<?php", php),  # the browser took "<" for the beginning of a tag
        "curl": curl,
        "ruby": ruby,
    }
    return Endpoint(name, samples, _body(success), _body(failure))


def _body(text: str) -> dict[str, Any]:
    # Lists end in ",\n..." on the page: "and so on".
    body: dict[str, Any] = json.loads(re.sub(r",\s*\.\.\.", "", text))
    return body


ENDPOINTS_OF_PAGE = read_page(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
