"""`tamis webhook listen` prints deliveries, and refuses what is none."""

import base64
import json
import sys
import time

import requests

from tamis.client.webhooks import sign
from tests.support import forked
from tests.support.process import environment

SECRET = "whsec_" + base64.b64encode(b"x" * 32).decode()
CHANGE = {
    "id": 7,
    "type": "entered",
    "segment_id": 1,
    "contact_id": 3,
    "email": "ada@example.org",
    "at": "2026-11-27T12:00:00.000000Z",
    "cause": "import",
}


def test_deliveries_are_verified_and_printed() -> None:
    command = [sys.executable, "-m", "tamis", "webhook", "listen", "--port", "0", "--count", "1"]
    process, output, errors = forked.start(command, environment({"TAMIS_WEBHOOK_SECRET": SECRET}))
    with output, errors:
        address = output.readline().rpartition(" ")[2].strip()
        message = {"type": "memberships.changed", "timestamp": CHANGE["at"], "data": {"changes": [CHANGE]}}
        body = json.dumps(message).encode()
        now = int(time.time())
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(now),
            "webhook-signature": sign(SECRET, "msg_1", now, body),
        }

        assert (
            requests.post(address, data=body, headers={**headers, "webhook-id": "msg_2"}, timeout=60).status_code == 400
        )
        assert requests.post(address, data=body, timeout=60).status_code == 400
        assert requests.post(address, data=body, headers=headers, timeout=60).status_code == 204
        assert process.wait(60) == 0
        assert output.read().split() == ["7", "entered", "segment", "1", "ada@example.org", "import"]
        assert errors.read().count("Refused a request") == 2
