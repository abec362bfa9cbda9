"""`tamis import undo`."""

from dataclasses import asdict

from tamis.actions.importing.undo import UndoReport, undo_import
from tamis.cli.common import Common, open_services, print_result, resolve_account
from tamis.cli.erasure import erase_now
from tamis.cli.progress import progress_bar
from tamis.domain.text import pluralize

FIELDS_STAY = "Fields and options that the import has made stay."


def undo(import_id: int, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Undo an import: contacts that it made are deleted, those that it changed are again what they were, and whatever
    was touched since stays as it is.

    Parameters
    ----------
    import_id
        Id of the import, as "tamis import list" shows it.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        with progress_bar(enabled=not common.json, unit="contact") as progress:
            report = undo_import(services, account, import_id, progress)
        erased = erase_now(services) if report.deleted else True
    print_result(common, {"import_id": import_id, **asdict(report), "erased": erased}, *_lines(import_id, report))


def _lines(import_id: int, report: UndoReport) -> list[str]:
    lines = [
        f"Import {import_id} is undone.",
        f"{report.deleted:>12,}  deleted, which it had made",
        f"{report.restored:>12,}  restored, which it had changed",
        f"{report.touched:>12,}  left as they are, because somebody touched them since",
        f"{report.gone:>12,}  gone already",
    ]
    if report.unfit:
        lines.insert(4, f"{report.unfit:>12,}  left as they are, because their old values no longer fit their fields")
    if report.touched_emails:
        lines.append("Left as they are:")
        lines += [f"  {email}" for email in report.touched_emails]
        more = report.touched + report.unfit - len(report.touched_emails)
        if more > 0:
            lines.append(f"  and {pluralize(more, 'other')}")
    return [*lines, FIELDS_STAY]
