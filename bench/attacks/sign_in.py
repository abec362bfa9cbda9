"""Measure what forty guessers of passwords do to people who are signed in, and to the owner who wants to sign in.

    python -m bench.attacks.sign_in [--python PYTHON]

The guessers come from another address and try another account with each guess, so that no limit for an account or an
address stops them; they never wait. Meanwhile a signed-in user loads a page twenty times a second. Then ten
wrong passwords for the owner's account come from elsewhere, and the owner signs in again with a browser that was signed
in before. `--python` is that of another copy of the project, for figures of before.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import requests

from bench import servers
from bench.load import HOST, Outcome, Worker, another_process, drive, request, request_at_a_rate

GUESSERS, SECONDS, PAUSE = 40, 15.0, 0.05
MOST_GUESSES = 40_000
LOCKS_AT = 10
OWNER, PASSWORD = "owner@example.org", "grain by grain 42"
TOKEN = "token-of-a-guest"
CSRF = hashlib.sha256(f"csrf:{TOKEN}".encode()).hexdigest()


def guess(number: int, email: str) -> bytes:
    """Return one wrong attempt to sign in, from an address of its own."""
    headers = {
        "Cookie": f"tamis_guest={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
    }
    body = urlencode({"csrf": CSRF, "email": email, "password": "a guess that is wrong"})
    return request("POST", "/sign-in", headers, body.encode())


class Owner:
    """The owner's browser."""

    def __init__(self, port: int) -> None:
        self.address = f"http://{HOST}:{port}"
        self.http = requests.Session()
        self.http.trust_env = False

    def sign_in(self) -> tuple[int, float]:
        """Sign in; returns the status and the seconds that it took."""
        self.http.get(f"{self.address}/sign-in")
        csrf = hashlib.sha256(f"csrf:{self.http.cookies['tamis_guest']}".encode()).hexdigest()
        form = {"csrf": csrf, "email": OWNER, "password": PASSWORD}
        begun = time.perf_counter()
        answer = self.http.post(f"{self.address}/sign-in", form, allow_redirects=False, timeout=120)
        return answer.status_code, time.perf_counter() - begun

    def sign_out(self) -> None:
        """End the session, and keep what the browser is known by."""
        csrf = hashlib.sha256(f"csrf:{self.http.cookies['tamis_session']}".encode()).hexdigest()
        self.http.post(f"{self.address}/sign-out", {"csrf": csrf}, allow_redirects=False, timeout=120)


def main() -> None:
    """Attack a server and print what it came to."""
    parser = argparse.ArgumentParser(prog="python -m bench.attacks.sign_in", description=__doc__)
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="of the copy that serves")
    python = parser.parse_args().python
    with tempfile.TemporaryDirectory(prefix="tamis-attack-") as directory:
        data = Path(directory) / "data"
        command = ["-m", "tamis", "account", "create", "--email", OWNER, "--password-stdin", "--data", str(data)]
        subprocess.run([str(python), *command], input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)
        with servers.tamis(data, python) as server, another_process() as reader, another_process() as attacker:
            _attack(server, reader, attacker)


def _attack(server: servers.Server, reader: Worker, attacker: Worker) -> None:
    owner = Owner(server.port)
    owner.sign_in()
    requested = request("GET", "/account", {"Cookie": f"tamis_session={owner.http.cookies['tamis_session']}"})
    guesses = [guess(number, f"{number}@example.net") for number in range(MOST_GUESSES)]
    print("| | p50 ms | p99 ms | failed |\n|---|---|---|---|")
    _show(
        "a page of somebody signed in, alone",
        reader.start(request_at_a_rate, server.port, requested, PAUSE, SECONDS / 3).result(),
    )
    busy = server.processor()
    reading = reader.start(request_at_a_rate, server.port, requested, PAUSE, SECONDS)
    attack = attacker.start(drive, server.port, guesses, GUESSERS, MOST_GUESSES, SECONDS)
    _show(f"… beside {GUESSERS} guessers", reading.result())
    outcome = attack.result()
    _show("a guess", outcome)
    print(f"\n{outcome.rate:.0f} guesses a second answered, {server.processor() - busy:.1f} s of processor time")
    owner.sign_out()
    locking = [guess(MOST_GUESSES + number, OWNER) for number in range(LOCKS_AT)]
    attacker.call(drive, server.port, locking, 1, LOCKS_AT, SECONDS)
    status, seconds = owner.sign_in()
    print(f"after {LOCKS_AT} wrong passwords from elsewhere the owner signs in: {status}, {seconds:.2f} s")


def _show(what: str, outcome: Outcome) -> None:
    print(f"| {what} | {outcome.median:.1f} | {outcome.p99:.1f} | {outcome.failed} of {outcome.count} |", flush=True)


if __name__ == "__main__":
    main()
