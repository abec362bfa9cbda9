"""Every page of the console over all contacts: how long the server takes, compared with bare uvicorn sending the same
bytes.

Measured is a request on a connection that stays open, from sending it to the last byte of the answer, after a few that
warm up. What a page fetches by itself after it has come (pieces) is measured as the page is.
"""

import http.client
import json
import re
import statistics
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from bench import servers
from bench.console_screen import builder_on_screen, first_loads
from bench.count_rules import copy_table
from bench.harness import Figure, Measured, timed
from bench.load import HOST
from bench.stores import EMAIL, Store, Stores
from tamis.actions.accounts.accounts import choose_account
from tamis.actions.accounts.sessions import open_session
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.services import Services
from tamis.actions.team.users import list_users
from tamis.columns.engine.dialect import DUCKDB
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.columns.layout.contacts import column
from tamis.columns.layout.membership import is_in_segment
from tamis.records import types
from tamis.rules.build import build
from tamis.rules.sql.compiler import ColumnSource, compile_rule
from tamis.rules.sql.dialect import Parameters
from tamis.rules.syntaxes.json import to_json
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.settings import Settings

TIMES = 30
WARM_UP = 3
AIM_MS = 50
RULE = 'country = "Germany" and age is between 30 and 60 and not (plan = "free" or last_order_at is blank)'
CSRF = re.compile(r'name="csrf" content="([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """A request of a browser: a page, or a form or a question in JSON that is sent to one."""

    what: str
    path: str
    form: dict[str, str] | None = None
    question: str | None = None


class Browser:
    """Asks as a browser does that is signed in: one connection that stays open, one cookie."""

    def __init__(self, port: int, token: str = "") -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self._headers = {"accept": "text/html", "cookie": f"tamis_session={token}"}

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def sign(self) -> None:
        """Take the token that forms must carry."""
        found = CSRF.search(self.ask(UploadRequest("", "/account")).decode())
        assert found
        self._headers["x-csrf-token"] = found[1]

    def ask(self, requested: UploadRequest) -> bytes:
        """Ask, and give the body of the answer, which must be a success."""
        headers, body = dict(self._headers), None
        if requested.form is not None:
            body = urllib.parse.urlencode(requested.form)
            headers |= {"content-type": "application/x-www-form-urlencoded", "hx-request": "true"}
        if requested.question is not None:
            body, headers = (
                requested.question,
                headers | {"content-type": "application/json", "accept": "application/json"},
            )
        self._connection.request("GET" if body is None else "POST", requested.path, body, headers)
        answer = self._connection.getresponse()
        reported = answer.read()
        assert answer.status == 200, (requested.path, answer.status, reported[:300])
        return reported


def run(stores: Stores) -> Iterator[Figure]:
    """Measure pages, then the builder's answers, then what Chromium sees."""
    store = stores.copy()
    bare_copy = stores.directory / "console.duckdb"
    copy_table(store.data / FILE_NAME, bare_copy, store.type_id)
    token, import_id, sql = _prepared(store, stores.directory)
    with servers.tamis(store.data) as server, closing(Browser(server.port, token)) as browser:
        browser.sign()
        for requested in _pages(store, import_id, stores.contacts // 2):
            yield _page(stores.directory, server, browser, requested)
        with duckdb.connect(str(bare_copy)) as con:
            yield _preview(server, browser, con, sql, store)
        yield from first_loads(server.port, token, store)
        yield from builder_on_screen(server.port, token, store)


def _prepared(store: Store, directory: Path) -> tuple[str, int, tuple[str, list[object]]]:
    """Open a session, import a file, and write the rule as SQL; gives the token, the import and the SQL."""
    file = directory / "some.csv"
    file.write_text("email,plan\n" + "".join(f"some{number}@example.net,pro\n" for number in range(1_000)))
    settings = Settings.from_environment(store.data)
    services = Services(settings)
    try:
        account = choose_account(services.records.reader(), EMAIL)
        token = services.write(open_session, list_users(services.records.reader(), account)[0].user)
        customers = types.type_by_id(services.records.reader(), account.id, store.type_id)
        assert customers
        import_file(services, account, customers, file, ImportOptions())
        fields = types.fields_of_type(services.records.reader(), store.type_id)
        parameters = Parameters(DUCKDB)
        as_of = EvaluationTime(services.clock(), ZoneInfo("UTC"))
        where = compile_rule(build(from_text(RULE), fields), as_of, ColumnSource(column, is_in_segment), parameters)
        services.project()
    finally:
        services.close()
    return token, 1, (f"SELECT count(*) FROM bare WHERE {where}", list(parameters.values))


def _pages(store: Store, import_id: int, contact_id: int) -> list[UploadRequest]:
    half, of_type = f"/segments/{store.half_id}", f"/types/{store.type_id}"
    people = f"{of_type}/contacts"

    def search(what: str, text: str) -> UploadRequest:
        return UploadRequest(f"contacts: search, {what}", f"{people}/found", {"text": text})

    return [
        UploadRequest("segments", "/segments"),
        UploadRequest("a segment", half),
        UploadRequest("a segment: its figures again", f"{half}/figures"),
        UploadRequest("a segment: over time", f"{half}/history"),
        UploadRequest("a segment: members", f"{half}/members"),
        UploadRequest("a segment: members, a search", f"{half}/members/search", {"text": "maria"}),
        UploadRequest("a segment: manual changes", f"{half}/by-hand"),
        UploadRequest("a segment: overlap", f"{half}/overlap"),
        UploadRequest("a segment: overlap with all others", f"{half}/overlap/all"),
        UploadRequest("a segment: API", f"{half}/api"),
        UploadRequest("builder, new", f"/segments/new?type={store.type_id}"),
        UploadRequest("builder, a segment", f"{half}/edit"),
        UploadRequest("contacts", people),
        UploadRequest("contacts by amount", f"{people}?order=-total_spent"),
        UploadRequest("contacts by email", f"{people}?order=email"),
        UploadRequest("contacts of a segment with half of them", f"{people}?segment={store.half_id}"),
        search("what many have", "mar"),
        search("what few have", "marta.rossi"),
        search("what nobody has", "nobody at all"),
        search("two words", "müller berlin"),
        UploadRequest("contacts: count of what many have", f"{people}/count", {"text": "mar"}),
        UploadRequest("a contact", f"{people}/{contact_id}"),
        UploadRequest("a contact: its history", f"{people}/{contact_id}/history"),
        UploadRequest("a new contact", f"{people}/new"),
        UploadRequest("contact types", "/types"),
        UploadRequest("a contact type", of_type),
        UploadRequest("imports", "/imports"),
        UploadRequest("an import", f"/imports/{import_id}"),
        UploadRequest("a new import", "/imports/new"),
        UploadRequest("account", "/account"),
    ]


def _page(directory: Path, server: servers.Server, browser: Browser, requested: UploadRequest) -> Figure:
    for _ in range(WARM_UP):
        body = browser.ask(requested)
    file = directory / "page.html"
    file.write_bytes(body)
    with servers.bare(file) as bare, closing(Browser(bare.port)) as constant:
        constant.ask(requested)
        used = server.processor()
        pairs = [(_ms(browser, requested), _ms(constant, requested)) for _ in range(TIMES)]
        used = server.processor() - used
    mine, base = ([pair[side] for pair in pairs] for side in (0, 1))
    return _figure(f"console, {requested.what}", mine, base, "bare uvicorn, same bytes", used, f"{len(body):,} bytes")


def _preview(
    server: servers.Server,
    browser: Browser,
    con: duckdb.DuckDBPyConnection,
    sql: tuple[str, list[object]],
    store: Store,
) -> Figure:
    draft = json.loads(_document(store))
    question = json.dumps({"type": store.type_id, "builder": "bench", "number": 0, "draft": draft})
    requested = UploadRequest("builder, an answer", "/segments/preview", question=question)

    def bare() -> object:
        return con.execute(*sql).fetchall()

    for _ in range(WARM_UP):
        browser.ask(requested), bare()
    used = server.processor()
    pairs = [(_ms(browser, requested), timed(bare) * 1000) for _ in range(TIMES)]
    used = server.processor() - used
    mine, base = ([pair[side] for pair in pairs] for side in (0, 1))
    note = "counts of four conditions, two groups and the whole, and ten people"
    return _figure(f"console, {requested.what}", mine, base, "the count alone in bare DuckDB", used, note)


def _document(store: Store) -> str:
    services = Services(Settings.from_environment(store.data))
    try:
        return to_json(build(from_text(RULE), types.fields_of_type(services.records.reader(), store.type_id)))
    finally:
        services.close()


def _ms(browser: Browser, requested: UploadRequest) -> float:
    begun = time.perf_counter()
    browser.ask(requested)
    return (time.perf_counter() - begun) * 1000


def _figure(what: str, mine: list[float], base: list[float], baseline_is: str, used: float, note: str) -> Figure:
    ours, theirs = Measured.of(mine), Measured.of(base)
    reported = (
        f"p95 {_p95(mine):.1f} ms ({_p95(base):.1f} ms beside it), processor {1000 * used / TIMES:.1f} ms; {note}"
    )
    return Figure(what, "ms", ours, theirs, baseline_is, f"{AIM_MS} ms", ours.median <= AIM_MS, reported)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
