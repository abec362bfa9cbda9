"""Webhooks: their list, and the form that creates or edits one."""

from collections import defaultdict
from collections.abc import Mapping

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response

from tamis import log
from tamis.actions.lookups import segments_of_account
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.registration import (
    WebhookEdit,
    create_webhook,
    edit_webhook,
    find_webhook,
    list_webhooks,
)
from tamis.domain.errors import Invalid, Refused
from tamis.domain.webhooks import Webhook
from tamis.web.console.auth.password_confirmation import require_recent_password
from tamis.web.console.display.messages import as_sentence, first_sentence, message_text
from tamis.web.console.pages.integrations.webhook import TYPES, webhook_page
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import Visitor, WebRequest, client_host
from tamis.web.console.roles import ADMIN


@get("/webhooks", sync_to_thread=True)
def webhook_list(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """List the webhooks of the account."""
    db = services.records.reader()
    names = {segment.id: segment.name for segment in segments_of_account(db, visitor.account.id)}
    found = list_webhooks(db, visitor.account)
    return page(
        visitor,
        "webhooks/list.html",
        title="Webhooks",
        nav="webhooks",
        webhooks=found,
        names=names,
        types=TYPES,
        now=services.clock(),
    )


@get("/webhooks/new", opt=ADMIN, sync_to_thread=True)
def new_webhook(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """Show the form that creates a webhook."""
    return _form_page(services, visitor, None, WebhookEdit())


@post("/webhooks", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def create(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Create a webhook; the response is the only page that shows its secret."""
    wanted = _edit_of(form)
    try:
        made = services.write(create_webhook, visitor.account, _policy(services), wanted)
    except (Invalid, Refused) as error:
        return _form_page(services, visitor, None, wanted, _problems(error))
    log.event("webhook_created", account=visitor.account.id, webhook=made.id, address=client_host(request))
    return webhook_page(services, visitor, made.webhook, secret=made.secret)


@get("/webhooks/{webhook_id:int}/edit", opt=ADMIN, sync_to_thread=True)
def edit_page(services: ServicesDep, visitor: VisitorDep, webhook_id: FromPath[int]) -> Response[str]:
    """Show the form that edits a webhook."""
    webhook = find_webhook(services.records.reader(), visitor.account, webhook_id)
    shown = WebhookEdit(webhook.url, webhook.description, webhook.types, webhook.segment_ids)
    return _form_page(services, visitor, webhook, shown)


@post("/webhooks/{webhook_id:int}", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def edit(
    request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep, webhook_id: FromPath[int]
) -> Response[str]:
    """Edit a webhook."""
    webhook = find_webhook(services.records.reader(), visitor.account, webhook_id)
    wanted = _edit_of(form)
    try:
        services.write(edit_webhook, visitor.account, _policy(services), webhook_id, wanted)
    except Invalid as error:
        return _form_page(services, visitor, webhook, wanted, _problems(error))
    log.event("webhook_edited", account=visitor.account.id, webhook=webhook_id, address=client_host(request))
    return redirect(visitor, f"/webhooks/{webhook_id}", notice="Webhook saved.")


def _edit_of(form: Form) -> WebhookEdit:
    segment_ids = [int(text) for text in form.all("segment") if text.isascii() and text.isdigit() and len(text) < 16]
    return WebhookEdit(form.text("url"), form.text("description"), form.all("type"), segment_ids)


def _form_page(
    services: Services,
    visitor: Visitor,
    webhook: Webhook | None,
    shown: WebhookEdit,
    problems: Mapping[str, str] | None = None,
) -> Response[str]:
    segments = segments_of_account(services.records.reader(), visitor.account.id)
    return page(
        visitor,
        "webhooks/form.html",
        title="Edit webhook" if webhook else "New webhook",
        nav="webhooks",
        status=422 if problems else 200,
        webhook=webhook,
        shown=shown,
        problems=defaultdict(str, problems or {}),
        is_refused=bool(problems),
        types=TYPES,
        segments=sorted(segments, key=lambda segment: segment.name.casefold()),
    )


def _problems(error: Invalid | Refused) -> dict[str, str]:
    """Return what is wrong by the part of the form."""
    if isinstance(error, Refused):
        return {"webhook": first_sentence(error)}
    found: dict[str, str] = {}
    for problem in error.problems:
        part = problem.path.partition("[")[0]
        text = message_text(problem)
        if part == "segment_ids":
            text = "a chosen segment was deleted in the meantime"
        elif part in ("url", "description"):
            text = f"the {'URL' if part == 'url' else part} {text}"
        found.setdefault(part, as_sentence(text))
    return found


def _policy(services: Services) -> AddressPolicy:
    return AddressPolicy(services.settings.webhook_networks)


handlers = [webhook_list, new_webhook, create, edit_page, edit]
