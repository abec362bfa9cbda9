"""`tamis segment trash`: deleted segments."""

import msgspec
from cyclopts import App

from tamis.cli.client.api_client import open_client, refuse_api_errors
from tamis.cli.common import Common, open_services, print_result, print_table, resolve_account
from tamis.domain.errors import NotFound
from tamis.domain.values.dates import local_time
from tamis.domain.values.text import pluralize

trash_app = App(name="trash", help="List, restore and finally delete deleted segments.")


@trash_app.command(name="list")
def list_deleted(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the deleted segments that can be restored."""
    with open_services(common) as services:
        account = resolve_account(services, common)
    with open_client(common, None) as client, refuse_api_errors():
        found = list(client.segments.deleted())
    if common.json:
        print_result(common, {"segments": [msgspec.to_builtins(segment) for segment in found]})
        return
    rows = [
        (
            segment.id,
            segment.name,
            segment.contact_type,
            local_time(segment.deleted_at, account.zone),
            local_time(segment.restorable_until, account.zone),
        )
        for segment in found
    ]
    print_table(("ID", "Name", "Contact type", "Deleted", "Can be restored until"), rows, right=(0,))


@trash_app.command
def restore(segment: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Restore a deleted segment, with its ID, versions, history and manual changes. If its name is taken, it gets a
    number.

    Parameters
    ----------
    segment
        ID or name of the deleted segment; of several with one name, the last one deleted.
    """
    with open_client(common, None) as client, refuse_api_errors():
        named = [deleted for deleted in client.segments.deleted() if segment in (str(deleted.id), deleted.name)]
        if not named:
            raise NotFound("segment_not_in_trash", segment=segment)
        restored = client.segments.restore(max(named, key=lambda deleted: deleted.deleted_at).id)
    print_result(
        common,
        {"id": restored.id, "name": restored.name, "count": restored.count},
        f"Segment {restored.id}: {restored.name}, {pluralize(restored.count, 'member')}",
    )


@trash_app.command
def empty(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Delete all deleted segments for good, with their versions, history and manual changes."""
    with open_client(common, None) as client, refuse_api_errors():
        emptied = client.segments.empty_trash()
    print_result(common, {"deleted": emptied.deleted}, f"{pluralize(emptied.deleted, 'segment')} deleted for good.")
