"""A team in Chromium: invited, accepted, signed in with a code, editing, refused as a viewer, and out when removed; the
owner restores what was edited, and the activity log tells all of it."""

import re
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tamis.domain.accounts.users import Role
from tests.console.conftest import sign_in, window_of
from tests.console.test_accessibility import check_page
from tests.support.console import Visitor, new_console_account
from tests.support.effort import ALL
from tests.support.process import Server
from tests.support.users import fresh, fresh_address

NEW = "oats and barley 77"


@pytest.mark.parametrize("widths", [(380, 380), (1440, 1440)] if ALL else [(1440, 380)], ids=str)
def test_a_colleague_joins_edits_is_demoted_and_removed(
    chromium: Browser, server: Server, widths: tuple[int, int]
) -> None:
    owner = new_console_account(server.data, server.address, fresh_address("boss"))
    type_id = owner.tamis("type", "create", fresh("Customers"))["id"]
    owner.tamis("contact", "create", "ann@example.org", "--type", str(type_id), "--set", "first_name=Ann")
    segment = owner.tamis("segment", "create", "Anns", "--type", str(type_id), "--where", 'first_name = "Ann"')["id"]
    email = fresh_address("colleague")
    found: dict[str, Any] = {}
    at_boss, at_colleague = (window_of(chromium, server.address, width) for width in widths)
    with at_boss as boss, at_colleague as window:
        page, mine = boss.new_page(), window.new_page()
        sign_in(page, owner.email)
        link = invite(page, email, found)
        accept(mine, link, found)
        code = set_up_codes(mine, found)
        sign_in_with_code(mine, email, code, found)

        mine.goto(f"/segments/{segment}/edit")
        write_rule(mine, 'first_name = "Bob"')
        mine.get_by_role("button", name="Save segment").first.click()
        dialog = mine.locator("#confirm-save")
        expect(dialog.locator("#confirm-counts")).to_contain_text("1")
        expect(dialog.locator("#confirm-moves li")).to_have_text(["1 leave: ann@example.org", "0 enter"])
        dialog.get_by_role("button", name="Save segment").click()
        mine.wait_for_url(re.compile(r"/segments/\d+$"))
        assert '"Bob"' in str(owner.tamis("segment", "show", str(segment)))
        expect(mine.get_by_role("link", name="Webhooks")).to_be_visible()

        mine.goto(f"/segments/{segment}/edit")
        write_rule(mine, 'first_name = "Cid"')
        set_role(page, email, Role.VIEWER)
        mine.get_by_role("button", name="Save segment").first.click()
        expect(mine.locator("#problems")).to_contain_text("Your role in this account is viewer")
        mine.evaluate("window.onbeforeunload = null")
        mine.goto(f"/segments/{segment}")
        expect(mine.get_by_role("note")).to_contain_text("your role is viewer")
        expect(mine.get_by_role("link", name="Edit rule")).to_have_attribute("aria-disabled", "true")
        look(mine, "segment as viewer", found)
        mine.goto("/types")
        expect(mine.get_by_role("button", name="Create contact type")).to_be_disabled()
        look(mine, "types as viewer", found)

        mine.goto(f"/segments/{segment}/members")
        remove(page, email, found)
        mine.get_by_role("link", name="Contacts", exact=True).click()
        mine.wait_for_url(re.compile("/sign-in"))
        assert '"Bob"' in str(owner.tamis("segment", "show", str(segment)))
        restore_first_version(page, segment, found)
        assert '"Ann"' in str(owner.tamis("segment", "show", str(segment)))
        page.goto("/account/activity")
        look(page, "activity", found)
        for action, who, count in (
            ("User invited", owner.email, 1),
            ("User added", email, 1),
            ("Two-step sign-in turned on", email, 1),
            ("Segment updated", email, 1),
            ("Segment updated", owner.email, 1),
            ("Role changed", owner.email, 1),
            ("User removed", owner.email, 1),
        ):
            rows = page.get_by_role("row").filter(has=page.get_by_role("cell", name=action, exact=True))
            expect(rows.filter(has=page.locator("td:nth-child(2)", has_text=who))).to_have_count(count)
    assert not found, found


def invite(page: Page, email: str, found: dict[str, Any]) -> str:
    """Invite somebody as an editor, and return the link."""
    page.goto("/account/team")
    look(page, "team", found)
    page.locator("#invite-email").fill(email)
    page.locator("#invite-role").select_option("editor")
    page.get_by_role("button", name="Invite", exact=True).click()
    shown = page.locator(".made code, .made pre").first
    expect(shown).to_contain_text("/invitation?token=")
    look(page, "invited", found)
    return shown.inner_text().strip()


def accept(page: Page, link: str, found: dict[str, Any]) -> None:
    """Accept with a new password."""
    page.goto(link)
    look(page, "invitation", found)
    page.get_by_label("Choose a password").fill(NEW)
    page.get_by_label("Confirm the password").fill(NEW)
    page.get_by_role("button", name="Accept and sign in").click()
    page.wait_for_url(re.compile("/segments$"))


def set_up_codes(page: Page, found: dict[str, Any]) -> str:
    """Turn two-step sign-in on; return the code that comes next."""
    page.goto("/account/codes")
    look(page, "codes", found)
    page.get_by_role("button", name="Set up").click()
    secret = page.locator("input[name=secret]").input_value()
    look(page, "set up", found)
    totp = pyotp.TOTP(secret)
    page.get_by_label("Code from the app").fill(totp.now())
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    look(page, "recovery codes", found)
    return page.locator(".made code, .made pre").first.inner_text().split()[0]


def sign_in_with_code(page: Page, email: str, code: str, found: dict[str, Any]) -> None:
    """Sign out, and in again with a code."""
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/sign-in"))
    page.get_by_role("link", name="Forgotten password").click()
    page.wait_for_url(re.compile("/forgot"))
    look(page, "forgotten password", found)
    page.get_by_role("link", name="Back to the sign-in").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Sign in").click()
    look(page, "code", found)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text="Wrong code")).to_be_visible()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/segments$"))


def write_rule(page: Page, rule: str) -> None:
    """Write the rule of the builder as text."""
    page.locator("#text").fill(rule)
    expect(page.locator("#panel:not([aria-busy], .outdated) #count")).to_have_text("0")


def set_role(page: Page, email: str, role: Role) -> None:
    """Change the role of somebody."""
    page.goto("/account/team")
    row = page.get_by_role("row").filter(has_text=email)
    row.get_by_role("combobox").select_option(role.value)
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"{email} has the role {role} now.")).to_be_visible()


def remove(page: Page, email: str, found: dict[str, Any]) -> None:
    """Remove somebody, who is asked for first."""
    page.goto("/account/team")
    row = page.get_by_role("row").filter(has_text=email)
    row.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove user").click()
    expect(page.get_by_text(f"{email} is removed.")).to_be_visible()
    visitor = Visitor(page.url.split("/account")[0])
    assert visitor.sign_in(email, NEW).status_code == 422


def restore_first_version(page: Page, segment: int, found: dict[str, Any]) -> None:
    """Compare the first version of a segment with its rule, and restore it."""
    page.goto(f"/segments/{segment}/versions")
    look(page, "versions", found)
    page.get_by_role("link", name="Compare version 1").click()
    expect(page.locator(".before-after")).to_contain_text("0 leave, 1 enter")
    look(page, "version", found)
    page.get_by_role("button", name="Restore this version").click()
    expect(page.get_by_text("Restored from version 1")).to_be_visible()


def look(page: Page, path: str, found: dict[str, Any]) -> None:
    """Run axe on a page, and go back to the width of the window."""
    size = page.viewport_size
    check_page(page, path, found)
    if size:
        page.set_viewport_size(size)
