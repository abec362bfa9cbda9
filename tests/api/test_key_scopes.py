"""Keys with a scope or an expiry, over the Segment API."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tamis import log
from tamis.actions.accounts.accounts import create_account
from tamis.actions.accounts.keys import create_key_pair, revoke_key_pair
from tamis.actions.lookups import access_by_key_pair, access_by_secret
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import ApiKey, KeyRefusal, NewKeyPair, Scope
from tamis.settings import Settings
from tamis.web.key_auth import KeyAuth
from tests.api.test_keys import ROUTES
from tests.support.event_loop import run_coroutine
from tests.support.users import Person, colleague_of

NEEDED = {
    ("POST", "segment/email/store"): "write",
    ("DELETE", "segment/email/delete"): "write",
    ("DELETE", "segment/delete"): "admin",
    ("POST", "segment/store"): "admin",
}
SCOPES = ("read", "write", "admin")
REFUSED = '{{"status":"failed","errors":"This key has the scope {}, and this call needs the scope {}."}}'


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_does_what_its_scope_allows(owner: Person, scope: str) -> None:
    person = colleague_of(owner, "--scope", scope)
    for method, path in ROUTES:
        needed = NEEDED.get((method, path.partition("?")[0]), "read")
        answer = person.call(method, path)
        if SCOPES.index(scope) < SCOPES.index(needed):
            assert (answer.status_code, answer.text) == (403, REFUSED.format(scope, needed))
        else:
            assert answer.status_code not in (401, 403)


def test_a_key_for_writing_adds_and_deletes_recipients(owner: Person, empty: int) -> None:
    writer, reader = colleague_of(owner, "--scope", "write"), colleague_of(owner, "--scope", "read")
    assert writer.add(empty, "scope@example.org").status_code == 200
    (recipient,) = reader.recipients(empty)
    assert writer.call("DELETE", f"segment/email/delete?segment_recipient_id={recipient['id']}").status_code == 200
    assert reader.recipients(empty) == []


@pytest.mark.parametrize("public_key_is_sent", [True, False])
def test_a_key_is_refused_once_it_expires_or_is_revoked(tmp_path: Path, public_key_is_sent: bool) -> None:
    now = [datetime(2026, 11, 27, 12, tzinfo=UTC)]
    services = Services(Settings(tmp_path), lambda: now[0])
    account, _ = services.write(create_account, "a@example.org", "UTC", None)
    expires_at = now[0] + timedelta(minutes=1)
    expiring = services.write(create_key_pair, account, "Shop", Scope.READ, expires_at)
    revoked = services.write(create_key_pair, account, "Old shop")
    auth = KeyAuth(services)

    async def find(pair: NewKeyPair) -> ApiKey | None:
        if public_key_is_sent:
            return auth.by_key_pair(pair.public_key, pair.secret_key, {})
        return auth.by_secret(pair.secret_key, {})

    counted = log.counts().copy()
    found = run_coroutine(find(expiring))
    assert found
    assert (found.name, found.scope, found.account.id) == ("Shop", Scope.READ, account.id)
    assert run_coroutine(find(revoked))
    now[0] = expires_at
    services.write(revoke_key_pair, account, revoked.public_key)
    assert run_coroutine(find(expiring)) is None
    assert run_coroutine(find(revoked)) is None
    assert run_coroutine(find(NewKeyPair(expiring.public_key, "sk_wrong"))) is None
    logged = {name: count - counted.get(name, 0) for name, count in log.counts().items() if "key" in name}
    assert {name: logged.get(name) for name in ("expired_key_used", "revoked_key_used", "key_refused")} == {
        "expired_key_used": 1,
        "revoked_key_used": 1,
        "key_refused": 1,
    }
    services.close()


def test_a_wrong_secret_does_not_tell_that_the_key_expired(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    services = Services(Settings(tmp_path))
    account, pair = services.write(create_account, "a@example.org", "UTC", None)
    services.write(revoke_key_pair, account, pair.public_key)
    db = services.records.reader()
    assert access_by_key_pair(db, now, pair.public_key, "sk_wrong") == KeyRefusal("wrong_secret", pair.public_key)
    assert access_by_key_pair(db, now, "pk_none", pair.secret_key) == KeyRefusal("unknown", None)
    assert access_by_secret(db, now, pair.secret_key) == KeyRefusal("revoked", pair.public_key)
    assert access_by_secret(db, now, pair.public_key) == KeyRefusal("unknown", None)
    services.close()
