"""Bugs to plant in a server, each as Python that runs before it: the check of histories is as good as what it finds."""

from collections.abc import Sequence

PLANTED = {
    "a revoked key is remembered": """
from tamis.web.compat.auth import KeyRing
KeyRing._current_version = lambda self: 0
""",
    "the list of segments is kept for a moment too long": """
import time
from tamis.web.compat.app import ROUTES
right, kept = ROUTES["segment/list"][1], {}
async def segment_list(context, request):
    at, answer = kept.get(context.account.id, (0.0, None))
    if time.monotonic() - at > 0.1:
        answer = await right(context, request)
        kept[context.account.id] = time.monotonic(), answer
    return answer
ROUTES["segment/list"] = "GET", segment_list
""",
    "a write is answered before it is committed": """
from concurrent.futures import Future
from tamis.records.engine.store import Job, Records
def submit(self, job, account_id=0):
    early, late = Future(), Future()
    def run(db):
        result = job(db)
        early.set_result(result)
        return result
    late.add_done_callback(lambda done: done.exception() and not early.done() and early.set_exception(done.exception()))
    self._queue(Job(run, late), account_id)
    return early
Records.submit = submit
""",
    "the columns do not follow for a moment": """
import time
from tamis.actions.house import House
right, seen = House.project, {}
def columns(self, account_id=None):
    if self._columns is not None and time.monotonic() - seen.get(id(self), 0.0) < 0.05:
        return self._columns
    seen[id(self)] = time.monotonic()
    return right(self, account_id)
House.project = columns
""",
    "a page is read in two moments": """
from contextlib import nullcontext
from tamis.actions.segments import recipients
recipients.at_one_moment = nullcontext
""",
    "sizes and segments are of two moments": """
from tamis.actions.segments import segments
segments.sizes_and = lambda house, account_id, look: (house.project(account_id).sizes, look(house.records.reader()))
""",
    "an edit overwrites what it has not seen": """
from tamis.actions.contacts import contact_edits
contact_edits._refuse_overwriting = lambda *args: None
""",
    "whoever is added is not looked for": """
from tamis.actions.segments import recipients
recipients._is_member = lambda *args: False
""",
}


def program(planted: str | None) -> Sequence[str]:
    """Write the arguments of Python that serve with a bug, or without."""
    if planted is None:
        return ("-m", "tamis")
    return ("-c", f"{PLANTED[planted]}\nfrom tamis.cli.main import main\nmain()\n")
