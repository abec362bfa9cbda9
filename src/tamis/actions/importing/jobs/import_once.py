"""Imports with an idempotency key: stored in the transaction that creates the import, so that a request that is
repeated finds it, whatever becomes of the server."""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from tamis.actions.idempotency import IdempotentRequest, find_request
from tamis.actions.importing.jobs.jobs import ImportCreated
from tamis.actions.services import Services
from tamis.domain.errors import Refused
from tamis.records.accounts import idempotency
from tamis.records.handles import Reader, Transaction


class StartedImport(msgspec.Struct, frozen=True):
    """The import that a request with a key has started; `digest` is that of the file."""

    import_id: int
    digest: str


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_started_import(services: Services, request: IdempotentRequest) -> StartedImport | None:
    """Find the import that an earlier request with the same key has started, for 24 hours."""
    return _find(services.records.reader(), request, services.clock())


def store_started_import(request: IdempotentRequest, digest: str, interrupted: int | None) -> ImportCreated:
    """Return the function that stores the key of a request with the import that it creates.

    It raises Refused if another request with the key has started an import meanwhile, unless that is the `interrupted`
    one, which this one repeats."""

    def store(db: Transaction, now: datetime, import_id: int) -> None:
        started = _find(db, request, now)
        if started and started.import_id != interrupted:
            raise Refused("import_already_started", number=started.import_id)
        idempotency.store_outcome(db, request, msgspec.json.encode(StartedImport(import_id, digest)), now)

    return store


def _find(db: Reader, request: IdempotentRequest, now: datetime) -> StartedImport | None:
    found = find_request(db, request, now)
    return msgspec.json.decode(found.outcome, type=StartedImport) if found and found.outcome else None
