"""`tamis topic`, with and without a running server."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from tests.support.process import Refused, tamis

OF_PEOPLE = ("--type", "People")


def test_topics_and_states_of_contacts(either: Path, tmp_path: Path) -> None:
    tamis(either, "contact", "create", "ann@example.org", *OF_PEOPLE)
    made = tamis(either, "topic", "create", "News", *OF_PEOPLE, "--description", "Weekly")
    assert made == {"id": 1, "name": "News", "description": "Weekly"}
    tamis(either, "topic", "edit", "news", *OF_PEOPLE, "--name", "Letter")
    done = tamis(either, "topic", "set", "Letter", "ANN@example.org", "subscribed", *OF_PEOPLE, "--text", "=Yes")
    assert (done["email"], done["subscriptions"][0]["state"]) == ("ann@example.org", "subscribed")
    assert tamis(either, "segment", "count", *OF_PEOPLE, "--where", "is subscribed to 'Letter'")["count"] == 1
    tamis(either, "topic", "set", "1", "ann@example.org", "unsubscribed", *OF_PEOPLE)
    with pytest.raises(Refused, match='has unsubscribed from "Letter"'):
        tamis(either, "topic", "set", "Letter", "ann@example.org", "subscribed", *OF_PEOPLE)
    assert tamis(either, "topic", "list", *OF_PEOPLE)["topics"][0]["unsubscribed"] == 1
    (shown,) = tamis(either, "contact", "show", "ann@example.org", *OF_PEOPLE)["subscriptions"]
    assert (shown["topic"]["name"], shown["state"], shown["source"]) == ("Letter", "unsubscribed", "command")
    tamis(either, "segment", "create", "Readers", *OF_PEOPLE, "--where", 'is subscribed to "Letter"')
    with pytest.raises(Refused, match='is used by the segment "Readers"'):
        tamis(either, "topic", "delete", "Letter", *OF_PEOPLE)
    tamis(either, "segment", "delete", "Readers")
    exported = tmp_path / "people.csv"
    tamis(either, "export", *OF_PEOPLE, exported)
    (row,) = csv.DictReader(StringIO(exported.read_text(encoding="utf-8-sig")))
    assert (row["email"], row["topic:Letter"]) == ("ann@example.org", "unsubscribed")
    (topic,) = tamis(either, "import", exported, *OF_PEOPLE)["topics"]
    assert (topic["topic"], topic["changed"], topic["unchanged"]) == ("Letter", 0, 1)
    chosen = tmp_path / "readers.ndjson"
    tamis(either, "export", *OF_PEOPLE, chosen, "--where", 'is not subscribed to "Letter"', "--fields", "topic:letter")
    assert json.loads(chosen.read_text(encoding="utf-8")) == {"topic:Letter": "unsubscribed"}
    tamis(either, "topic", "delete", "Letter", *OF_PEOPLE)
    file = tmp_path / "consent.csv"
    assert tamis(either, "topic", "records", file, *OF_PEOPLE)["rows"] == 2
    rows = list(csv.DictReader(StringIO(file.read_text(encoding="utf-8"))))
    assert [(row["email"], row["topic"], row["state"], row["text"]) for row in rows] == [
        ("ann@example.org", "Letter", "subscribed", "'=Yes"),
        ("ann@example.org", "Letter", "unsubscribed", ""),
    ]
    assert tamis(either, "topic", "records", file, *OF_PEOPLE, "--email", "bob@example.org")["rows"] == 0
