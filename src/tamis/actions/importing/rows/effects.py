"""The effects of an import on segments."""

from tamis.actions.services import Services
from tamis.domain.files.import_reports import SegmentEffect
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.instants import from_micros
from tamis.records.segments import segments


def import_effects(services: Services, account_id: int, type_id: int, cause: Cause, since: int) -> list[SegmentEffect]:
    """Count the contacts that entered and left each segment of a contact type for a cause since an instant.

    `since` is in microseconds since 1970. The projection is brought up to date first (§ Fresh)."""
    with services.view(account_id) as view:
        own = segments.live_of_account(view.records, account_id)
        moved = view.columns.history.count_changes_since(cause, from_micros(since))
    live = {segment.id: segment.name for segment in own if segment.contact_type_id == type_id}
    return [SegmentEffect(id_, live[id_], entered, left) for id_, entered, left in moved if id_ in live]
