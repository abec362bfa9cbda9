"""`tamis provider`: what programs and people see, and that credentials and URLs are shown once at most."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tamis.actions.services import Services
from tamis.settings import Settings
from tests.providers.payloads import Amazon, brevo_event, send_brevo, verification_key
from tests.providers.posting import post_all
from tests.support import in_process
from tests.support.process import Refused, tamis


@pytest.fixture
def data(tmp_path: Path) -> Path:
    tamis(tmp_path / "data", "account", "create", "--email", "owner@example.org")
    return tmp_path / "data"


def test_the_life_of_a_provider(data: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_text(f"{verification_key()}\n")
    made: dict[str, Any] = tamis(data, "provider", "create", "sendgrid", "--description", "News")
    assert urlsplit(made["url"]).path.startswith("/in/sendgrid/")
    assert made["has_credential"] is False
    with pytest.raises(Refused, match="is needed: requests of Mailgun cannot be verified without it"):
        tamis(data, "provider", "create", "mailgun")
    with pytest.raises(Refused, match="does not document from which addresses"):
        tamis(data, "provider", "edit", made["id"], "--checks-address")
    with pytest.raises(Refused, match="cannot be read"):
        tamis(data, "provider", "edit", made["id"], "--credential-file", tmp_path / "missing.txt")
    assert tamis(data, "provider", "edit", made["id"], "--credential-file", key)["has_credential"] is True
    key.write_text("another")
    with pytest.raises(Refused, match="is not a verification key of SendGrid"):
        tamis(data, "provider", "edit", made["id"], "--credential-file", key)
    rotated = tamis(data, "provider", "rotate", made["id"])
    assert rotated["url"] != made["url"]
    (listed,) = tamis(data, "provider", "list")["providers"]
    assert (listed["service"], listed["description"], listed["has_credential"]) == ("sendgrid", "News", True)
    shown = in_process.run_text(["provider", "list", "--data", str(data)]).stdout
    for secret in (made["url"], rotated["url"], verification_key()):
        assert secret.rpartition("/")[2] not in shown
    assert tamis(data, "provider", "delete", made["id"])["deleted"] is True
    with pytest.raises(Refused, match="there is no provider"):
        tamis(data, "provider", "activity", made["id"])


def test_activity_says_what_became_of_requests(data: Path) -> None:
    made = tamis(data, "provider", "create", "brevo")
    services = Services(Settings(data))
    sent = (send_brevo([brevo_event("spam"), {"event": "spam"}, 7]), send_brevo("x"))
    post_all(services, urlsplit(made["url"]).path, Amazon(), *sent)
    services.close()
    found = tamis(data, "provider", "activity", made["id"])["activity"]
    assert {entry["outcome"]: entry["requests"] for entry in found} == {"accepted": 1, "other_format": 1}
    accepted = next(entry for entry in found if entry["outcome"] == "accepted")
    assert accepted["kinds"] == {"complained": 1}
    assert accepted["effects"] == {"suppressed": 1, "rejected": 2}
    assert accepted["rejected"] == {"email_not_valid": 1, "not_an_object": 1}
    shown = in_process.run_text(["provider", "activity", str(made["id"]), "--data", str(data)]).stdout
    assert "other format" in shown
    assert "1 suppressed" in " ".join(shown.split())
