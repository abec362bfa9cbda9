"""Suppressions: the emails that may not be mailed, with search, and what an account gives to those who mail."""

from io import StringIO
from typing import Annotated

from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Response

from tamis.actions.consent import mailing, suppressions
from tamis.actions.consent.suppression_files import ImportedSuppressions, suppress_rows, write_rows
from tamis.actions.services import Services
from tamis.domain.accounts.audit import BEYOND_LAST
from tamis.domain.consent.suppressions import SuppressionFilter, SuppressionReason
from tamis.domain.errors import Invalid, NotFound
from tamis.domain.values.text import pluralize
from tamis.web.console.display.messages import first_sentence
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import Visitor
from tamis.web.console.roles import ADMIN, EDITOR, VIEWER
from tamis.web.downloads import content_disposition

ROWS_PER_PAGE = 50
SOURCE = "console"
PATH = "/suppressions"


@get("/suppressions", opt=VIEWER, sync_to_thread=True)
def suppression_list(
    services: ServicesDep,
    visitor: VisitorDep,
    before: Annotated[int | None, QueryParameter(ge=1, le=BEYOND_LAST)] = None,
) -> Response[str]:
    """List the emails that may not be mailed, newest first."""
    return _page(services, visitor, before=before)


@post("/suppressions/search", opt=VIEWER, status_code=200, sync_to_thread=True)
def search(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Show the suppressed emails that match a search, which is in no URL."""
    return _page(services, visitor, form.text("text").strip(), form.number("before"))


@post("/suppressions", opt=EDITOR, status_code=200, sync_to_thread=True)
def add(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Suppress an email."""
    try:
        email = suppressions.parse_address(form.text("email"))
    except Invalid as error:
        return _page(services, visitor, form=form, problem=first_sentence(error))
    services.write(suppressions.suppress, visitor.account, [email], _reason(form), SOURCE)
    return redirect(visitor, PATH, notice=f"{email.address} is suppressed and will not be mailed.")


@post("/suppressions/import", opt=EDITOR, status_code=200, sync_to_thread=True)
def import_file(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Suppress the emails of a CSV file."""
    content, reason = form.file("file"), _reason(form)
    if not content:
        return _page(services, visitor, file_problem="Choose a CSV file with a column of emails.")
    try:
        found = suppress_rows(services, visitor.account, content, reason, SOURCE)
    except Invalid as error:
        return _page(services, visitor, file_problem=first_sentence(error))
    if found.rejected:
        return _page(services, visitor, imported=found)
    return redirect(visitor, PATH, notice=imported_text(found))


def imported_text(found: ImportedSuppressions) -> str:
    """Return the result of an imported file in words."""
    return (
        f"{pluralize(found.suppressed, 'email')} suppressed, {found.updated + found.unchanged:,} already suppressed, "
        f"{pluralize(len(found.rejected), 'row')} rejected."
    )


@get("/suppressions/export", opt=VIEWER, sync_to_thread=True)
def export_file(services: ServicesDep, visitor: VisitorDep) -> Response[bytes]:
    """Send the suppressed emails as a CSV file."""
    text = StringIO(newline="")
    write_rows(services.records.reader(), visitor.account, text)
    headers = {"content-disposition": content_disposition("suppressions", "csv")}
    return Response(text.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


@post("/suppressions/lift", opt=ADMIN, status_code=200, sync_to_thread=True)
def lift(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Let an email be mailed again."""
    email = form.text("email")
    try:
        services.write(suppressions.lift_suppression, visitor.account, email)
    except NotFound:
        return redirect(visitor, PATH, notice=f"{email} was not suppressed.")
    return redirect(visitor, PATH, notice=f"{email} can be mailed again.")


@post("/suppressions/giving", opt=ADMIN, status_code=200, sync_to_thread=True)
def set_giving(services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Set whether suppressed emails are given to those who mail."""
    gives = form.text("give") == "yes"
    services.write(mailing.set_gives_suppressed, visitor.account, gives)
    notice = "Suppressed emails are given to programs." if gives else "Suppressed emails are left out."
    return redirect(visitor, PATH, notice=notice)


def _reason(form: Form) -> SuppressionReason:
    named = [reason for reason in SuppressionReason if reason.value == form.text("reason")]
    return named[0] if named else SuppressionReason.MANUAL


def _page(
    services: Services,
    visitor: Visitor,
    text: str = "",
    before: int | None = None,
    form: Form | None = None,
    problem: str = "",
    file_problem: str = "",
    imported: ImportedSuppressions | None = None,
) -> Response[str]:
    db, wanted = services.records.reader(), SuppressionFilter(search=text)
    found = suppressions.list_suppressions(db, visitor.account, ROWS_PER_PAGE + 1, before or BEYOND_LAST, wanted)
    shown = found[:ROWS_PER_PAGE]
    return page(
        visitor,
        "suppressions/list.html",
        status=422 if problem or file_problem else 200,
        title="Suppressions",
        nav="account",
        suppressions=shown,
        count=suppressions.count_suppressions(db, visitor.account, wanted),
        older=shown[-1].id if len(found) > len(shown) else None,
        text=text,
        email=form.text("email") if form else "",
        problem=problem,
        file_problem=file_problem,
        imported=imported,
        imported_text=imported_text(imported) if imported else "",
        reasons=[reason.value for reason in SuppressionReason],
        gives=mailing.gives_suppressed(db, visitor.account),
    )


handlers = [suppression_list, search, add, import_file, export_file, lift, set_giving]
