"""What a command may ask that needs the columns: each question is a message with the type of its answer.

A command answers it itself, or puts it to the server on the same data (`local_protocol`): both go by these definitions.
"""

from abc import abstractmethod
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar, Union, get_type_hints

import msgspec

from tamis.actions.exporting.write import write_export
from tamis.actions.importing.effects import import_effects
from tamis.actions.maintenance.backups import Manifest, make_backup
from tamis.actions.maintenance.doctor import columns as doctor
from tamis.actions.maintenance.doctor import history as kept_history
from tamis.actions.maintenance.erasing import erase, erase_if_small
from tamis.actions.segments import history, overlap, recipients, sampling, segments
from tamis.actions.segments.history import ContactChange, SizesByDay
from tamis.actions.segments.sampling import SampledPage
from tamis.actions.segments.segments import ListedSegment
from tamis.actions.services import Services
from tamis.domain.exports import Export
from tamis.domain.import_reports import Effect
from tamis.domain.instants import to_micros
from tamis.domain.overlap import Overlap
from tamis.domain.sampling import Sample

Answer = TypeVar("Answer")


class Question(msgspec.Struct, Generic[Answer], frozen=True, tag=True, forbid_unknown_fields=True):
    """A question; its class is the tag of its message, its fields are the rest of it."""

    @abstractmethod
    def answer(self, services: Services) -> Answer:
        """Answer the question with the columns of this process."""

    @property
    def about_account(self) -> int | None:
        """The account that is asked about, None where it is all of them."""
        found: int | None = getattr(self, "account_id", None)
        return found


class CountRule(Question[int], frozen=True):
    """How many contacts an unsaved rule, in its JSON form, selects."""

    account_id: int
    type_id: int
    rule: str

    def answer(self, services: Services) -> int:
        """Count them; raises NotFound and Invalid."""
        return segments.count_rule(services, self.account_id, self.type_id, self.rule)


class SegmentSizes(Question[dict[int, int]], frozen=True):
    """How many recipients the segments of an account have; empty ones may be left out."""

    account_id: int

    def answer(self, services: Services) -> dict[int, int]:
        """Return the sizes by the ids of segments."""
        return segments.segment_sizes(services, self.account_id)


class ListedSegments(Question[list[ListedSegment]], frozen=True):
    """The segments of an account with their sizes and their rules in words, or one of them."""

    account_id: int
    segment_id: int | None = None

    def answer(self, services: Services) -> list[ListedSegment]:
        """Return them, newest first; raises NotFound."""
        return segments.listed_segments(services, self.account_id, self.segment_id)


class RecipientPage(Question[list[tuple[int, str]]], frozen=True):
    """The recipients of a segment after an id."""

    account_id: int
    segment_id: int
    after: int
    limit: int

    def answer(self, services: Services) -> list[tuple[int, str]]:
        """Return ids and the JSON documents of recipients; raises NotFound."""
        return recipients.recipient_page(services, self.account_id, self.segment_id, self.after, self.limit)


class SegmentHistory(Question[SizesByDay], frozen=True):
    """The sizes of a segment on the last days."""

    account_id: int
    segment_id: int
    days: int

    def answer(self, services: Services) -> SizesByDay:
        """Return the sizes; raises NotFound and Invalid."""
        return history.segment_history(services, self.account_id, self.segment_id, self.days)


class SizeAt(Question[int], frozen=True):
    """How many recipients a segment had at an instant."""

    account_id: int
    segment_id: int
    at: datetime

    def answer(self, services: Services) -> int:
        """Count them; raises NotFound and Refused."""
        return history.size_at(services, self.account_id, self.segment_id, to_micros(self.at))


class MembersAt(Question[list[tuple[int, int | None, str | None]]], frozen=True):
    """Who was in a segment at an instant, after a recipient's number."""

    account_id: int
    segment_id: int
    at: datetime
    after: int
    limit: int

    def answer(self, services: Services) -> list[tuple[int, int | None, str | None]]:
        """Return numbers, contacts and email addresses; raises NotFound and Refused."""
        at = to_micros(self.at)
        return history.members_at(services, self.account_id, self.segment_id, at, self.after, self.limit)


class ContactHistory(Question[list[ContactChange]], frozen=True):
    """The segments that a contact entered and left."""

    account_id: int
    type_id: int
    contact_id: int
    email_key: str

    def answer(self, services: Services) -> list[ContactChange]:
        """Return entries and exits, newest first."""
        return history.contact_history(services, self.account_id, self.type_id, self.contact_id, self.email_key)


class CompareSegments(Question[Overlap], frozen=True):
    """What segments of one contact type have in common."""

    account_id: int
    segment_ids: list[int]

    def answer(self, services: Services) -> Overlap:
        """Return the sizes of all parts; raises NotFound and Invalid."""
        return overlap.compare_segments(services, self.account_id, self.segment_ids)


class GroupSizes(Question[list[int]], frozen=True):
    """How many members of a segment are in each group of a sample."""

    account_id: int
    segment_id: int
    sample: Sample

    def answer(self, services: Services) -> list[int]:
        """Return the sizes; raises NotFound."""
        return sampling.group_sizes(services, self.account_id, self.segment_id, self.sample)


class SampledRecipients(Question[SampledPage], frozen=True):
    """The recipients of a segment who are in a sample, after an id."""

    account_id: int
    segment_id: int
    sample: Sample
    after: int

    def answer(self, services: Services) -> SampledPage:
        """Return a page of them; raises NotFound."""
        return sampling.sampled_page(services, self.account_id, self.segment_id, self.sample, self.after)


class ImportEffects(Question[list[Effect]], frozen=True):
    """Who entered and left the segments of a contact type by imports since an instant."""

    account_id: int
    type_id: int
    since: datetime

    def answer(self, services: Services) -> list[Effect]:
        """Return the numbers of each segment."""
        return import_effects(services, self.account_id, self.type_id, to_micros(self.since))


class WriteExport(Question[int], frozen=True):
    """An export, to be written to a place of the data directory."""

    export: Export
    place: str

    def answer(self, services: Services) -> int:
        """Return the number of rows; raises NotFound, Invalid and Unavailable."""
        return write_export(services, self.export, self.place)

    @property
    def about_account(self) -> int | None:
        """The account whose contacts are written."""
        return self.export.account_id


class MakeBackup(Question[Manifest], frozen=True):
    """A backup to a directory."""

    directory: str

    def answer(self, services: Services) -> Manifest:
        """Return what was written; raises Refused."""
        return make_backup(services, self.directory)


class Erase(Question[bool], frozen=True):
    """Writing both stores anew if something was erased since they last were; only where it takes a moment, if so
    wanted."""

    only_if_small: bool = False

    def answer(self, services: Services) -> bool:
        """Return whether nothing is left to do."""
        return erase_if_small(services) if self.only_if_small else erase(services)


class CheckLog(Question[doctor.Part], frozen=True):
    """Whether the log of membership changes is whole."""

    def answer(self, services: Services) -> doctor.Part:
        """Return what is wrong."""
        return doctor.examine_log(services)


class CheckHistory(Question[doctor.Part], frozen=True):
    """Whether a part of the history is the same in both stores: the next changes, or what there is of the next
    segments, after a number."""

    of_segments: bool
    after: int = 0

    def answer(self, services: Services) -> doctor.Part:
        """Return what is wrong, and the number after which to go on."""
        examine = kept_history.examine_segments if self.of_segments else kept_history.examine_changes
        return examine(services, self.after)


class CheckContacts(Question[doctor.Part], frozen=True):
    """Whether the next contacts of a type after an id are the same in both stores."""

    type_id: int
    after: int = 0

    def answer(self, services: Services) -> doctor.Part:
        """Return what is wrong, and the id after which to go on."""
        return doctor.examine_contacts(services, self.type_id, self.after)


class CheckOverrides(Question[doctor.Part], frozen=True):
    """Whether what was added and excluded by hand in a type's segments is the same in both stores."""

    type_id: int

    def answer(self, services: Services) -> doctor.Part:
        """Return what is wrong."""
        return doctor.examine_overrides(services, self.type_id)


class CheckSegment(Question[doctor.Part], frozen=True):
    """Whether the stored members of a segment are those that its rule selects."""

    segment_id: int

    def answer(self, services: Services) -> doctor.Part:
        """Return what is wrong."""
        return doctor.examine_segment(services, self.segment_id)


class CheckSample(Question[doctor.Part], frozen=True):
    """Whether some contacts of a type are in the segments in which the reference evaluator sees them."""

    type_id: int
    size: int

    def answer(self, services: Services) -> doctor.Part:
        """Return what is wrong."""
        return doctor.examine_sample(services, self.type_id, self.size)


KINDS: tuple[type[Question[Any]], ...] = tuple(Question.__subclasses__())
ANY_QUESTION: Any = Union[KINDS]  # noqa: UP007  made of a tuple


@cache
def answer_type(kind: type[Question[Any]]) -> Any:
    """Return the type of the answer to a kind of question."""
    return get_type_hints(kind.answer)["return"]
