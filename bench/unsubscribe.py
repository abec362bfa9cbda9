"""Unsubscribe links: one click until it is answered, signing one link, and exporting a million rows with links."""

import hmac
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from bench import servers
from bench.export_file import FIELDS
from bench.harness import Figure, Measured, in_turn, timed
from bench.load import Outcome, another_process, drive, request
from bench.stores import Store, Stores
from bench.web import urlencoded
from tamis.actions.consent.unsubscribe_links import PATH, LinkMaker, link_maker
from tamis.actions.exporting.directories import export_directory
from tamis.actions.exporting.write import write_export
from tamis.actions.services import Services
from tamis.domain.consent.link_columns import UNSUBSCRIBE_URL
from tamis.domain.files.exports import Export, Format, OutputOptions
from tamis.records import contacts
from tamis.records.accounts import accounts
from tamis.settings import Settings

TIMES = 3
CLICKS, AT_ONCE, SECONDS = 400, 16, 10.0
SIGNED = 100_000
MOST_MILLISECONDS, MOST_MICROSECONDS, MOST_ADDED_MICROSECONDS = 50.0, 10.0, 15.0
KIND, CLICK = urlencoded({"List-Unsubscribe": "One-Click"})


def run(stores: Stores) -> Iterator[Figure]:
    """Measure clicks, signing and exports, each beside its baseline."""
    store = stores.copy()
    services = Services(Settings.from_environment(store.data))
    try:
        services.project()
        account = accounts.account_by_id(services.records.reader(), store.account_id)
        assert account
        links = link_maker(services, account)
        wanted = TIMES * CLICKS * 2
        rows = islice(contacts.emails_of_type(services.records.reader(), store.type_id), wanted)
        paths = [_path(links.url(store.type_id, id_, email)) for id_, email in rows]
        yield _signing(links)
        yield from _exports(services, store, stores.contacts)
    finally:
        services.close()
    yield from _clicks(store, stores.directory, paths)


def _clicks(store: Store, directory: Path, paths: list[str]) -> Iterator[Figure]:
    """Drive Tamis and bare uvicorn in turn, by one client and by many; each click is the first of its contact."""
    answer = directory / "clicked.txt"
    answer.write_bytes(b"You are unsubscribed.\n")
    clicks = iter(request("POST", path, {"Content-Type": KIND}, CLICK) for path in paths)
    with servers.tamis(store.data) as ours, servers.bare(answer) as bare, another_process() as worker:
        for clients in (1, AT_ONCE):
            mine: list[Outcome] = []
            theirs: list[Outcome] = []
            for _ in range(TIMES):
                sent = list(islice(clicks, CLICKS))
                mine.append(worker.call(drive, ours.port, sent, clients, CLICKS, SECONDS))
                theirs.append(worker.call(drive, bare.port, sent, clients, CLICKS, SECONDS))
            assert not any(outcome.failed for outcome in mine), mine
            p99 = Measured.of([outcome.p99 for outcome in mine])
            yield Figure(
                f"one-click unsubscribe by {clients} clients, p99" if clients > 1 else "one-click unsubscribe, p99",
                "ms",
                p99,
                Measured.of([outcome.p99 for outcome in theirs]),
                "bare uvicorn, parses and stores nothing",
                f"at most {MOST_MILLISECONDS:g} ms",
                p99.median <= MOST_MILLISECONDS,
                f"median {Measured.of([outcome.median for outcome in mine]).median:.1f} ms",
            )


def _signing(links: LinkMaker) -> Figure:
    """Sign links, and only hash as much."""
    key = secrets.token_bytes(64)

    def each(act: Callable[[int], object]) -> float:
        begun = time.process_time()
        for number in range(SIGNED):
            act(number)
        return (time.process_time() - begun) / SIGNED * 1e6

    mine, bare = in_turn(
        TIMES,
        lambda: each(lambda number: links.url(1, number, "somebody@example.org")),
        lambda: each(lambda number: hmac.digest(key, b"1 %d somebody@example.org" % number, "sha256")),
    )
    aim = f"at most {MOST_MICROSECONDS:g} µs"
    return Figure("signing a link", "µs", mine, bare, "one HMAC-SHA-256", aim, mine.median <= MOST_MICROSECONDS)


def _exports(services: Services, store: Store, count: int) -> Iterator[Figure]:
    """Export all contacts with and without links."""

    def export(*more: str) -> None:
        wanted = Export(store.account_id, OutputOptions(Format.CSV), type_id=store.type_id, fields=(*FIELDS, *more))
        with export_directory(store.data) as place:
            write_export(services, wanted, place.name)

    without, with_links = partial(export), partial(export, UNSUBSCRIBE_URL.key)
    seconds, added = [], []
    for _ in range(TIMES):
        begun = time.process_time()
        linked = timed(with_links)
        middle = time.process_time()
        seconds.append((linked, timed(without)))
        added.append((2 * middle - begun - time.process_time()) / count * 1e6)
    mine, bare = (Measured.of([count / each[place] for each in seconds]) for place in (0, 1))
    more = Measured.of(added)
    yield Figure("export with unsubscribe links: csv", "rows/s", mine, bare, "the same without links")
    aim = f"at most {MOST_ADDED_MICROSECONDS:g} µs"
    reached = more.median <= MOST_ADDED_MICROSECONDS
    yield Figure("links of an export, processor time of a row", "µs", more, aim=aim, reached=reached)


def _path(url: str) -> str:
    return url[url.index(f"{PATH}/") :]
