"""Broken data of one account, as a bad restore can leave it, never stops another account."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tamis.actions.maintenance.doctor.run import verify_all
from tamis.actions.segments.segment_list import list_segments
from tamis.actions.services import Services
from tamis.domain.values.fields import Kind
from tamis.records import change_log
from tamis.records.handles import connection_of
from tamis.settings import Settings
from tests.stores.workspace import new_workspace

FIELD = "UPDATE fields SET {} WHERE key = 'score'"
RULE = "UPDATE segments SET rule = '{}' WHERE id = 1"
BROKEN = {
    "a rule that is no JSON": (RULE.format("{"), "rule_not_evaluated"),
    "a rule that is nested very deeply": (RULE.format("[" * 3_000 + "]" * 3_000), "rule_not_evaluated"),
    "a rule of another shape": (RULE.format("[1]"), "rule_not_evaluated"),
    "a field of an unknown kind": (FIELD.format("kind = 'place'"), "field_not_read"),
    "a field whose options are none": (FIELD.format("options = '{'"), "field_not_read"),
    "an unknown time zone": ("UPDATE accounts SET timezone = 'Mars/Olympus' WHERE id = 1", "time_zone_not_known"),
}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    found = Services(Settings(tmp_path / "data", columns_threads=1))
    yield found
    found.close()


@pytest.mark.parametrize("name", BROKEN)
def test_broken_data_selects_no_members_and_affects_only_its_segment(
    services: Services, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = new_workspace(services), new_workspace(services)
    broken.field("score", Kind.NUMBER)
    broken.write(ann={"country": "Peru", "score": "3"})
    segment = broken.segment("broken", "score > 1 and created_at is within 48 hours")
    other.write(zoe={"country": "Peru"})
    theirs = other.segment("theirs", 'country = "Peru"')
    assert broken.members(segment) == {"ann"}
    statement, event = BROKEN[name]
    services.records.write(lambda db: connection_of(db).execute(statement).fetchall())
    services.records.write(
        lambda db: change_log.record_segment_change(db, broken.type.id, segment.id, services.clock())
    )
    other.write(yva={"country": "Peru"})
    with caplog.at_level(logging.ERROR, "tamis"):
        assert other.members(theirs) == {"zoe", "yva"}
    assert event in caplog.text
    assert broken.members(segment) == set()
    services.open_columns().mark_for_restore()
    assert other.members(theirs) == {"zoe", "yva"}
    assert broken.members(segment) == set()
    assert [summary.recipients for summary in list_segments(services, other.account)] == [2]
    assert len(list(verify_all(services, lambda at, call: call.run(at), 10))) > 5
