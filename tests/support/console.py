"""People at the console: over HTTP as a browser would, and in Chromium itself."""

import html
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.accounts.passwords import hash_password, set_password
from tamis.actions.services import Services
from tamis.actions.team.users import add_user
from tamis.domain.accounts.users import Role
from tamis.domain.contacts.emails import parse_email
from tamis.settings import Settings
from tests.support import in_process
from tests.support.process import TIMEOUT_SECONDS
from tests.support.users import Person

PASSWORD = "grain by grain 42"
CSRF = re.compile(r'name="csrf" (?:content|value)="([0-9a-f]{64})"')
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",
    "--renderer-process-limit=1",  # tabs share one, which a new one would start anew
]


def new_console_account(data: Path, address: str, email: str, timezone: str = "UTC") -> Person:
    """Make an account that can sign in with `PASSWORD`."""
    command = ["account", "create", "--email", email, "--timezone", timezone, "--password-stdin"]
    done = in_process.run_text([*command, "--data", str(data), "--json"], PASSWORD + "\n")
    done.check_returncode()
    made = json.loads(done.stdout)
    return Person(data, f"{address}/api/", made["account_id"], email, made["public_key"], made["secret_key"])


@dataclass
class Visitor:
    """Somebody at the console, signed in or not, who sees what the server sends."""

    address: str
    http: requests.Session = field(default_factory=requests.Session, repr=False)
    csrf: str = ""

    def __post_init__(self) -> None:
        self.http.trust_env = False
        self.http.headers["accept"] = "text/html"

    def get(self, path: str, **options: Any) -> requests.Response:
        """Ask for a page; redirects are not followed."""
        answer = self.http.get(self.address + path, allow_redirects=False, timeout=TIMEOUT_SECONDS, **options)
        found = CSRF.search(answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def post(self, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> requests.Response:
        """Send a form as its page would: with the token, and with a mark of its own so that it is done once."""
        filled = {"csrf": self.csrf, "idempotency_key": secrets.token_hex(8), **(data or {})}
        return self.http.post(
            self.address + path, data=filled, allow_redirects=False, timeout=TIMEOUT_SECONDS, **options
        )

    def sign_in(self, email: str, password: str = PASSWORD) -> requests.Response:
        """Fill in the form of the sign-in."""
        self.get("/sign-in")
        answer = self.post("/sign-in", {"email": email, "password": password})
        if answer.status_code == 303:
            self.get("/account")  # for the token of the session
        return answer


def text_of(page: str) -> str:
    """Return the text of a page as people read it: without tags, escapes and repeated spaces."""
    visible = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", visible)).split())


def add_console_user(data: Path, account: str, email: str, role: Role) -> None:
    """Add a user who can sign in with `PASSWORD` to an account."""
    services = Services(Settings(data))
    try:
        owner = choose_account(services.records.reader(), account)
        address = parse_email(email)
        assert address
        user = services.write(add_user, owner, address, role)
        services.write(set_password, user, hash_password(PASSWORD, email))
    finally:
        services.close()
