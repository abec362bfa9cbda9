"""Verification of webhooks, compared with the library of the specification's authors."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from tamis.client import InvalidWebhook, verify_webhook
from tamis.client.webhooks import sign, verify_signature

OLD, NEW = ("whsec_" + base64.b64encode(bytes([byte]) * 24).decode() for byte in (1, 2))
IDS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="."), min_size=1, max_size=40)


def delivery(secret: str, body: bytes, *, age: int = 0, message_id: str = "msg_1") -> dict[str, str]:
    """Return the headers of a delivery, signed by the library."""
    sent = datetime.fromtimestamp(datetime.now(UTC).timestamp() - age, UTC)
    signature = Webhook(secret).sign(message_id, sent, body.decode())
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(int(sent.timestamp())),
        "Webhook-Signature": signature,
    }


@given(body=st.text(), message_id=IDS)
def test_each_verifies_what_the_other_signs(body: str, message_id: str) -> None:
    encoded = body.encode()
    assert verify_signature(encoded, delivery(NEW, encoded, message_id=message_id), NEW) == message_id
    now = int(datetime.now(UTC).timestamp())
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(NEW, message_id, now, encoded),
    }
    Webhook(NEW).verify(b'{"any": "body"}', delivery(NEW, b'{"any": "body"}'))
    try:
        Webhook(NEW).verify(encoded, headers)
    except WebhookVerificationError:
        raise
    except ValueError:
        pass  # the library also parses the body as JSON, after the signature was right


def test_while_a_secret_is_rotated_either_is_right() -> None:
    body = b'{"a": 1}'
    both = delivery(OLD, body)
    both["Webhook-Signature"] = f"{both['Webhook-Signature']} v1a,x {delivery(NEW, body)['Webhook-Signature']}"
    assert verify_signature(body, both, OLD) == verify_signature(body, both, NEW) == "msg_1"
    assert verify_signature(body, delivery(OLD, body), NEW, OLD) == "msg_1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Webhook-Signature": "v1,AAAA"}, "signature"),
        ({"Webhook-Signature": "ä"}, "signature"),
        ({"Webhook-Id": "msg_2"}, "signature"),
        ({"Webhook-Timestamp": "soon"}, "timestamp"),
        ({"Webhook-Timestamp": "²"}, "timestamp"),
        ({"Webhook-Timestamp": "1"}, "timestamp"),
        ({"Webhook-Timestamp": "99999999999"}, "timestamp"),
    ],
)
def test_what_was_changed_is_refused(change: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidWebhook, match=reason):
        verify_signature(b"{}", {**delivery(NEW, b"{}"), **change}, NEW)


def test_a_delivery_that_is_old_or_of_another_secret_or_body_is_refused() -> None:
    for headers, body, secret in (
        (delivery(NEW, b"{}", age=400), b"{}", NEW),
        (delivery(NEW, b"{}"), b"{ }", NEW),
        (delivery(NEW, b"{}"), b"{}", OLD),
    ):
        with pytest.raises(InvalidWebhook):
            verify_signature(body, headers, secret)
    for missing in ("Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"):
        headers = delivery(NEW, b"{}")
        del headers[missing]
        with pytest.raises(InvalidWebhook, match=missing.lower()):
            verify_signature(b"{}", headers, NEW)


def test_a_verified_message_is_typed() -> None:
    body = (
        b'{"type": "memberships.changed", "timestamp": "2026-11-27T10:00:00Z", "data": {"changes": ['
        b'{"id": 7, "type": "entered", "segment_id": 1, "contact_id": 2, "email": "a@example.org", '
        b'"at": "2026-11-27T10:00:00Z", "cause": "import", "new": 1}], "last_id": 9}, "new": {}}'
    )
    message = verify_webhook(body, delivery(NEW, body), NEW)
    assert (message.id, message.type, message.data.last_id) == ("msg_1", "memberships.changed", 9)
    assert [change.email for change in message.data.changes] == ["a@example.org"]
    test = b'{"type": "test", "timestamp": "2026-11-27T10:00:00Z"}'
    assert verify_webhook(test, delivery(NEW, test), NEW).data.changes == ()
    with pytest.raises(InvalidWebhook, match="no message"):
        verify_webhook(b"[]", delivery(NEW, b"[]"), NEW)


def test_a_secret_that_is_none_is_not_shown() -> None:
    with pytest.raises(ValueError, match="not one of a webhook") as refused:
        sign("whsec_hidden secret", "msg_1", 1, b"")
    assert "hidden" not in str(refused.value)
