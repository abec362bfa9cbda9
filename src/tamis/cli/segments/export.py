"""`tamis export`."""

import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from tamis.actions.exporting.delivery import check_target, deliver
from tamis.actions.exporting.directories import export_directory, export_file
from tamis.actions.local_calls import WriteExport
from tamis.actions.segments.rule_syntax import json_of_text
from tamis.actions.segments.segments import find_segment
from tamis.actions.services import Services
from tamis.actions.team.mail import base_url, has_public_address
from tamis.cli.client.local_client import run_call
from tamis.cli.common import Common, open_services, print_notice, print_result, resolve_account, resolve_type
from tamis.domain.consent.link_columns import find_link_column
from tamis.domain.errors import Invalid, Problem
from tamis.domain.files.exports import GZIP, Export, Format, OutputOptions, format_by_name
from tamis.domain.values.text import pluralize

STANDARD_OUTPUT = "-"
UNREACHABLE = "Unsubscribe links lead to {}, which recipients may not reach: set TAMIS_PUBLIC_URL before mailing."
HOW = "tamis export SEGMENT FILE, or tamis export --type TYPE FILE"


def export(
    *target: Annotated[str, Parameter(allow_leading_hyphen=True)],
    type_: Annotated[str | None, Parameter(name="--type")] = None,
    where: Annotated[str | None, Parameter(name="--where", allow_leading_hyphen=True)] = None,
    fields: str | None = None,
    mailable: Annotated[bool, Parameter(negative="")] = False,
    format_: Annotated[Literal["csv", "ndjson", "parquet"] | None, Parameter(name="--format")] = None,
    formulas: Literal["escape", "keep"] = "escape",
    bom: Annotated[bool, Parameter(negative="")] = False,
    force: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Export a segment, or all contacts of a type (--type), to a .csv, .ndjson or .parquet file.

    Parameters
    ----------
    target
        ID or name of the segment and the file; with --type, only the file. Use - for standard output. CSV and NDJSON
        files are compressed if their names end in .gz.
    type_
        ID or name of the contact type to export.
    where
        With --type: export only contacts that match this rule, such as: country = "India"
    fields
        Keys of the fields to export, in this order, separated by commas; all fields by default, and for a segment also
        unsubscribe_url. For an email that you send, there are also the columns List-Unsubscribe and
        List-Unsubscribe-Post.
    mailable
        Only recipients of the segment who can be mailed; use it for every mailing.
    format_
        The format, if the file name does not show it; the default for standard output is CSV.
    formulas
        Whether text in CSV that a spreadsheet would run as a formula is escaped with an apostrophe.
    bom
        Start a CSV file with a byte order mark, so that Excel recognizes UTF-8.
    force
        Replace an existing file.
    """
    segment, file = _parse_target(target, type_, where)
    if mailable and segment is None:
        raise Invalid([Problem("--mailable", "mailable_needs_segment")])
    layout = _layout(file, format_, escapes=formulas == "escape", mark=bom)
    if file == STANDARD_OUTPUT and common.json:
        raise Invalid([Problem("--json", "json_has_no_place")])
    place = None if file == STANDARD_OUTPUT else check_target(Path(file), replace=force)
    begun = time.monotonic()
    with open_services(common) as services:
        wanted = _requested_fields(services, common, segment, type_, where, _keys(fields), layout)
        wanted = replace(wanted, mailable=mailable)
        if _has_links(wanted) and not has_public_address(services.settings):
            print_notice(UNREACHABLE.format(base_url(services.settings)))
        with export_directory(services.settings.data) as directory:
            rows = run_call(services, WriteExport(wanted, directory.name))
            size = export_file(directory).stat().st_size
            if place:
                deliver(export_file(directory), place, replace=force)
            else:
                _to_standard_output(export_file(directory))
                return
    seconds = round(time.monotonic() - begun, 3)
    shown = {"rows": rows, "file": file, "format": str(layout.format), "bytes": size, "seconds": seconds}
    print_result(common, shown, f"Exported {pluralize(rows, 'row')} to {file}")


def _has_links(wanted: Export) -> bool:
    if wanted.fields is None:
        return wanted.segment_id is not None
    return any(find_link_column(key) for key in wanted.fields)


def _parse_target(target: tuple[str, ...], type_: str | None, where: str | None) -> tuple[str | None, str]:
    """Return the segment, if one is named, and the file."""
    if type_ is None and where is not None:
        raise Invalid([Problem("--where", "rule_needs_type")])
    if len(target) != (2 if type_ is None else 1):
        raise Invalid([Problem("", "export_target_missing", how=HOW)])
    return (None, target[0]) if type_ is not None else (target[0], target[1])


def _layout(file: str, chosen: str | None, *, escapes: bool, mark: bool) -> OutputOptions:
    known = None if file == STANDARD_OUTPUT else format_by_name(file)
    if chosen is not None:
        form, compressed = Format(chosen), file.lower().endswith(GZIP)
    elif file == STANDARD_OUTPUT:
        form, compressed = Format.CSV, False
    elif known:
        form, compressed = known
    else:
        raise Invalid([Problem(file, "ending_unknown")])
    if compressed and form is Format.PARQUET:
        raise Invalid([Problem(file, "parquet_needs_no_gzip", gzip=GZIP)])
    if mark and form is not Format.CSV:
        raise Invalid([Problem("--bom", "only_csv_has_mark")])
    return OutputOptions(form, escapes, mark, compressed)


def _keys(fields: str | None) -> tuple[str, ...] | None:
    return None if fields is None else tuple(key.strip() for key in fields.split(",") if key.strip())


def _requested_fields(
    services: Services,
    common: Common,
    segment: str | None,
    type_: str | None,
    where: str | None,
    keys: tuple[str, ...] | None,
    layout: OutputOptions,
) -> Export:
    account, db = resolve_account(services, common), services.records.reader()
    if segment is not None:
        return Export(account.id, layout, segment_id=find_segment(db, account, segment).id, fields=keys)
    contact_type = resolve_type(services, account, type_ or "")
    rule = None
    if where is not None:
        rule = json_of_text(db, contact_type.id, where)
    return Export(account.id, layout, type_id=contact_type.id, rule=rule, fields=keys)


def _to_standard_output(made: Path) -> None:
    sys.stdout.flush()
    with made.open("rb") as source:
        shutil.copyfileobj(source, sys.stdout.buffer, 1 << 20)
    sys.stdout.buffer.flush()
