"""Adding, changing and removing the providers of an account, and what came from them."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.providers.reading import NEED_CREDENTIAL
from tamis.actions.providers.requests import DOCUMENTED_NETWORKS
from tamis.actions.providers.sendgrid import read_public_key
from tamis.actions.providers.sns import TOPIC
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Detail, Subject
from tamis.domain.errors import Invalid, NotFound, Problem, Refused
from tamis.domain.providers import (
    ACTIVITY_KEPT_FOR,
    MAX_CREDENTIAL_LENGTH,
    MAX_PROVIDERS,
    TOKEN_BYTES,
    TOKEN_OVERLAP,
    Activity,
    ActivityPosition,
    NewToken,
    Provider,
    ReceivingProvider,
    Service,
)
from tamis.domain.values.text import line_problem
from tamis.records.consent import providers
from tamis.records.handles import Reader, Transaction


@dataclass(frozen=True, slots=True)
class ProviderEdit:
    """What is changed of a provider; None stays as it is. An empty credential removes it."""

    description: str | None = None
    credential: str | None = None
    checks_address: bool | None = None


def list_providers(db: Reader, account: Account) -> list[Provider]:
    """List the providers of an account, oldest first."""
    return providers.providers_of_account(db, account.id)


def find_provider(db: Reader, account: Account, provider_id: int) -> Provider:
    """Return a provider; raises NotFound."""
    found = providers.provider_by_id(db, account.id, provider_id)
    if found is None:
        raise NotFound("provider_unknown", provider=provider_id)
    return found


def provider_of_token(db: Reader, now: datetime, service: str, token: str) -> ReceivingProvider | None:
    """Return the provider to whose URL a request came, or None."""
    if service not in set(Service):
        return None
    return providers.by_token(db, Service(service), _hash(token), now)


def list_activity(
    db: Reader, account: Account, provider_id: int, limit: int, after: ActivityPosition | None = None
) -> list[Activity]:
    """List what came from a provider, by minute and outcome, newest first; raises NotFound."""
    return providers.read_activity(db, find_provider(db, account, provider_id).id, limit, after)


def create_provider(
    db: Transaction, now: datetime, account: Account, service: Service, wanted: ProviderEdit
) -> NewToken:
    """Add a provider, and return it with the token of its URL, the only time that it is shown. Raises Invalid, and
    Refused when the account has too many."""
    edit = _checked(service, wanted)
    if service in NEED_CREDENTIAL - {Service.SENDGRID} and not edit.credential:
        raise Invalid([Problem("credential", "provider_needs_credential", service=service.label)])
    if providers.count_providers(db, account.id) >= MAX_PROVIDERS:
        raise Refused("too_many_providers", most=MAX_PROVIDERS)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    id_ = providers.insert_provider(
        db,
        account.id,
        service,
        edit.description or "",
        _hash(token),
        edit.credential or "",
        now,
        checks_address=bool(edit.checks_address),
    )
    created = find_provider(db, account, id_)
    _record(db, now, created, AuditAction.PROVIDER_CREATED, service=service.value)
    return NewToken(created, token)


def edit_provider(db: Transaction, now: datetime, account: Account, provider_id: int, wanted: ProviderEdit) -> Provider:
    """Change a provider. Raises NotFound and Invalid."""
    before = find_provider(db, account, provider_id)
    edit = _checked(before.service, wanted)
    if edit.credential == "" and before.service in NEED_CREDENTIAL:
        raise Invalid([Problem("credential", "provider_needs_credential", service=before.service.label)])
    description = before.description if edit.description is None else edit.description
    checks_address = before.checks_address if edit.checks_address is None else edit.checks_address
    providers.update_provider(db, provider_id, description, now, checks_address=checks_address)
    if edit.credential is not None:
        providers.set_credential(db, provider_id, edit.credential)
    edited = find_provider(db, account, provider_id)
    _record(
        db,
        now,
        edited,
        AuditAction.PROVIDER_CHANGED,
        credential_changed=edit.credential is not None,
        checks_address=edited.checks_address,
    )
    return edited


def rotate_token(db: Transaction, now: datetime, account: Account, provider_id: int) -> NewToken:
    """Make a new token for the URL of a provider, and return it, the only time that it is shown; the previous one works
    for 24 more hours. Raises NotFound."""
    find_provider(db, account, provider_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    providers.rotate_token(db, provider_id, _hash(token), now + TOKEN_OVERLAP, now)
    rotated = find_provider(db, account, provider_id)
    _record(db, now, rotated, AuditAction.PROVIDER_TOKEN_ROTATED)
    return NewToken(rotated, token)


def delete_provider(db: Transaction, now: datetime, account: Account, provider_id: int) -> Provider:
    """Delete a provider, whose URL stops working at once; what it has reported stays. Raises NotFound."""
    deleted = find_provider(db, account, provider_id)
    providers.delete_provider(db, provider_id)
    _record(db, now, deleted, AuditAction.PROVIDER_DELETED, service=deleted.service.value)
    return deleted


def delete_expired(services: Services) -> None:
    """Delete what is kept of requests for a limited time."""
    services.write(lambda db, now: providers.delete_expired(db, now, ACTIVITY_KEPT_FOR))


def _checked(service: Service, edit: ProviderEdit) -> ProviderEdit:
    """Return an edit in its stored form; raises Invalid."""
    problems = []
    description = None if edit.description is None else edit.description.strip()
    credential = None if edit.credential is None else edit.credential.strip()
    if description and (wrong := line_problem(description)):
        problems.append(Problem.of("description", wrong))
    if credential and (code := _credential_problem(service, credential)):
        problems.append(Problem("credential", code, most=MAX_CREDENTIAL_LENGTH))
    if edit.checks_address and service not in DOCUMENTED_NETWORKS:
        problems.append(Problem("checks_address", "provider_without_networks", service=service.label))
    if problems:
        raise Invalid(problems)
    return replace(edit, description=description, credential=credential)


def _credential_problem(service: Service, credential: str) -> str | None:
    if len(credential) > MAX_CREDENTIAL_LENGTH:
        return "provider_credential_too_long"
    match service:
        case Service.SENDGRID:
            try:
                read_public_key(credential)
            except ValueError:
                return "provider_key_not_valid"
        case Service.SES:
            return None if TOPIC.fullmatch(credential) else "provider_topic_not_valid"
        case _:
            return None if credential.isascii() and credential.isprintable() else "provider_credential_not_valid"
    return None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _record(db: Transaction, now: datetime, provider: Provider, action: AuditAction, **details: Detail) -> None:
    subject = Subject("provider", provider.id, provider.name)
    record_entry(db, now, provider.account_id, action, subject, **details)
