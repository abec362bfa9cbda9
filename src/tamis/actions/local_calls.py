"""The calls of commands that need the columns: each is a message, and declares the type of its result.

A command runs a call itself, or sends it to the server on the same data directory (`local_protocol`).
"""

from datetime import datetime
from functools import cache
from typing import Any, Union, get_type_hints

from tamis.actions.exporting.write import write_export
from tamis.actions.importing.rows.effects import import_effects
from tamis.actions.local_call import LocalCall
from tamis.actions.maintenance.backups import Manifest, make_backup
from tamis.actions.maintenance.doctor import calls as _doctor_calls  # noqa: F401  their types are among all
from tamis.actions.maintenance.erasure import erase, erase_if_small
from tamis.actions.segments import history, overlap, recipients, sampling, segments, sizes
from tamis.actions.segments.history import ContactChange, SizesByDay
from tamis.actions.segments.planning import forecasts
from tamis.actions.segments.planning.forecasts import Forecast
from tamis.actions.segments.sampling import SampledPage
from tamis.actions.segments.sizes import ListedSegment
from tamis.actions.services import Services
from tamis.domain.files.exports import Export
from tamis.domain.files.import_reports import SegmentEffect
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.segments.overlap import Overlap
from tamis.domain.segments.sampling import Sample
from tamis.domain.values.instants import to_micros


class CountRule(LocalCall[segments.RuleSize], frozen=True):
    """Count the contacts that an unsaved rule, in its JSON form, selects, and those who can be mailed."""

    account_id: int
    type_id: int
    rule: str

    def run(self, services: Services) -> segments.RuleSize:
        """Return the counts; raises NotFound and Invalid."""
        return segments.size_of_rule(services, self.account_id, self.type_id, self.rule)


class CountRecipients(LocalCall[dict[int, int]], frozen=True):
    """Count the recipients of each segment of an account; empty segments may be missing."""

    account_id: int

    def run(self, services: Services) -> dict[int, int]:
        """Return the sizes by segment id."""
        return segments.segment_sizes(services, self.account_id)


class ListedSegments(LocalCall[list[ListedSegment]], frozen=True):
    """List the segments of an account, or one of them, with their sizes and rules in words."""

    account_id: int
    segment_id: int | None = None

    def run(self, services: Services) -> list[ListedSegment]:
        """Return the segments, newest first; raises NotFound."""
        return sizes.listed_segments(services, self.account_id, self.segment_id)


class RecipientPage(LocalCall[list[tuple[int, str]]], frozen=True):
    """Read a page of the recipients of a segment, above an id."""

    account_id: int
    segment_id: int
    after: int
    limit: int

    def run(self, services: Services) -> list[tuple[int, str]]:
        """Return ids and the JSON documents of recipients; raises NotFound."""
        return recipients.recipient_page(services, self.account_id, self.segment_id, self.after, self.limit)


class SegmentHistory(LocalCall[SizesByDay], frozen=True):
    """Read the sizes of a segment on the last days."""

    account_id: int
    segment_id: int
    days: int

    def run(self, services: Services) -> SizesByDay:
        """Return the sizes; raises NotFound and Invalid."""
        return history.segment_history(services, self.account_id, self.segment_id, self.days)


class SegmentForecast(LocalCall[Forecast], frozen=True):
    """Forecast the members of a segment on the next days."""

    account_id: int
    segment_id: int
    days: int

    def run(self, services: Services) -> Forecast:
        """Return the forecast; raises NotFound and Invalid."""
        return forecasts.forecast_segment(services, self.account_id, self.segment_id, self.days)


class SizeAt(LocalCall[int], frozen=True):
    """Count the recipients that a segment had at an instant."""

    account_id: int
    segment_id: int
    at: datetime

    def run(self, services: Services) -> int:
        """Return the count; raises NotFound and Refused."""
        return history.size_at(services, self.account_id, self.segment_id, to_micros(self.at))


class MembersAt(LocalCall[list[tuple[int, int | None, str | None]]], frozen=True):
    """Read a page of the recipients that a segment had at an instant, above a recipient id."""

    account_id: int
    segment_id: int
    at: datetime
    after: int
    limit: int

    def run(self, services: Services) -> list[tuple[int, int | None, str | None]]:
        """Return recipient ids, contact ids and email addresses; raises NotFound and Refused."""
        at = to_micros(self.at)
        return history.members_at(services, self.account_id, self.segment_id, at, self.after, self.limit)


class ContactHistory(LocalCall[list[ContactChange]], frozen=True):
    """List the entries of a contact into segments, and its exits."""

    account_id: int
    type_id: int
    contact_id: int
    email_key: str

    def run(self, services: Services) -> list[ContactChange]:
        """Return entries and exits, newest first."""
        return history.contact_history(services, self.account_id, self.type_id, self.contact_id, self.email_key)


class CompareSegments(LocalCall[Overlap], frozen=True):
    """Compare the members of segments of one contact type."""

    account_id: int
    segment_ids: list[int]

    def run(self, services: Services) -> Overlap:
        """Return the sizes of their overlaps; raises NotFound and Invalid."""
        return overlap.compare_segments(services, self.account_id, self.segment_ids)


class GroupSizes(LocalCall[list[int]], frozen=True):
    """Count the members of a segment in each group of a sample."""

    account_id: int
    segment_id: int
    sample: Sample

    def run(self, services: Services) -> list[int]:
        """Return the sizes; raises NotFound."""
        return sampling.group_sizes(services, self.account_id, self.segment_id, self.sample)


class SampledRecipients(LocalCall[SampledPage], frozen=True):
    """Read a page of the recipients of a segment who are in a sample, above an id."""

    account_id: int
    segment_id: int
    sample: Sample
    after: int

    def run(self, services: Services) -> SampledPage:
        """Return the page; raises NotFound."""
        return sampling.sampled_page(services, self.account_id, self.segment_id, self.sample, self.after)


class ImportEffects(LocalCall[list[SegmentEffect]], frozen=True):
    """Count who entered and left the segments of a contact type by imports since an instant."""

    account_id: int
    type_id: int
    since: datetime

    def run(self, services: Services) -> list[SegmentEffect]:
        """Return the counts of each segment."""
        return import_effects(services, self.account_id, self.type_id, Cause.IMPORT, to_micros(self.since))


class WriteExport(LocalCall[int], frozen=True):
    """Write an export to a directory below the data directory."""

    export: Export
    directory: str

    def run(self, services: Services) -> int:
        """Return the number of rows; raises NotFound, Invalid and Unavailable."""
        return write_export(services, self.export, self.directory)

    @property
    def target_account(self) -> int | None:
        """The account whose contacts are written."""
        return self.export.account_id


class MakeBackup(LocalCall[Manifest], frozen=True):
    """Make a backup in a directory."""

    directory: str

    def run(self, services: Services) -> Manifest:
        """Return its manifest; raises Refused."""
        return make_backup(services, self.directory)


class Erase(LocalCall[bool], frozen=True):
    """Rewrite both stores if anything was erased since they were last rewritten; `only_if_small` if that is quick."""

    only_if_small: bool = False

    def run(self, services: Services) -> bool:
        """Return whether nothing is left to erase."""
        return erase_if_small(services) if self.only_if_small else erase(services)


CALL_TYPES: tuple[type[LocalCall[Any]], ...] = tuple(LocalCall.__subclasses__())
ANY_CALL: Any = Union[CALL_TYPES]  # noqa: UP007  made of a tuple


@cache
def result_type(call_type: type[LocalCall[Any]]) -> Any:
    """Return the type of the result of a kind of call."""
    return get_type_hints(call_type.run)["return"]
