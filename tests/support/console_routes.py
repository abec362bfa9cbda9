"""All routes of the console, from its own table: a page that is added later is included."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from litestar.routes import HTTPRoute
from playwright.sync_api import Page

from tamis.actions.local_protocol import PATH as LOCAL
from tamis.actions.services import Services
from tamis.settings import Settings
from tamis.web.app import application

PUBLIC = {"/", "/sign-in", "/sign-in/code", "/sign-out", "/invitation", "/password", "/forgot", LOCAL}
"""What whoever is not signed in may ask for."""
VOLATILE = re.compile(
    rb'[0-9a-f]{64}|name="idempotency_key" value="\w+"|<time .*?</time>|\s*<p class="notice good" role="status">.*?</p>'
)
"""What differs each time that a page is opened."""
PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """A method and a path with the names of its ids in braces."""

    path: str
    method: str

    @property
    def has_ids(self) -> bool:
        return "{" in self.path

    def at(self, ids: Mapping[str, str]) -> str:
        """Fill in ids; whoever adds a page about something new adds one to `FullAccount` and to `NOWHERE`."""
        return PARAMETER.sub(lambda found: ids[found[1]], self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def private_routes(data: Path) -> list[Route]:
    """List the routes that require a session; `data` is a directory for temporary services."""
    services = Services(Settings(data))
    try:
        app = application(services, "")
        app.load("/")
        known = [route for route in app.routes if isinstance(route, HTTPRoute)]
    finally:
        services.close()
    return sorted(
        Route(route.path_format, method)
        for route in known
        for method in route.methods
        if method not in ("OPTIONS", "HEAD") and route.path_format not in PUBLIC and "static" not in route.path_format
    )


def pages_of(data: Path, ids: Mapping[str, str], page: Page) -> Iterator[str]:
    """List the URLs of all pages and fragments that a signed-in user can open; one that a contact type is chosen for
    is listed again with one, unless it is the same."""
    for route in private_routes(data):
        if route.method == "GET":
            seen = set()
            for query in ("", f"?type={ids['type_id']}") if not route.has_ids else ("",):
                path = route.at(ids) + query
                answer = page.request.get(path, headers={"accept": "text/html"}, max_redirects=0)
                is_page = answer.headers.get("content-type", "").startswith("text/html")
                if answer.status == 200 and is_page and "content-disposition" not in answer.headers:
                    shown = VOLATILE.sub(b"", answer.body())
                    if shown not in seen:
                        yield path
                    seen.add(shown)
