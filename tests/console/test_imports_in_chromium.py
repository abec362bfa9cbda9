"""Imports in Chromium: by keyboard alone, by drop, refusals, and progress."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.console.test_accessibility import check_page
from tests.support.sakila import CUSTOMERS, FILE
from tests.support.users import Person, fresh

DROP = """([content, name, target]) => {
  const data = new DataTransfer();
  data.items.add(new File([content], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.querySelector(target).dispatchEvent(
      new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def focused(page: Page) -> str:
    """Tell what has the focus: its id, else its text."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page) == wanted:
            return
    raise AssertionError(f"{wanted} cannot be reached by keyboard")


def upload_by_keyboard(page: Page, name: str) -> None:
    """Make a contact type for a file and hand it in, without a mouse."""
    # Listened for all the time: where that begins with the key, Chromium may open its window before that is prevented.
    page.on("filechooser", lambda chooser: chooser.set_files(FILE))
    page.goto("/imports")
    tab_to(page, "Import contacts")
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/new")
    tab_to(page, "type")
    page.keyboard.press("End")  # a new contact type
    expect(page.locator("#new-type")).to_be_visible()
    tab_to(page, "file")
    page.keyboard.press("Enter")
    expect(page.locator("#type-problem")).to_have_text("Enter a name for the new contact type.")
    assert focused(page) == "type-name"
    page.keyboard.type(name)
    tab_to(page, "file")
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/uploads/*")


def test_an_import_is_made_and_undone_by_keyboard(page: Page, owner: Person) -> None:
    owner.tamis("type", "create", fresh("Other people"))
    name = fresh("Renters")
    upload_by_keyboard(page, name)
    expect(page.get_by_role("heading", name="sakila_customers.csv")).to_be_visible()
    expect(page.get_by_label("address", exact=True)).to_have_value("new")
    page.get_by_label("address", exact=True).focus()
    page.keyboard.type("Address line 1")
    page.get_by_label("district", exact=True).focus()
    page.keyboard.type("State")
    expect(page.get_by_label("district", exact=True)).to_have_value("field:state")
    tab_to(page, "Preview")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Import preview")).to_be_visible(timeout=60_000)
    expect(page.locator("#trial .figure.created")).to_contain_text(f"{CUSTOMERS}")
    expect(page.get_by_label("district", exact=True)).to_have_value("field:state")
    page.reload()
    expect(page.locator("#trial .figure.created")).to_contain_text(f"{CUSTOMERS}")
    tab_to(page, "Import")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    page.reload()  # the progress is there again, or the end
    expect(page.get_by_role("heading", name="Results")).to_be_visible(timeout=60_000)
    expect(page.locator(".figure.created")).to_contain_text(f"{CUSTOMERS}")
    page.go_back()  # the file is imported: its page leads to the import
    expect(page.get_by_role("heading", name="sakila_customers.csv")).to_be_visible()
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    assert owner.tamis("segment", "count", "--type", name, "--where", 'country = "India"') == {"count": 60}
    tab_to(page, "Undo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(f"deletes {CUSTOMERS} contacts")
    tab_to(page, "Undo import")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Undone", exact=True)).to_be_visible(timeout=60_000)
    assert owner.tamis("segment", "count", "--type", name, "--where", "email is not blank") == {"count": 0}


def test_a_refused_file_can_be_dropped_again(context: BrowserContext, owner: Person, tmp_path: Path) -> None:
    type_id = owner.tamis("type", "create", fresh("Dropped"))["id"]
    page = context.new_page()
    page.set_viewport_size({"width": 380, "height": 800})
    page.goto(f"/imports/new?type={type_id}")
    problem = page.locator("#upload-problem")
    for content, name, why in (
        ("", "none.csv", "none.csv is empty."),
        ("PK\u0003\u0004 and so on", "sheet.xlsx", "is a damaged zip archive or workbook"),
        ("a@example.org\n", "bare.csv", "add a line with the column names above it"),
    ):
        page.evaluate(DROP, [content, name, "#drop"])
        expect(problem).to_contain_text(why)
        expect(page.locator("#drop")).to_be_visible()
    page.evaluate(DROP, ["email\n", "beside.csv", "h1"])  # beside the zone nothing happens
    assert page.url.endswith(f"/imports/new?type={type_id}")
    hostile = '<img src=x onerror="document.title=1">'
    page.evaluate(
        DROP, [f'email,"{hostile.replace(chr(34), chr(34) * 2)}"\na@example.org,{hostile}\n', f"{hostile}.csv", "#drop"]
    )
    page.wait_for_url("**/imports/uploads/*")
    assert page.title().endswith("· Tamis")
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    page.get_by_role("button", name="Discard").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    page.wait_for_url("**/imports")
    expect(page.get_by_role("status")).to_contain_text("was discarded")
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_an_upload_can_be_cancelled(page: Page, owner: Person, tmp_path: Path) -> None:
    type_id = owner.tamis("type", "create", fresh("Given up"))["id"]
    file = tmp_path / "large.csv"
    with file.open("wb") as opened:
        opened.write(b"email,n\n" + b"".join(b"p%d@example.org,%d\n" % (n, n) for n in range(100_000)))
    session = page.context.new_cdp_session(page)
    page.goto(f"/imports/new?type={type_id}")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", slow)
    page.set_input_files("#file", file)
    expect(page.locator("#sending-name")).to_have_text("large.csv")
    assert focused(page) == "cancel"
    page.keyboard.press("Enter")
    expect(page.locator("#drop")).to_be_visible()
    assert focused(page) == "file"
    session.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.set_input_files("#file", file)
    page.wait_for_url("**/imports/uploads/*")
    expect(page.get_by_text("Based on all 100,000 rows")).to_be_visible()


def test_every_state_of_an_import_is_accessible(page: Page, owner: Person, tmp_path: Path) -> None:
    type_id = owner.tamis("type", "create", fresh("Seen by axe"))["id"]
    owner.tamis("segment", "create", fresh("Everybody"), "--type", str(type_id), "--where", "email is not blank")
    file, found = tmp_path / "people.csv", dict[str, Any]()
    rows = "".join(f"p{n}@example.org,0{n % 9 + 1}/02/2024,{'ab'[n % 2]},x\n" for n in range(40))
    file.write_text(f"email,joined,half,\n{rows}bad,01/02/2024,a,x\np1@example.org,01/02/2024,a,x\n")
    page.goto(f"/imports/new?type={type_id}")
    page.evaluate(DROP, ["", "none.csv", "#drop"])
    check_page(page, "refused", found)
    page.set_input_files("#file", file)
    page.wait_for_url("**/imports/uploads/*")
    page.get_by_label("half", exact=True).select_option("field:email")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("are mapped to the same field")).to_have_count(2)
    check_page(page, "with problems", found)
    page.get_by_label("half", exact=True).select_option("out")
    page.get_by_label("Dates like").select_option("mdy")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Import preview")).to_be_visible(timeout=60_000)
    check_page(page, "tried", found)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Segments", exact=True)).to_be_visible(timeout=60_000)
    check_page(page, "imported", found)
    page.get_by_role("button", name="Undo").first.click()
    check_page(page, "asked whether to undo", found)
    page.get_by_role("button", name="Undo import").click()
    expect(page.get_by_role("heading", name="Undone", exact=True)).to_be_visible(timeout=60_000)
    check_page(page, "undone", found)
    page.goto("/imports")
    check_page(page, "listed", found)
    assert not found, json.dumps(found, indent=1)


def test_a_dry_run_repeats_when_its_choices_change(page: Page, owner: Person, tmp_path: Path) -> None:
    type_id = owner.tamis("type", "create", fresh("Tried twice"))["id"]
    owner.tamis("field", "create", "Age", "--type", str(type_id), "--kind", "number")
    file = tmp_path / "people.csv"
    file.write_text("email,Years\n" + "".join(f"p{n}@example.org,{n if n % 2 else 'old'}\n" for n in range(10)))
    page.goto(f"/imports/new?type={type_id}")
    page.set_input_files("#file", file)
    page.wait_for_url("**/imports/uploads/*")
    page.get_by_role("button", name="Preview").click()
    rejected = page.locator("#dry-run .figure.rejected strong")
    expect(page.locator("#dry-run .figure.created strong")).to_have_text("10")
    expect(page.locator(".outdated")).to_be_hidden()
    years, press = page.get_by_label("Years", exact=True), page.get_by_role("button", name="Import", exact=True)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        years.focus()
        page.keyboard.type("Age")
        page.keyboard.press("Tab")
        expect(page.locator(".outdated")).to_contain_text("outdated because your choices changed")
        expect(press).to_be_disabled()
    expect(rejected).to_have_text("5")
    expect(page.locator(".outdated")).to_be_hidden()
    expect(press).to_be_enabled()
    expect(years).to_have_value("field:age")

    owner.tamis("contact", "create", "p1@example.org", "--type", str(type_id))
    page.reload()
    expect(page.locator("#dry-run .figure.updated strong")).to_have_text("1")
    press.click()
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    expect(page.locator(".figure.rejected strong")).to_have_text("5", timeout=60_000)
