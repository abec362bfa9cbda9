"""`tamis webhook list`."""

from pathlib import Path
from typing import Any

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.services import Services
from tamis.actions.webhooks.addresses import AddressPolicy
from tamis.actions.webhooks.registration import WebhookEdit, create_webhook
from tamis.settings import Settings
from tests.support import in_process
from tests.support.process import tamis


def test_webhooks_are_listed_without_secrets(tmp_path: Path) -> None:
    data = tmp_path / "data"
    tamis(data, "account", "create", "--email", "owner@example.org")
    services = Services(Settings(data))
    account = choose_account(services.records.reader(), None)
    for wanted in (WebhookEdit("https://a.example.com/", "Shop", ["left"]), WebhookEdit("https://b.example.com/")):
        made = services.write(create_webhook, account, AddressPolicy(), wanted)
    services.close()
    listed: list[dict[str, Any]] = tamis(data, "webhook", "list")["webhooks"]
    assert [(one["url"], one["types"], one["enabled"]) for one in listed] == [
        ("https://a.example.com/", ["left"], True),
        ("https://b.example.com/", [], True),
    ]
    shown = in_process.run_text(["webhook", "list", "--data", str(data)]).stdout
    assert "Shop" in shown
    assert "enabled" in shown
    assert made.secret not in shown + str(listed)
