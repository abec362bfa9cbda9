"""`tamis segment overlap`."""

from tamis.actions.local_calls import CompareSegments
from tamis.actions.segments.segments import find_segment
from tamis.cli.client.local_client import run_call
from tamis.cli.common import Common, open_services, print_line, print_result, print_table, resolve_account
from tamis.domain.segments.overlap import Overlap
from tamis.domain.segments.segments import Segment


def overlap(*segment: str, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Compare segments of one contact type: members in total, in common and in each one only.

    Parameters
    ----------
    segment
        IDs or names of 2 to 20 segments.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = [find_segment(services.records.reader(), account, reference) for reference in segment]
        compared = run_call(services, CompareSegments(account.id, [one.id for one in found]))
    if common.json:
        print_result(common, _document(found, compared))
    else:
        _show_overlap(found, compared)


def _document(found: list[Segment], compared: Overlap) -> dict[str, object]:
    return {
        "segments": [
            {"id": segment.id, "name": segment.name, "count": size}
            for segment, size in zip(found, compared.sizes, strict=True)
        ],
        "union": compared.union,
        "intersection": compared.intersection,
        "only": compared.only,
        "matrix": compared.matrix,
    }


def _show_overlap(found: list[Segment], compared: Overlap) -> None:
    numbered = range(1, len(found) + 1)
    rows = [
        (number, segment.name, f"{size:,}", f"{only:,}", *(f"{both:,}" for both in row))
        for number, segment, size, only, row in zip(
            numbered, found, compared.sizes, compared.only, compared.matrix, strict=True
        )
    ]
    columns = ("", "Segment", "Members", "In no other", *(f"Also in {number}" for number in numbered))
    print_table(columns, rows, right=(0, *range(2, len(columns))))
    print_line(f"In any of them: {compared.union:,}")
    print_line(f"In all of them: {compared.intersection:,}")
