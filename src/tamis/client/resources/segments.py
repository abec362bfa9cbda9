"""Segments, their rules and their members."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import UNSET, UnsetType

from tamis.client.calls import Resource, Sender, call, download, paged
from tamis.client.models.segment_versions import (
    DeletedSegment,
    EmptiedTrash,
    SegmentVersion,
    VersionComparison,
)
from tamis.client.models.segments import (
    Activity,
    Explanation,
    Forecast,
    Groups,
    History,
    Member,
    Overlap,
    PastMember,
    Preview,
    Rule,
    SampledMember,
    Segment,
    SegmentPlan,
)
from tamis.client.request import Page, Request, json_body, path, tag


class SegmentCalls(Resource[Sender]):
    """Segments: each selects the contacts of a type by a rule."""

    @paged
    def list(
        self, type_id: int | None = None, *, page_size: int | None = None, cursor: str | None = None
    ) -> Request[Page[Segment]]:
        """List the segments of the account, or of a contact type."""
        query = {"contact_type_id": type_id, "limit": page_size, "cursor": cursor}
        return Request("GET", "/segments", Page[Segment], query)

    @call
    def get(self, segment_id: int) -> Request[Segment]:
        """Return a segment."""
        return Request("GET", path("segments", segment_id), Segment)

    @call
    def create(self, type_id: int, name: str, rule: Rule, *, description: str | UnsetType = UNSET) -> Request[Segment]:
        """Create a segment; its rule is text or JSON."""
        content = json_body(contact_type_id=type_id, name=name, rule=rule, description=description)
        return Request("POST", "/segments", Segment, content=content)

    @call
    def update(
        self,
        segment_id: int,
        *,
        name: str | UnsetType = UNSET,
        rule: Rule | UnsetType = UNSET,
        description: str | UnsetType | None = UNSET,
        if_match: str | None = None,
    ) -> Request[Segment]:
        """Change the name, the rule or the description of a segment."""
        content = json_body(name=name, rule=rule, description=description)
        return Request("PATCH", path("segments", segment_id), Segment, headers=tag(if_match), content=content)

    @call
    def dry_run(self, segment_id: int, rule: Rule) -> Request[SegmentPlan]:
        """Return how many would enter and leave with another rule, and what would become of segments that depend on
        this one, without changing anything."""
        content = json_body(rule=rule)
        return Request("PATCH", path("segments", segment_id), SegmentPlan, {"dry_run": True}, content=content)

    @call
    def delete(self, segment_id: int, *, if_match: str | None = None) -> Request[None]:
        """Delete a segment, which can be restored for some days; no other may use it."""
        return Request("DELETE", path("segments", segment_id), type(None), headers=tag(if_match))

    @paged
    def versions(
        self, segment_id: int, *, page_size: int | None = None, cursor: str | None = None
    ) -> Request[Page[SegmentVersion]]:
        """List the rules that a segment has had, newest first."""
        query = {"limit": page_size, "cursor": cursor}
        return Request("GET", path("segments", segment_id, "versions"), Page[SegmentVersion], query)

    @call
    def version(self, segment_id: int, number: int) -> Request[SegmentVersion]:
        """Return a version of a segment."""
        return Request("GET", path("segments", segment_id, "versions", number), SegmentVersion)

    @call
    def compare_versions(self, segment_id: int, earlier: int, later: int) -> Request[VersionComparison]:
        """Return what differs in the rules of two versions, and for how many of the present contacts."""
        where = path("segments", segment_id, "versions", earlier, "compare")
        return Request("GET", where, VersionComparison, {"with": later})

    @call
    def restore_version(self, segment_id: int, number: int, *, if_match: str | None = None) -> Request[Segment]:
        """Give a segment the rule of a version again, which makes a new version."""
        where = path("segments", segment_id, "versions", number, "restore")
        return Request("POST", where, Segment, headers=tag(if_match))

    @call
    def plan_restoring(self, segment_id: int, number: int) -> Request[SegmentPlan]:
        """Return how many would enter and leave if a version was restored, without changing anything."""
        where = path("segments", segment_id, "versions", number, "restore")
        return Request("POST", where, SegmentPlan, {"dry_run": True})

    @paged
    def deleted(self, *, page_size: int | None = None, cursor: str | None = None) -> Request[Page[DeletedSegment]]:
        """List the segments in the trash."""
        return Request("GET", "/deleted-segments", Page[DeletedSegment], {"limit": page_size, "cursor": cursor})

    @call
    def restore(self, segment_id: int) -> Request[Segment]:
        """Restore a segment from the trash."""
        return Request("POST", path("deleted-segments", segment_id, "restore"), Segment)

    @call
    def empty_trash(self) -> Request[EmptiedTrash]:
        """Delete the segments in the trash for good."""
        return Request("DELETE", "/deleted-segments", EmptiedTrash)

    @call
    def preview(self, type_id: int, rule: Rule) -> Request[Preview]:
        """Count the contacts that a rule selects, in total and by each part, without saving it."""
        return Request("POST", "/segments/preview", Preview, content=json_body(contact_type_id=type_id, rule=rule))

    @call
    def explain(self, segment_id: int, email: str) -> Request[Explanation]:
        """Return why an email is, or is not, in a segment."""
        return Request("GET", path("segments", segment_id, "explain"), Explanation, {"email": email})

    @call
    def history(self, segment_id: int, *, days: int | None = None) -> Request[History]:
        """Return the sizes of a segment on the last days."""
        return Request("GET", path("segments", segment_id, "history"), History, {"days": days})

    @paged
    def activity(
        self, segment_id: int, *, type: str | None = None, page_size: int | None = None, cursor: str | None = None
    ) -> Request[Page[Activity]]:
        """List who entered and left, latest first; `type` is `entered` or `left`."""
        query = {"type": type, "limit": page_size, "cursor": cursor}
        return Request("GET", path("segments", segment_id, "activity"), Page[Activity], query)

    @call
    def forecast(self, segment_id: int, *, days: int | None = None) -> Request[Forecast]:
        """Return how many will enter and leave on the next days as time passes."""
        return Request("GET", path("segments", segment_id, "forecast"), Forecast, {"days": days})

    @call
    def overlap(self, segment_ids: Sequence[int]) -> Request[Overlap]:
        """Compare the members of 2 to 20 segments of one type."""
        return Request("POST", "/segments/overlap", Overlap, content=json_body(segment_ids=segment_ids))

    @paged
    def sample(
        self,
        segment_id: int,
        *,
        percent: float | UnsetType = UNSET,
        groups: int | UnsetType = UNSET,
        group: int | UnsetType = UNSET,
        seed: str | UnsetType = UNSET,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[SampledMember]]:
        """Draw a random sample of the members, or list one of several groups; the same seed gives the same members."""
        content = json_body(percent=percent, groups=groups, group=group, seed=seed)
        query = {"limit": page_size, "cursor": cursor}
        return Request("POST", path("segments", segment_id, "sample"), Page[SampledMember], query, content=content)

    @call
    def split(
        self, segment_id: int, groups: int, *, percent: float | UnsetType = UNSET, seed: str | UnsetType = UNSET
    ) -> Request[Groups]:
        """Count the members, or those in a sample, in each of several groups."""
        content = json_body(groups=groups, percent=percent, seed=seed)
        return Request("POST", path("segments", segment_id, "sample"), Groups, content=content)

    @paged
    def members(
        self,
        segment_id: int,
        *,
        fields: Iterable[str] | None = None,
        mailable: bool | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> Request[Page[Member]]:
        """List the members of a segment, or only those who may be mailed."""
        chosen = None if fields is None else ",".join(fields)
        query = {"fields": chosen, "mailable": mailable, "limit": page_size, "cursor": cursor}
        return Request("GET", path("segments", segment_id, "members"), Page[Member], query)

    @paged
    def past_members(
        self, segment_id: int, at_change: int, *, page_size: int | None = None, cursor: str | None = None
    ) -> Request[Page[PastMember]]:
        """List who was a member after a change, such as one of the type `built`."""
        query = {"at_change": at_change, "limit": page_size, "cursor": cursor}
        return Request("GET", path("segments", segment_id, "past-members"), Page[PastMember], query)

    @call
    def get_member(self, segment_id: int, email: str) -> Request[Member]:
        """Return the member with an email."""
        return Request("GET", path("segments", segment_id, "members", email), Member)

    @call
    def add_member(self, segment_id: int, email: str, *, first_name: str = "", last_name: str = "") -> Request[Member]:
        """Add an email manually; it stays in the segment whatever the rule says. The names are for one that is no
        contact."""
        content = json_body(first_name=first_name, last_name=last_name)
        return Request("PUT", path("segments", segment_id, "members", email), Member, content=content)

    @call
    def remove_member(self, segment_id: int, email: str) -> Request[None]:
        """Exclude an email manually; it stays out of the segment whatever the rule says."""
        return Request("DELETE", path("segments", segment_id, "members", email), type(None))

    @download
    def export(
        self,
        segment_id: int,
        file: str | Path,
        *,
        format: str | None = None,
        fields: Iterable[str] | None = None,
        mailable: bool | None = None,
    ) -> tuple[Request[bytes], Path]:
        """Write the members, or only those who may be mailed, to a file as `csv`, `ndjson` or `parquet`, by default
        after the file's ending."""
        target = Path(file)
        chosen = None if fields is None else ",".join(fields)
        form = format or target.suffix.removeprefix(".").lower()
        query = {"format": form, "fields": chosen, "mailable": mailable}
        return Request("GET", path("segments", segment_id, "export"), bytes, query, wait=EXPORT_SECONDS), target


EXPORT_SECONDS = 600
"""How long the server may take to prepare a file."""
