"""The transactions in which the batches of an import are stored."""

from typing import Any

import pytest

from tamis.actions.importing.rows import batch_writer
from tamis.actions.importing.rows.batch_writer import BatchWriter
from tamis.records import types
from tests.imports.conftest import Workspace


@pytest.mark.parametrize(("serves", "commits"), [(True, 3), (False, 1)], ids=["server", "command"])
def test_a_command_stores_whole_batches_during_projection(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, serves: bool, commits: int
) -> None:
    monkeypatch.setattr(batch_writer, "ROWS_PER_TRANSACTION", 1)
    services = workspace.services
    fields = types.fields_of_type(services.records.reader(), workspace.type.id)
    parts: list[object] = []
    submit_of = services.submit_of

    def counted(*args: Any, **named: Any) -> Any:
        parts.append(args)
        return submit_of(*args, **named)

    monkeypatch.setattr(services, "submit_of", counted)
    if serves:
        services.project()
    else:
        services.release_columns()
    with BatchWriter(
        services, workspace.account.id, workspace.type.id, fields, (), write=True, checked=0, import_id=None
    ) as store:
        services.project()  # as the follower opens them in a command, now and then
        store.write([(f"p{n}@example.org", f"p{n}@example.org", "{}") for n in range(3)], 3)
    assert store.total.created == 3
    assert len(parts) == commits
