"""Bugs to plant in a server, each as Python that runs before it: the check of histories is as good as what it finds."""

from collections.abc import Sequence

PLANTED = {
    "a revoked key is remembered": """
from tamis.web.segment_api.key_auth import KeyRing
KeyRing._current_version = lambda self: 0
""",
    "the list of segments is kept for a moment too long": """
import time
from tamis.web.segment_api.app import ROUTES
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
from tamis.records.engine.store import Records, WriteJob
def submit(self, job, account_id=0):
    early, late = Future(), Future()
    def run(db):
        result = job(db)
        early.set_result(result)
        return result
    late.add_done_callback(lambda done: done.exception() and not early.done() and early.set_exception(done.exception()))
    self._queue(WriteJob(run, late), account_id)
    return early
Records.submit = submit
""",
    "the columns do not follow for a moment": """
import time
from tamis.actions import view
right, seen = view.is_fresh_for_account, {}
def is_fresh_for_account(db, watermark, now, account_id):
    if watermark.applied is not None and time.monotonic() - seen.get(account_id, 0.0) < 0.05:
        return True
    seen[account_id] = time.monotonic()
    return right(db, watermark, now, account_id)
view.is_fresh_for_account = is_fresh_for_account
""",
    "a page is read in two moments": """
from contextlib import contextmanager
from tamis.columns.engine import store
@contextmanager
def at_two_moments(con):
    yield con.execute("SELECT applied FROM meta").fetchall()[0][0]
store.read_transaction = at_two_moments
""",
    "sizes and segments are of two moments": """
from contextlib import contextmanager
from tamis.actions.view import Views
right = Views.sizes
@contextmanager
def sizes(self, account_id=None):
    with right(self, account_id) as view:
        pass
    yield view  # whose records are those of now
Views.sizes = sizes
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
