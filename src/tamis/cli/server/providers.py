"""`tamis provider`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from tamis.actions.providers import registration
from tamis.actions.providers.registration import ProviderEdit
from tamis.actions.services import Services
from tamis.actions.team.mail import base_url
from tamis.cli.common import Common, open_services, print_line, print_result, print_table, resolve_account
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import Invalid, Problem
from tamis.domain.providers import MAX_CREDENTIAL_LENGTH, Activity, NewToken, Provider, Service
from tamis.domain.values.dates import local_time
from tamis.domain.values.instants import format_instant

provider_app = App(name="provider", help="Manage providers: services that send email and report what became of it.")
NOT_SHOWN_AGAIN = "Enter this URL at the service. It is not shown again."


@provider_app.command
def create(
    service: Service,
    *,
    description: str = "",
    credential_file: Path | None = None,
    checks_address: bool = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Create a provider, and show the URL to enter there.

    Parameters
    ----------
    service
        The service.
    description
        What you call it.
    credential_file
        A file with what its requests are verified with: the verification key of SendGrid, the webhook signing key of
        Mailgun, the ARN of the SNS topic of Amazon SES, or the "user:password" or token that you set at Postmark or
        Brevo.
    checks_address
        Accept requests only from the addresses that the service documents; only for Brevo.
    """
    wanted = ProviderEdit(description, _read(credential_file) or "", checks_address)
    with open_services(common) as services:
        account = resolve_account(services, common)
        made = services.write(registration.create_provider, account, service, wanted)
        _print_token(services, common, made, f"{made.provider.name} created as provider {made.id}.")


@provider_app.command(name="list")
def list_all(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the providers, without their URLs and credentials."""
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = registration.list_providers(services.records.reader(), account)
    if common.json:
        print_result(common, {"providers": [_document(provider) for provider in found]})
        return
    rows = [
        (
            str(provider.id),
            provider.service.label,
            provider.description,
            "yes" if provider.has_credential else "no",
            None if provider.last_request_at is None else local_time(provider.last_request_at, account.zone),
        )
        for provider in found
    ]
    print_table(("ID", "Service", "Description", "Credential", "Last request"), rows)


@provider_app.command
def edit(
    provider_id: int,
    *,
    description: str | None = None,
    credential_file: Path | None = None,
    checks_address: bool | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Change a provider, such as what its requests are verified with.

    Parameters
    ----------
    provider_id
        The ID of the provider.
    description
        What you call it.
    credential_file
        A file with what its requests are verified with.
    checks_address
        Accept requests only from the addresses that the service documents; only for Brevo.
    """
    edit = ProviderEdit(description, _read(credential_file), checks_address)
    with open_services(common) as services:
        account = resolve_account(services, common)
        changed = services.write(registration.edit_provider, account, provider_id, edit)
    print_result(common, _document(changed), f"{changed.name} changed.")


@provider_app.command
def rotate(provider_id: int, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Create a new URL for a provider. The previous one works for another 24 hours.

    Parameters
    ----------
    provider_id
        The ID of the provider.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        made = services.write(registration.rotate_token, account, provider_id)
        _print_token(services, common, made, f"{made.provider.name} has a new URL.")


@provider_app.command
def delete(provider_id: int, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Delete a provider, whose URL stops working at once. Its events and suppressions stay.

    Parameters
    ----------
    provider_id
        The ID of the provider.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        deleted = services.write(registration.delete_provider, account, provider_id)
    print_result(common, {"id": deleted.id, "deleted": True}, f"{deleted.name} deleted.")


@provider_app.command
def activity(
    provider_id: int,
    *,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=100_000))] = 100,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """List what a provider sent in the last 30 days, what became of it, and what was refused and why.

    Parameters
    ----------
    provider_id
        The ID of the provider.
    limit
        How many minutes and outcomes to list at most.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        found = registration.list_activity(services.records.reader(), account, provider_id, limit)
    if common.json:
        print_result(common, {"activity": [_activity_document(entry) for entry in found]})
    elif not found:
        print_line("No reports in the last 30 days.")
    else:
        print_table(("Minute", "Outcome", "Requests", "Reports", "Effects"), [_row(entry, account) for entry in found])


def _read(file: Path | None) -> str | None:
    """Return the content of a file, so that a credential is in no list of processes and no history of a shell."""
    if file is None:
        return None
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(MAX_CREDENTIAL_LENGTH + 2)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Invalid([Problem(str(file), "file_not_read", reason=reason or "it cannot be opened")]) from None


def _print_token(services: Services, common: Common, made: NewToken, sentence: str) -> None:
    url = f"{base_url(services.settings)}{made.path}"
    print_result(common, {**_document(made.provider), "url": url}, sentence, f"URL  {url}", NOT_SHOWN_AGAIN)


def _document(provider: Provider) -> dict[str, object]:
    return {
        "id": provider.id,
        "service": provider.service.value,
        "description": provider.description,
        "has_credential": provider.has_credential,
        "checks_address": provider.checks_address,
        "last_request_at": None if provider.last_request_at is None else format_instant(provider.last_request_at),
        "created_at": format_instant(provider.created_at),
    }


def _activity_document(entry: Activity) -> dict[str, object]:
    return {
        "at": format_instant(entry.minute),
        "outcome": entry.outcome,
        "requests": entry.requests,
        "kinds": dict(entry.counts.kinds),
        "effects": dict(entry.counts.effects),
        "rejected": dict(entry.counts.rejected),
    }


def _row(entry: Activity, account: Account) -> tuple[str, ...]:
    rejected = {f"rejected: {reason}": count for reason, count in entry.counts.rejected.items()}
    effects = {name: count for name, count in entry.counts.effects.items() if name != "rejected"}
    return (
        local_time(entry.minute, account.zone),
        entry.outcome.replace("_", " "),
        f"{entry.requests:,}",
        _listed(entry.counts.kinds),
        _listed({**effects, **rejected}),
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
