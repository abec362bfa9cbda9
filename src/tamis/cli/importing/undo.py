"""`tamis import undo`."""

from dataclasses import asdict

from tamis.actions.importing.jobs.undo import UndoReport, undo_import
from tamis.cli.common import Common, open_services, print_result, resolve_account
from tamis.cli.contacts.erasure import erase_now
from tamis.cli.progress import progress_bar
from tamis.domain.values.text import pluralize

FIELDS_STAY = "Fields and options that the import created stay."


def undo(import_id: int, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Undo an import: delete the contacts that it created and restore those that it changed. Contacts edited
    since then stay unchanged.

    Parameters
    ----------
    import_id
        ID of the import, as shown by "tamis import list".
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        with progress_bar(enabled=not common.json, unit="contact") as progress:
            report = undo_import(services, account, import_id, progress)
        erased = erase_now(services) if report.deleted else True
    print_result(common, {"import_id": import_id, **asdict(report), "erased": erased}, *_lines(import_id, report))


def _lines(import_id: int, report: UndoReport) -> list[str]:
    lines = [
        f"Import {import_id} undone.",
        f"{report.deleted:>12,}  deleted that it had created",
        f"{report.restored:>12,}  restored that it had changed",
        f"{report.touched:>12,}  left unchanged because they were edited since",
        f"{report.gone:>12,}  already deleted",
    ]
    if report.unfit:
        lines.insert(4, f"{report.unfit:>12,}  left unchanged because their old values no longer fit their fields")
    if report.touched_emails:
        lines.append("Left unchanged:")
        lines += [f"  {email}" for email in report.touched_emails]
        more = report.touched + report.unfit - len(report.touched_emails)
        if more > 0:
            lines.append(f"  and {pluralize(more, 'other')}")
    return [*lines, FIELDS_STAY]
