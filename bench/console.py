"""Pages of the console over all contacts: how long the server takes for each, asked one after the other.

Measured is a whole answer over HTTP, from the request to its last byte, by one browser on the same machine.
"""

import re
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from urllib.parse import urlencode

from bench import servers
from bench.harness import Figure, Measured, timed
from bench.stores import EMAIL, Store, Stores
from tamis.actions.accounts import choose_account
from tamis.actions.house import House
from tamis.actions.passwords import hash_password, set_password
from tamis.settings import Settings

PASSWORD = "as fast as can be"
TIMES, WARM_UP = 25, 3
AIM_MS = 50
FORM = "application/x-www-form-urlencoded"


class Browser:
    """Asks for pages over one connection, as somebody who is signed in."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port)
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self.get("/sign-in")
        self.post("/sign-in", {"email": EMAIL, "password": PASSWORD}, 303)
        self.get("/account")

    def get(self, path: str) -> str:
        """Ask for a page."""
        text = self._ask("GET", path, None, 200)
        found = re.search(r'name="csrf" (?:content|value)="([0-9a-f]+)"', text)
        self._csrf = found[1] if found else self._csrf
        return text

    def post(self, path: str, values: dict[str, str], status: int = 200) -> str:
        """Send a form."""
        return self._ask("POST", path, urlencode({**values, "csrf": self._csrf}), status)

    def _ask(self, method: str, path: str, body: str | None, status: int) -> str:
        headers = {"accept": "text/html", "cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        self._connection.request(method, path, body, headers | ({"content-type": FORM} if body else {}))
        answer = self._connection.getresponse()
        text = answer.read().decode()
        assert answer.status == status, (method, path, answer.status)
        for cookie in answer.headers.get_all("set-cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return text


def run(stores: Stores) -> Iterator[Figure]:
    """Ask for each page several times."""
    store = stores.copy()
    _let_in(store)
    with servers.tamis(store.data) as server:
        browser = Browser(server.port)
        for what, ask in _pages(browser, store).items():
            for _ in range(WARM_UP):
                ask()
            taken = Measured.of([1000 * timed(ask) for _ in range(TIMES)])
            yield Figure(f"console: {what}", "ms", taken, aim=f"at most {AIM_MS}", reached=taken.median <= AIM_MS)


def _let_in(store: Store) -> None:
    house = House(Settings.from_environment(store.data))
    try:
        house.write(set_password, choose_account(house.records.reader(), EMAIL), hash_password(PASSWORD))
    finally:
        house.close()


def _pages(browser: Browser, store: Store) -> dict[str, Callable[[], object]]:
    """Name what is measured."""
    contacts, half = f"/types/{store.type_id}/contacts", f"/segments/{store.half_id}"
    middle = f"{contacts}/{_middle(browser, contacts)}"

    def search(text: str, **more: str) -> Callable[[], object]:
        return lambda: browser.post(f"{contacts}/found", {"text": text, **more})

    return {
        "contacts": lambda: browser.get(contacts),
        "contacts by amount": lambda: browser.get(f"{contacts}?order=-total_spent"),
        "contacts by address": lambda: browser.get(f"{contacts}?order=email"),
        "contacts of a segment with half of them": lambda: browser.get(f"{contacts}?segment={store.half_id}"),
        "search, what many have": search("mar"),
        "search, what few have": search("marta.rossi"),
        "search, what nobody has": search("nobody at all"),
        "search, two words": search("müller berlin"),
        "count of what many have": lambda: browser.post(f"{contacts}/count", {"text": "mar"}),
        "a contact": lambda: browser.get(middle),
        "a contact's history": lambda: browser.get(f"{middle}/history"),
        "segments": lambda: browser.get("/segments"),
        "a segment with half of the contacts": lambda: browser.get(half),
        "its members": lambda: browser.get(f"{half}/members"),
    }


def _middle(browser: Browser, contacts: str) -> int:
    """Give the number of a contact in the middle of all."""
    newest = re.search(rf'href="{contacts}/(\d+)"', browser.get(contacts))
    assert newest
    return max(int(newest[1]) // 2, 1)
