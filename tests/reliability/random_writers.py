"""Clients that write at random until the power is lost, each with its own data."""

import random
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import requests

from tamis.actions.segments.segments import SegmentEdit, edit_segment, find_segment
from tamis.actions.services import Services
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.reliability.prepared_data import BATCHES, PreparedData
from tests.support.process import environment
from tests.support.users import Person

MANUAL_SEGMENTS = 4
THINGS = 25
SEGMENTS = 5
PLUG_PULLED = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


class Writers:
    """All writers on prepared data with a running server, from `start` to `stop`; errors are raised by
    `stop`.

    `importing` lets one import file after file in a process of its own, which `pull_the_plug` kills, too.
    """

    def __init__(self, prepared: PreparedData, *, importing: bool) -> None:
        self._town = prepared
        self._ended = threading.Event()
        self._faults: list[BaseException] = []
        self._importer: subprocess.Popen[str] | None = None
        self._starting = threading.Lock()
        roles: list[Callable[[random.Random], None]] = [self._add_and_delete(n) for n in range(MANUAL_SEGMENTS)]
        roles.append(self._make_edit_and_delete_segments)
        if importing:
            roles.append(self._import_again_and_again)
        self._threads = [
            threading.Thread(target=self._run, args=(role, random.Random(prepared.chance.random()))) for role in roles
        ]

    def start(self) -> None:
        """Let them begin."""
        for thread in self._threads:
            thread.start()

    def pull_the_plug(self) -> None:
        """Kill the importing process, and start nothing new."""
        with self._starting:
            self._ended.set()
            if self._importer:
                self._importer.kill()

    def stop(self) -> None:
        """Wait until all have noticed."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        if self._faults:
            raise self._faults[0]

    def _run(self, role: Callable[[random.Random], None], chance: random.Random) -> None:
        try:
            while not self._ended.is_set():
                role(chance)
        except PLUG_PULLED:
            return
        except BaseException as fault:
            self._faults.append(fault)

    def _person(self) -> Person:
        return replace(self._town.owner, http=requests.Session())

    def _add_and_delete(self, own: int) -> Callable[[random.Random], None]:
        """Make one who adds addresses and deletes them again, members of a rule among them."""
        prepared, person, overrides = self._town, self._person(), self._town.journal.overrides
        by_rule = prepared.segments["Fiftieth"]
        strangers = [f"hand{own}.{n}@example.org" for n in range(THINGS)]
        members = [prepared.address(n) for n in range(50 * own, prepared.people, 50 * MANUAL_SEGMENTS)][:THINGS]
        things = [(segment, address) for segment in prepared.override_segments for address in strangers]
        for thing in things:
            overrides.may_be.setdefault(thing, frozenset([False]))
        for address in members:
            overrides.may_be.setdefault((by_rule, address), frozenset([True]))
        things += [(by_rule, address) for address in members]

        ids: dict[tuple[int, str], int] = {}

        def look(segment: int) -> None:
            """Compare what was acknowledged with what the next read shows, and learn the numbers of recipients."""
            listed = {row["email"]: row["id"] for row in person.recipients(segment)}
            for thing in things:
                if thing[0] == segment:
                    assert {thing[1] in listed} == overrides.may_be[thing], f"{thing} is not read as it was written"
                    if thing[1] in listed:
                        ids[thing] = listed[thing[1]]

        def act(chance: random.Random) -> None:
            thing = segment, address = chance.choice(things)
            (present,) = overrides.may_be[thing]
            if present and thing not in ids:
                look(segment)
            with overrides.writing(thing, not present):
                answer = person.delete_recipient(ids.pop(thing)) if present else person.add(segment, address)
                assert answer.status_code == 200, answer.text

        return act

    def _make_edit_and_delete_segments(self, chance: random.Random) -> None:
        prepared, person, rules = self._town, self._person(), self._town.journal.rules
        live = [name for name, may_be in rules.may_be.items() if None not in may_be]
        if len(live) < SEGMENTS:
            name, least = f"Segment {len(rules.may_be)}", chance.randrange(3_000)
            arrays = {"select_field": ["101"], "select_operator": ["is equal or greater than"], "value": [str(least)]}
            rules.set(name, None)
            with rules.writing(name, least):
                answer = person.store_segment(prepared.type.id, name, **arrays)
                assert answer.status_code == 200, answer.text
            return
        chosen = chance.choice(live)
        if chance.random() < 0.5:
            ids = {segment["segment_name"]: segment["id"] for segment in person.segments()}
            with rules.writing(chosen, None):
                answer = person.delete_segment(ids[chosen])
                assert answer.status_code == 200, answer.text
        else:
            self._edit(chosen, chance.randrange(3_000))

    def _edit(self, name: str, least: int) -> None:
        """Give a segment another rule, from another process than the server."""
        services = Services(Settings(self._town.data))
        try:
            segment = find_segment(services.records.reader(), self._town.account, name)
            with self._town.journal.rules.writing(name, least):
                draft = from_text(f"n >= {least}")
                services.write(edit_segment, self._town.account, segment.id, SegmentEdit(draft=draft))
        finally:
            services.close()

    def _import_again_and_again(self, _chance: random.Random) -> None:
        """Import the next edition, in a process of its own: acknowledged when that ends well."""
        prepared = self._town
        prepared.journal.edition += 1
        edition = prepared.journal.edition
        command = prepared.importing(edition)
        with self._starting:
            if self._ended.is_set():
                return
            self._importer = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
            )
        with ExitStack() as all_batches:
            for batch in range(BATCHES):
                all_batches.enter_context(prepared.journal.batches.writing(batch, edition))
            _, output = self._importer.communicate()
            if self._importer.returncode == -signal.SIGKILL:
                raise requests.ConnectionError
            assert self._importer.returncode == 0, output
