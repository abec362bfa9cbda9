"""What the steps of the projector declare of themselves is what they do."""

import re
import shutil
from collections import defaultdict
from typing import Any

import pytest

from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.columns.layout.schema import SCHEMA
from tamis.columns.projector import pipeline, strategy
from tamis.columns.projector.steps import finish
from tamis.columns.projector.strategy import Thresholds
from tamis.columns.projector.tables import TEMP_TABLES
from tests.projector import scenario

STORED = {*re.findall(r"CREATE TABLE (\w+)", SCHEMA), "contacts", "events"}
TEMPORARY = {table.name: table for table in TEMP_TABLES}
WRITES = re.compile(
    r"(INSERT INTO|MERGE INTO|DELETE FROM|(?<!THEN )UPDATE|CREATE TABLE(?: IF NOT EXISTS)?|ALTER TABLE|"
    r"(CREATE OR REPLACE TEMP TABLE))\s+(\w+)"
)
READS = re.compile(r"(?<!DELETE )\b(?:FROM|JOIN)\s+(\w+)")
MARKS_DIRTY = {"mark dirty", "mark dirty at midnight"}


class Seen:
    """Which tables the statements of each step touch, which temporary ones it makes, and what columns these have."""

    def __init__(self) -> None:
        self.reads: dict[str, set[str]] = defaultdict(set)
        self.writes: dict[str, set[str]] = defaultdict(set)
        self.makers: dict[str, set[str]] = defaultdict(set)
        self.columns: dict[str, list[str]] = {}

    def note(self, step: str, sql: str) -> None:
        bare = _without_ids(re.sub(r"'[^']*'|--.*", "", sql))
        for _, makes, name in WRITES.findall(bare):
            self.writes[step].add(name)
            if makes:
                self.makers[name].add(step)
        self.reads[step].update(name for name in READS.findall(bare) if name in STORED or name in TEMPORARY)


def _without_ids(sql: str) -> str:
    return re.sub(r"(contacts|events)_\d+", r"\1", sql)


class Watched:
    """A connection that notes what is executed."""

    def __init__(self, con: Any, step: str, seen: Seen) -> None:
        self._con, self._step, self._seen = con, step, seen

    def execute(self, sql: str, parameters: Any = None) -> Any:
        self._seen.note(self._step, sql)
        return self._con.execute(sql, parameters)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Let the projector do all that it can, in every way, and watch it."""
    directory = tmp_path_factory.mktemp("declarations")
    scenario.make(directory / "template")
    seen, right = Seen(), pipeline.run_step

    def watched(con: Any, step: Any, context: Any) -> Any:
        found = right(Watched(con, step.name, seen), step, context)  # type: ignore[arg-type]
        rows = con.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
            "WHERE database_name = 'temp' GROUP BY ALL"
        ).fetchall()
        seen.columns.update((_without_ids(name), columns) for name, columns in rows)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "run_step", watched)
        for thresholds, now in (
            (Thresholds(), scenario.SOON),
            (Thresholds(small_batch=0, insert_only=0, entries_at_once=2), scenario.SOON),
            (Thresholds(small_batch=1_000_000), scenario.SOON),
            (Thresholds(), scenario.LATE),
        ):
            patch.setattr(strategy, "THRESHOLDS", thresholds)
            patch.setattr(finish, "MERGE_ALWAYS", thresholds.entries_at_once)
            patch.setattr(finish, "MERGE_CHECKED_EVERY", 1)
            data = directory / "data"
            shutil.copytree(directory / "template", data)
            scenario.project(data, now)
            shutil.rmtree(data)
            shutil.copytree(directory / "template", data)
            (data / FILE_NAME).unlink()
            scenario.project(data, now)
            shutil.rmtree(data)
    return seen


def test_each_step_uses_exactly_the_tables_it_declares(seen: Seen) -> None:
    """What a step makes, it may read as well."""
    for step in pipeline.all_steps():
        made = {name for name, makers in seen.makers.items() if step.name in makers}
        assert seen.reads[step.name] - made == set(step.reads), step.name
        assert seen.writes[step.name] == set(step.writes), step.name


def test_each_temporary_table_has_one_creator_and_its_declared_columns(seen: Seen) -> None:
    assert seen.makers.keys() == seen.columns.keys() == TEMPORARY.keys()
    assert {name: steps for name, steps in seen.makers.items() if len(steps) > 1} == {"dirty": MARKS_DIRTY}
    for name, columns in seen.columns.items():
        declared = TEMPORARY[name]
        assert tuple(columns[: len(declared.columns)]) == declared.columns, name
        assert (len(columns) > len(declared.columns)) is bool(declared.by_type), name


def test_steps_have_unique_names_and_descriptions() -> None:
    steps = pipeline.all_steps()
    assert len({step.name for step in steps}) == len(steps)
    assert all(step.does for step in steps)
