"""The documentation of the API as a page, on which a person can try a call."""

import re

import requests
from playwright.sync_api import Page, expect

from tests.support.process import Server
from tests.support.users import Person


def test_the_page_needs_nothing_from_elsewhere(server: Server) -> None:
    page = requests.get(f"{server.address}/v1/docs", timeout=60)

    assert page.headers["Content-Type"].startswith("text/html")
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    assert loaded
    assert all(address.startswith("/v1/") for address in loaded)
    for address in loaded:
        content = requests.get(f"{server.address}{address}", timeout=60)
        assert content.status_code == 200
        if address.endswith((".css", ".js")):
            assert "//" not in re.sub(r"^\s*//.*$", "", content.text, flags=re.MULTILINE)


def test_every_call_is_on_the_page(server: Server) -> None:
    page = requests.get(f"{server.address}/v1/docs", timeout=60).text
    description = requests.get(f"{server.address}/v1/openapi.json", timeout=60).json()

    for path, item in description["paths"].items():
        assert f"<code>{path}</code>" in page
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in page


def test_a_person_tries_a_call(page: Page, owner: Person) -> None:
    page.goto("/v1/docs")
    call = page.locator("#create_contact_type")
    call.get_by_text("Try it").click()
    call.get_by_role("button", name="Send").click()
    expect(call.get_by_role("status")).to_contain_text("Enter a secret key")

    page.get_by_label("Secret key").fill(owner.secret_key)
    call.get_by_label("Body").fill('{"name": "From the documentation"}')
    call.get_by_role("button", name="Send").click()
    expect(call.get_by_role("status")).to_contain_text("201")
    expect(call.get_by_role("status")).to_contain_text("From the documentation")
    expect(call.locator(".curl")).to_contain_text("curl -X POST")
    expect(call.locator(".curl")).not_to_contain_text(owner.secret_key)
