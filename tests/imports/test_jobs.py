"""An import is a job in the records, whose figures are those of what is on disk."""

import apsw

from tamis.records import imports
from tamis.records.imports import State
from tests.imports.conftest import Desk


def test_a_job_is_kept_as_it_was_told(desk: Desk) -> None:
    now = desk.house.clock()
    job = desk.house.records.write(
        lambda db: imports.insert(db, desk.account.id, desk.type.id, "people.csv", {"erase": True}, now)
    )
    assert (job.state, job.started_at, job.options, job.rows_total) == (State.RUNNING, now, {"erase": True}, None)

    def tell(db: apsw.Connection) -> None:
        imports.set_phase(db, job.id, "storing", 10)
        imports.add_stored(db, job.id, 4, 1, 2, 0)
        imports.add_stored(db, job.id, 8, 1, 0, 2)
        imports.set_left_out(db, job.id, 10, 1, 1)
        imports.set_report(db, job.id, {"reasons": {"nothing": 1}})
        imports.set_state(db, job.id, State.FAILED, now, "the disk is full")

    desk.house.records.write(tell)
    told = imports.by_id(desk.house.records.reader(), desk.account.id, job.id)
    assert told
    assert (told.phase, told.rows_total, told.rows_done, told.repeated, told.rejected) == ("storing", 10, 8, 1, 1)
    assert (told.created, told.updated, told.unchanged) == (2, 2, 2)
    assert (told.state, told.finished_at, told.error) == (State.FAILED, now, "the disk is full")
    assert told.report == {"reasons": {"nothing": 1}}
    assert imports.of_account(desk.house.records.reader(), desk.account.id, 5) == [told]
    assert imports.by_id(desk.house.records.reader(), desk.account.id + 1, job.id) is None
