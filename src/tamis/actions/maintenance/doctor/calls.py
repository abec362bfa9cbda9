"""The calls of `tamis doctor` that need the columns."""

from tamis.actions.local_call import LocalCall
from tamis.actions.maintenance.doctor import columns as doctor
from tamis.actions.maintenance.doctor import history as kept_history
from tamis.actions.services import Services


class CheckLog(LocalCall[doctor.PartialCheck], frozen=True):
    """Check that the log of membership changes is complete."""

    def run(self, services: Services) -> doctor.PartialCheck:
        """Return what is wrong."""
        return doctor.verify_log(services)


class CheckHistory(LocalCall[doctor.PartialCheck], frozen=True):
    """Check that a part of the history is the same in both stores: the next membership changes, or all of the next
    segments, above a number."""

    of_segments: bool
    after: int = 0

    def run(self, services: Services) -> doctor.PartialCheck:
        """Return what is wrong, and where to continue."""
        verify = kept_history.verify_segments if self.of_segments else kept_history.verify_changes
        return verify(services, self.after)


class CheckContacts(LocalCall[doctor.PartialCheck], frozen=True):
    """Check that the next contacts of a type, above an id, are the same in both stores."""

    type_id: int
    after: int = 0

    def run(self, services: Services) -> doctor.PartialCheck:
        """Return what is wrong, and where to continue."""
        return doctor.verify_contacts(services, self.type_id, self.after)


class CheckOverrides(LocalCall[doctor.PartialCheck], frozen=True):
    """Check that the manual overrides in the segments of a type are the same in both stores."""

    type_id: int

    def run(self, services: Services) -> doctor.PartialCheck:
        """Return what is wrong."""
        return doctor.verify_overrides(services, self.type_id)


class CheckSegment(LocalCall[doctor.PartialCheck], frozen=True):
    """Check that the stored members of a segment are those that its rule and overrides yield."""

    segment_id: int

    def run(self, services: Services) -> doctor.PartialCheck:
        """Return what is wrong."""
        return doctor.verify_segment(services, self.segment_id)


class CheckSample(LocalCall[doctor.PartialCheck], frozen=True):
    """Check the segments of some contacts of a type with the reference evaluator."""

    type_id: int
    size: int

    def run(self, services: Services) -> doctor.PartialCheck:
        """Return what is wrong."""
        return doctor.verify_sample(services, self.type_id, self.size)
