"""Take the pictures of README.md: the console over the data of the demonstration, in Chromium.

python -m bench.screenshots [DIRECTORY]
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from bench import servers
from bench.load import HOST
from tamis.demo.make import EMAIL, Demo, make_demo
from tamis.settings import Settings

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZE = ViewportSize(width=1440, height=940)
LARGEST = 300_000
RULE = (
    'country is one of ("India", "China", "Japan") and did "rental" at least 11 times within 30 days '
    'and (sum(amount) of "payment" within 30 days >= 60 or total_paid >= 120) and not (open_rentals > 1)'
)


def main(place: Path) -> None:
    """Serve a fresh demonstration, and keep a picture of the builder and one of a segment's page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Pictures need Chromium: apt-get install chromium")
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        data = Path(directory) / "demo"
        demo = make_demo(Settings(data))
        with servers.tamis(data) as server:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(
                base_url=f"http://{HOST}:{server.port}", viewport=SIZE, color_scheme="light", reduced_motion="reduce"
            )
            sign_in(page, demo)
            of_builder(page)
            keep(page, place / "builder.png")
            of_segment(page)
            keep(page, place / "segment.png")
            browser.close()


def sign_in(page: Page, demo: Demo) -> None:
    """Sign in as a user of the demonstration."""
    page.goto("/sign-in")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/segments")


def of_builder(page: Page) -> None:
    """Build a rule with groups in it, up to its count."""
    page.goto("/segments/new?type=1")
    page.get_by_label("Name", exact=True).fill("Asia, and worth a letter")
    page.locator("#text").fill(RULE)
    expect(page.locator("#panel:not([aria-busy]) #count")).not_to_have_text("0")
    expect(page.locator("#sample-table tbody tr")).not_to_have_count(0)
    page.locator("h1").click()
    page.evaluate("scrollTo(0, 0)")


def of_segment(page: Page) -> None:
    """Open a segment that has some weeks behind it."""
    page.on("dialog", lambda dialog: dialog.accept())  # the builder asks whether to leave
    page.goto("/segments")
    page.get_by_role("link", name="Films still out").click()
    expect(page.locator("#count")).to_be_visible()
    page.mouse.move(0, 0)


def keep(page: Page, file: Path) -> None:
    """Keep what is seen; raises SystemExit when it is too large for a README."""
    page.evaluate("document.fonts.ready")
    size = len(page.screenshot(path=file))
    print(f"{file.name}: {size / 1000:.0f} kB")
    if size > LARGEST:
        sys.exit(f"{file} has {size:,} bytes, which is more than {LARGEST:,}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
