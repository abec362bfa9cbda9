"""docs/logging.md lists exactly the events of the log, with their levels and details."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from tamis.domain.files.import_reports import EventCounts, RowCounts

ROOT = Path(__file__).parents[2]
CONTEXT = ("interface", "route", "account", "request")
OUTCOMES = {*RowCounts._fields, *EventCounts._fields}
SPREAD = {"context": CONTEXT, "_log_context": CONTEXT, "_by_outcome": OUTCOMES}
"""What calls add by a dictionary."""


def test_the_documented_events_match_the_code() -> None:
    reported = _in_docs()
    written = _in_code()
    assert sorted(reported) == sorted(written)
    assert {name: reported[name] for name in sorted(reported)} == {name: written[name] for name in sorted(written)}


def _in_docs() -> dict[str, tuple[str, set[str]]]:
    page = (ROOT / "docs/logging.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \|", page, re.MULTILINE)
    return {name: (level, set(re.findall(r"`(\w+)`", details))) for name, level, details in rows}


def _in_code() -> dict[str, tuple[str, set[str]]]:
    details: defaultdict[str, set[str]] = defaultdict(set)
    levels: dict[str, str] = {}
    for path in (ROOT / "src/tamis").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
                continue
            name = str(call.args[0].value)
            if _called(call.func) == "event":
                details[name] |= _details(call)
                levels[name] = _level(call)
    return {name: (levels[name], found) for name, found in details.items()}


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _details(call: ast.Call) -> set[str]:
    found: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is None:
            value = keyword.value.func if isinstance(keyword.value, ast.Call) else keyword.value
            found.update(SPREAD[getattr(value, "id", "")])
        elif keyword.arg not in ("level", "error"):
            found.add(keyword.arg)
    return found


def _level(call: ast.Call) -> str:
    level = next((keyword.value for keyword in call.keywords if keyword.arg == "level"), None)
    return level.attr.lower() if isinstance(level, ast.Attribute) else "info"
