"""The history on a segment's page agrees with `tamis segment history`."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tamis.actions.accounts.accounts import create_account
from tamis.actions.services import Services
from tamis.domain.values.fields import Kind
from tamis.settings import Settings
from tests.stores.workspace import Workspace, new_workspace
from tests.support.console import PASSWORD, Visitor, text_of
from tests.support.process import Server, tamis

DAYS = 40


def live(data: Path) -> int:
    """Let people come and go on forty days until now, and give the segment whose size that changes."""
    now = datetime.now(UTC) - timedelta(days=DAYS)
    services = Services(Settings(data, columns_threads=2), clock=lambda: now)
    account, _ = services.write(create_account, "past@example.org", "America/New_York", PASSWORD)
    workspace: Workspace = new_workspace(services, account)
    workspace.field("Age", Kind.NUMBER)
    workspace.write(**{f"p{n}": {"age": str(n)} for n in range(30)})
    segment = workspace.segment("Grown", "age >= 20")
    for day in range(DAYS):
        services.project()
        now += timedelta(days=1)
        workspace.write(**{f"p{day % 30}": {"age": str(day * 7 % 40)}, f"q{day}": {"age": "33"}})
    services.project()
    services.close()
    return segment.id


def test_the_chart_and_its_table_show_daily_sizes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    segment = live(data)
    with Server(data) as server:
        visitor = Visitor(server.address)
        visitor.sign_in("past@example.org")
        reported = tamis(data, "segment", "history", str(segment), "--days", "90")
        assert len(reported["days"]) >= DAYS  # one less for an hour of the day, when summer time ended meanwhile
        page = visitor.get(f"/segments/{segment}?days=90").text
        rows = re.findall(r"<tr><td>(\d+ \w+ \d+).*?</td>" + r'<td class="num">([\d,]+)</td>' * 3, page)
        assert [(datetime.strptime(day, "%d %b %Y").date().isoformat(), *counts) for day, *counts in rows] == [  # noqa: DTZ007
            (day["day"], *(f"{day[key]:,}" for key in ("recipients", "entered", "departed")))
            for day in reversed(reported["days"])
        ]
        assert page.count("<polyline") == 2
        assert "started on" in text_of(page)
        month = visitor.get(f"/segments/{segment}").text
        assert "started on" not in text_of(month)
        change = reported["days"][-1]["recipients"] - reported["days"][-8]["recipients"]
        assert change > 0
        for shown in (month, visitor.get("/segments").text):
            assert f"plus </span>{change}</span>" in shown
        assert '<svg class="sparkline"' in visitor.get("/segments").text
        lines, path = 0, f"/segments/{segment}/history"
        while path:
            page = visitor.get(path).text
            lines += len(re.findall(r"</span>(?:Entered|Left)</span>", page))
            older = re.search(r'rel="next" href="([^"]+)"', page)
            path = older[1] if older else ""
        first = reported["days"][0]
        assert lines == reported["total"]["entered"] + reported["total"]["departed"] - first["entered"]
