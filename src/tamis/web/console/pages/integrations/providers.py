"""Providers: the services that send email and report to the account, and what came from them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response

from tamis import log
from tamis.actions.providers import registration
from tamis.actions.providers.reading import NEED_CREDENTIAL
from tamis.actions.providers.registration import ProviderEdit
from tamis.actions.providers.requests import DOCUMENTED_NETWORKS
from tamis.actions.services import Services
from tamis.domain.errors import Invalid, Refused
from tamis.domain.providers import (
    ACTIVITY_KEPT_FOR,
    ActivityPosition,
    NewToken,
    Provider,
    RefusalReason,
    RejectionReason,
    ReportEffect,
    ReportKind,
    Service,
)
from tamis.web.console.auth.password_confirmation import require_recent_password
from tamis.web.console.display.messages import as_sentence, first_sentence, message_text
from tamis.web.console.requests.dependencies import FormDep, ServicesDep, VisitorDep
from tamis.web.console.requests.forms import Form
from tamis.web.console.requests.responses import page, redirect
from tamis.web.console.requests.session import Visitor, WebRequest, client_host
from tamis.web.console.roles import ADMIN

PATH = "/providers"
ROWS_PER_PAGE = 50
MAX_MINUTE = 1 << 53
KINDS = {
    ReportKind.DELIVERED: "Delivered",
    ReportKind.OPENED: "Opened",
    ReportKind.CLICKED: "Clicked",
    ReportKind.SOFT_BOUNCED: "Soft bounced",
    ReportKind.BOUNCED: "Bounced",
    ReportKind.COMPLAINED: "Marked as spam",
    ReportKind.UNSUBSCRIBED: "Unsubscribed",
}
EFFECTS = {
    ReportEffect.EVENT_STORED: "Events stored",
    ReportEffect.SUPPRESSED: "Emails suppressed",
    ReportEffect.ALREADY_SUPPRESSED: "Suppressed already",
    ReportEffect.REPEATED: "Repeated",
    ReportEffect.NOT_A_CONTACT: "Not contacts",
    ReportEffect.IGNORED: "Ignored",
}
REJECTIONS = {
    RejectionReason.NOT_AN_OBJECT: "Not an object",
    RejectionReason.KIND_MISSING: "No kind of event",
    RejectionReason.EMAIL_NOT_VALID: "Email not valid",
    RejectionReason.INSTANT_NOT_VALID: "Time not valid",
    RejectionReason.RECIPIENT_NOT_KNOWN: "Several recipients",
    RejectionReason.EVENT_NOT_STORED: "Over a limit",
}
REFUSALS = {
    RefusalReason.TOO_LARGE: ("Too large", "No service sends so much at once."),
    RefusalReason.NOT_JSON: ("Not JSON", "Remove other webhooks that use this URL."),
    RefusalReason.OTHER_FORMAT: (
        "Another format",
        "Remove other webhooks that use this URL. For Amazon, turn off raw message delivery.",
    ),
    RefusalReason.SIGNATURE_MISSING: ("Not signed", "Turn on signing at the service."),
    RefusalReason.SIGNATURE_WRONG: ("Wrong signature", "Enter the key that the service shows now."),
    RefusalReason.TIMESTAMP_OLD: ("Too old", "Check the clock of the server."),
    RefusalReason.CREDENTIAL_WRONG: ("Wrong credential", "Enter the same user and password, or token, here and there."),
    RefusalReason.CREDENTIAL_NOT_SET: ("No credential yet", "Enter what requests are verified with."),
    RefusalReason.ADDRESS_OTHER: (
        "Another network address",
        "Check TAMIS_TRUSTED_PROXIES, or accept requests from all addresses.",
    ),
    RefusalReason.TOPIC_OTHER: ("Another topic", "Enter the ARN of the topic of this subscription."),
    RefusalReason.CERTIFICATE_NOT_TRUSTED: ("Not from Amazon", "There is nothing to do: it was sent by somebody else."),
    RefusalReason.CERTIFICATE_NOT_FETCHED: ("Amazon not reached", "Let the server reach Amazon SNS over HTTPS."),
    RefusalReason.SUBSCRIPTION_NOT_CONFIRMED: ("Not confirmed", "Let the server reach Amazon SNS over HTTPS."),
}
"""What each reason of a refusal is called, and what to do about it."""
CREDENTIALS = {
    Service.SENDGRID: ("Verification key", "SendGrid shows it once signing is on, so you can enter it later."),
    Service.MAILGUN: ("Webhook signing key", "In Mailgun: Settings > API security."),
    Service.POSTMARK: ("User and password", "Optional: user:password, as entered at Postmark."),
    Service.SES: ("ARN of the SNS topic", "Such as arn:aws:sns:eu-west-1:123456789012:tamis."),
    Service.BREVO: ("Password or token", "Optional: user:password, or a bearer token, as entered at Brevo."),
}
"""What requests of each service are verified with."""
STEPS = {
    Service.SENDGRID: (
        "Settings > Mail Settings > Event Webhooks > Create new webhook: enter the URL.",
        "Check Delivered, Bounced, Dropped, Opened, Clicked, Spam Reports, Unsubscribed and Group Unsubscribes.",
        "Turn on Signed Event Webhook, save, and enter its verification key here.",
    ),
    Service.MAILGUN: (
        "Send > Sending > Webhooks > Add webhook: enter the URL.",
        "Choose all messages delivered, opened and clicked, both kinds of failures, complaints and unsubscribes.",
    ),
    Service.POSTMARK: (
        "Server > Message stream > Webhooks > Add webhook: enter the URL, and the user and password if you set any.",
        "Check Open, Click, Delivery, Bounce, Spam complaint and Subscription change.",
    ),
    Service.SES: (
        "Amazon SNS > Topic > Create subscription: HTTPS, the URL as endpoint, raw message delivery off.",
        "Amazon SES > Configuration sets > Event destinations: choose the topic, with deliveries, opens, clicks, "
        "bounces, complaints and subscriptions.",
    ),
    Service.BREVO: (
        "Settings > Webhooks > Add a new webhook, for transactional and for marketing mail: enter the URL, and the "
        "password or token if you set one.",
        "Choose delivered, opened, loaded by proxy, clicked, both kinds of bounces, invalid email, complaint and "
        "unsubscribed.",
    ),
}
"""What to do at each service."""


@get("/providers", sync_to_thread=True)
def provider_list(services: ServicesDep, visitor: VisitorDep) -> Response[str]:
    """List the providers of the account, with a form that adds one."""
    return _list_page(services, visitor)


@post("/providers", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def create(request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep) -> Response[str]:
    """Add a provider; the response is the only page that shows its URL."""
    service = next((service for service in Service if service.value == form.text("service")), None)
    if service is None:
        return _list_page(services, visitor, form, {"provider": "Choose a service."})
    wanted = ProviderEdit(form.text("description"), form.text("credential"))
    try:
        made = services.write(registration.create_provider, visitor.account, service, wanted)
    except (Invalid, Refused) as error:
        return _list_page(services, visitor, form, _problems(error))
    log.event("provider_created", account=visitor.account.id, provider=made.id, address=client_host(request))
    return _provider_page(services, visitor, made.provider, url=_url(services, request, made))


@get("/providers/{provider_id:int}", sync_to_thread=True)
def show(
    services: ServicesDep,
    visitor: VisitorDep,
    provider_id: FromPath[int],
    minute: Annotated[int | None, QueryParameter(ge=0, le=MAX_MINUTE)] = None,
    outcome: FromQuery[str] = "",
) -> Response[str]:
    """Show a provider and what came from it, newest first."""
    after = None if minute is None else ActivityPosition(minute, outcome)
    return _provider_page(services, visitor, _find(services, visitor, provider_id), after=after)


@post("/providers/{provider_id:int}", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def edit(
    request: WebRequest, services: ServicesDep, visitor: VisitorDep, form: FormDep, provider_id: FromPath[int]
) -> Response[str]:
    """Change a provider; a blank credential stays as it is."""
    provider = _find(services, visitor, provider_id)
    checks_address = form.text("checks_address") == "yes" if provider.service in DOCUMENTED_NETWORKS else None
    wanted = ProviderEdit(form.text("description"), form.text("credential") or None, checks_address)
    try:
        services.write(registration.edit_provider, visitor.account, provider_id, wanted)
    except Invalid as error:
        return _provider_page(services, visitor, provider, form=form, problems=_problems(error))
    log.event("provider_changed", account=visitor.account.id, provider=provider_id, address=client_host(request))
    return redirect(visitor, f"{PATH}/{provider_id}", notice="Provider saved.")


@post("/providers/{provider_id:int}/rotate", opt=ADMIN, sync_to_thread=True, guards=[require_recent_password])
def rotate(
    request: WebRequest, services: ServicesDep, visitor: VisitorDep, provider_id: FromPath[int]
) -> Response[str]:
    """Create a new URL; the response is the only page that shows it."""
    made = services.write(registration.rotate_token, visitor.account, provider_id)
    log.event("provider_token_rotated", account=visitor.account.id, provider=provider_id, address=client_host(request))
    return _provider_page(services, visitor, made.provider, url=_url(services, request, made))


@post("/providers/{provider_id:int}/delete", opt=ADMIN, sync_to_thread=True)
def delete(
    request: WebRequest, services: ServicesDep, visitor: VisitorDep, provider_id: FromPath[int]
) -> Response[str]:
    """Delete a provider."""
    services.write(registration.delete_provider, visitor.account, provider_id)
    log.event("provider_deleted", account=visitor.account.id, provider=provider_id, address=client_host(request))
    return redirect(visitor, PATH, notice="Provider deleted.")


def _list_page(
    services: Services, visitor: Visitor, form: Form | None = None, problems: Mapping[str, str] | None = None
) -> Response[str]:
    return page(
        visitor,
        "providers/list.html",
        status=422 if problems else 200,
        title="Providers",
        nav="account",
        providers=registration.list_providers(services.records.reader(), visitor.account),
        service_names=[(service.value, service.label) for service in Service],
        credentials=CREDENTIALS,
        service=form.text("service") if form else "",
        description=form.text("description") if form else "",
        problems=defaultdict(str, problems or {}),
    )


def _provider_page(
    services: Services,
    visitor: Visitor,
    provider: Provider,
    *,
    url: str = "",
    after: ActivityPosition | None = None,
    form: Form | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response[str]:
    """Show a provider, with a new `url`, or what is wrong with an edit."""
    db = services.records.reader()
    found = registration.list_activity(db, visitor.account, provider.id, ROWS_PER_PAGE + 1, after)
    shown = found[:ROWS_PER_PAGE]
    now = services.clock()
    return page(
        visitor,
        "providers/show.html",
        status=422 if problems else 200,
        title=provider.name,
        nav="account",
        provider=provider,
        url=url,
        steps=STEPS[provider.service],
        credential_label=CREDENTIALS[provider.service][0],
        needs_credential=provider.service in NEED_CREDENTIAL,
        networks=[str(network) for network in DOCUMENTED_NETWORKS.get(provider.service, ())],
        description=form.text("description") if form else provider.description,
        problems=defaultdict(str, problems or {}),
        activity=shown,
        older=shown[-1].position if len(found) > len(shown) else None,
        is_first=after is None,
        kinds=KINDS,
        effects=EFFECTS,
        rejections=REJECTIONS,
        refusals=REFUSALS,
        kept_days=ACTIVITY_KEPT_FOR.days,
        now=now,
    )


def _find(services: Services, visitor: Visitor, provider_id: int) -> Provider:
    return registration.find_provider(services.records.reader(), visitor.account, provider_id)


def _url(services: Services, request: WebRequest, made: NewToken) -> str:
    base = services.settings.public_url or f"{request.base_url.scheme}://{request.base_url.netloc}"
    return f"{base}{made.path}"


def _problems(error: Invalid | Refused) -> dict[str, str]:
    """Return what is wrong by the part of the form."""
    if isinstance(error, Refused):
        return {"provider": first_sentence(error)}
    names = {"credential": "the credential", "description": "the description", "checks_address": ""}
    return {problem.path: as_sentence(f"{names[problem.path]} {message_text(problem)}") for problem in error.problems}


handlers = [provider_list, create, show, edit, rotate, delete]
