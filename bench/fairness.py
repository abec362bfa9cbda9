"""Quiet accounts next to a hostile one: how long they wait, and what the server's memory does.

One quiet account asks for its segments, another one adds to a segment and, now and then, asks what it has written.

`python -m bench fairness` takes the options that `--help` shows; it is no part of all benchmarks, because it takes
minutes. To measure another version, run it from here with the Python into which that one is installed.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import servers
from bench.hostile import ATTACKS, Hostile, attack
from bench.load import Outcome, another_process, request, request_in_sequence
from bench.stores import EMAIL, Store, Stores
from tamis.actions.accounts.accounts import choose_account, create_account
from tamis.actions.accounts.sessions import open_session
from tamis.actions.fields.types import create_type
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.actions.team.users import list_users
from tamis.domain.errors import TamisError
from tamis.records import types
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings

NOTHING = "nothing"
CHAIN = 240
"""How many segments are asked to name each other; what is refused is left out."""
PAUSE, LONG_PAUSE = 0.02, 0.2
SETTLE_SECONDS = 11.0


@dataclass(frozen=True, slots=True)
class Quiet:
    """Accounts that do little: the keys of one that only reads, and of one that adds to a segment."""

    reads: dict[str, str]
    adds: dict[str, str]
    segment_id: int


@dataclass(frozen=True, slots=True)
class Suffered:
    """What the quiet accounts measured during one kind of attack, how often that was completed, and the memory of the
    server in MiB: before, at most, and after."""

    kind: str
    lists: Outcome
    adds: Outcome
    own: Outcome
    done: int
    memory: tuple[float, float, float]

    def row(self) -> str:
        """Return a line of a table."""
        before, peak, after = self.memory
        cells = [
            self.kind,
            *(f"{value:.1f}" for of in (self.lists, self.adds, self.own) for value in (of.median, of.p99)),
            f"{self.lists.failed + self.adds.failed + self.own.failed}",
            f"{self.done:,}",
            f"{before:.0f} / {peak:.0f} / {after:.0f}",
        ]
        return "| " + " | ".join(cells) + " |"


HEAD = (
    "| beside it | list p50 | p99 | add p50 | p99 | own adds listed p50 | p99 | failed | done by it | memory |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def main(arguments: Sequence[str]) -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench fairness", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(ATTACKS)}; default all")
    parser.add_argument("--contacts", type=int, default=300_000, help="how many contacts the hostile account has")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each kind lasts")
    options = parser.parse_args(arguments)
    kinds = [kind for kind in [NOTHING, *ATTACKS] if not options.kinds or kind in (NOTHING, *options.kinds)]
    with tempfile.TemporaryDirectory(prefix="tamis-fairness-") as directory:
        stores = Stores(Path(directory), options.contacts)
        print(
            f"{options.contacts:,} contacts, {options.seconds:.0f} s each, times in ms, memory in MiB\n\n{HEAD}",
            flush=True,
        )
        for kind in kinds:
            print(_measure(stores.copy(), kind, options.seconds).row(), flush=True)


def _measure(store: Store, kind: str, seconds: float) -> Suffered:
    quiet, hostile = _prepared_accounts(store)
    requested = request("GET", "/api/segment/list", quiet.reads)
    own = request("GET", "/api/segment/list", quiet.adds)
    with (
        servers.tamis(store.data) as server,
        another_process() as attacker,
        another_process() as asks,
        another_process() as adds,
        another_process() as asks_own,
    ):
        against = Hostile(server.port, store.headers, *hostile)
        for worker in (asks, adds, asks_own):  # they start, and the server has answered once
            worker.call(request_in_sequence, server.port, [requested], PAUSE, 0.3)
        before = server.memory("VmRSS")
        server.forget_peak()
        begun = attacker.start(attack, kind, against, seconds) if kind != NOTHING else None
        time.sleep(0.5)
        listing = asks.start(request_in_sequence, server.port, [requested], PAUSE, seconds - 1)
        adding = adds.start(request_in_sequence, server.port, _adds(quiet), 3 * PAUSE, seconds - 1)
        reading = asks_own.start(request_in_sequence, server.port, [own], LONG_PAUSE, seconds - 1)
        listed, added, read = listing.result(), adding.result(), reading.result()
        done = begun.result() if begun else 0
        time.sleep(SETTLE_SECONDS)
        return Suffered(kind, listed, added, read, done, (before, server.memory("VmHWM"), server.memory("VmRSS")))


def _adds(quiet: Quiet) -> list[bytes]:
    headers = quiet.adds | {"Content-Type": "application/x-www-form-urlencoded"}
    form = "segment_id={}&first_name=Q&last_name=Q&email=q{}@quiet.example"
    return [
        request("POST", "/api/segment/email/store", headers, form.format(quiet.segment_id, number).encode())
        for number in range(20_000)
    ]


def _prepared_accounts(store: Store) -> tuple[Quiet, tuple[str, int, int, int, int]]:
    """Return the store a quiet account, and the hostile one a session and segments that name each other."""
    services = Services(Settings.from_environment(store.data))
    try:
        account = choose_account(services.records.reader(), EMAIL)
        token = services.write(open_session, list_users(services.records.reader(), account)[0].user)
        customers = types.type_by_id(services.records.reader(), account.id, store.type_id)
        assert customers
        plan = next(
            f for f in types.fields_of_type(services.records.reader(), store.type_id).fields if f.name == "Plan"
        )
        deepest = store.half_id
        for level in range(CHAIN):
            rule = from_text(f'plan = "pro" or is in segment "{deepest}"')
            try:
                deepest = services.write(create_segment, account, customers, f"Level {level}", rule).id
            except TamisError:
                break
        keys, _ = _quiet(services, "reads@example.org")
        other_keys, segment_id = _quiet(services, "adds@example.org")
        services.project()
    finally:
        services.close()
    quiet = Quiet(keys, other_keys, segment_id)
    return quiet, (token, store.type_id, store.half_id, deepest, plan.id)


def _quiet(services: Services, email: str) -> tuple[dict[str, str], int]:
    account, keys = services.write(create_account, email, "UTC", None)
    few = services.write(create_type, account, "Few")
    mine = services.write(create_segment, account, few, "Mine", None)
    return {"PublicKey": keys.public_key, "SecretKey": keys.secret_key}, mine.id
