"""Answers that are stored for repeated requests hold nothing of deleted contacts."""

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contact_edits import create_contact
from tamis.actions.contacts.contacts import delete_contact
from tamis.actions.contacts.forgotten_emails import forget_email
from tamis.actions.fields.types import create_type
from tamis.actions.idempotency import IdempotentRequest, StoredAnswer, find_request, store_answer
from tamis.actions.services import Services


def test_deleting_an_email_deletes_the_answers_that_have_it(services: Services) -> None:
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    stranger, _ = services.write(create_account, "stranger@example.org", "UTC", None)
    people = services.write(create_type, account, "People")
    services.write(create_contact, account, people, {"email": "Ada@example.org"})
    bodies = {
        "named": b'{"email":"Ada@example.org"}',
        "other spelling": b'{"detail":"ada@EXAMPLE.org is taken"}',
        "outside": b'{"email":"lin@example.org"}',
        "nobody": b'{"id":1}',
    }
    requests = {name: IdempotentRequest(account.id, name, b"1") for name in bodies}
    for name, request in requests.items():
        services.write(store_answer, request, StoredAnswer(200, [], bodies[name]))
    foreign = IdempotentRequest(stranger.id, "named", b"1")
    services.write(store_answer, foreign, StoredAnswer(200, [], bodies["named"]))

    services.write(delete_contact, account, people, "ada@example.org")
    services.write(forget_email, account, people, "lin@example.org")

    db, now = services.records.reader(), services.clock()
    assert [name for name, request in requests.items() if find_request(db, request, now)] == ["nobody"]
    assert find_request(db, foreign, now)
