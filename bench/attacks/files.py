"""Measure what files of contacts cost that are made to cost much, or are merely wide.

    python -m bench.attacks.files [--python PYTHON] [NAME]...

`uploads` hands eight files in which each line has another key in at the console, while another account asks for
`segment/list` fifty times a second: shown are its latencies, the server's memory, when all eight were answered, and how
long the server took to stop while it looked at eight more. The other names are files that a command imports: seconds,
peak memory, and what it said. Wide files, which are honest, have `wide` in their names. `--python` is that of another
copy of the project, for figures of before. Each command ends after five minutes at most.
"""

import argparse
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import requests
from tests.support.console import PASSWORD, Visitor
from tests.support.uploads import upload_file

from bench import servers
from bench.load import another_process, request, request_at_a_rate

COMMAND_SECONDS, UPLOAD_SECONDS, STOP_AFTER_SECONDS = 300, 60, 1.5
AT_ONCE = 8
PAUSE = 0.02
WIDE, WIDE_ROWS = 300, 100_000
KINDS = (
    "'value ' || ((r * 7 + {0}) % 97)",
    "(r * {0} + 3) % 10007",
    "DATE '2001-01-01' + ((r * {0} + 1) % 9000)::INTEGER",
    "(r + {0}) % 2 = 0",
    "['red', 'green', 'blue'][1 + (r + {0}) % 3]",
)


def _lines(objects: Iterable[object]) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in objects).encode()


def other_keys() -> bytes:
    """Make 350 kB of lines each of which has another key."""
    return _lines({"email": f"a{n}@example.org", f"k{n}": "x" * 70} for n in range(3_000))


def one_line() -> bytes:
    """Make one object of 9,990 keys."""
    return _lines([{"email": "a@example.org", **{f"k{n}": n for n in range(9_990)}}])


def sparse() -> bytes:
    """Make 400 kB of lines with one of a thousand keys each."""
    return _lines({f"k{n % 1_000}": 1} for n in range(35_000))


def forty_keys() -> bytes:
    """Make 2,000 honest objects of forty keys."""
    return _lines({"email": f"a{n}@example.org", **{f"k{k}": f"{n} {k}" for k in range(39)}} for n in range(2_000))


def ragged() -> bytes:
    """Make 350 kB of CSV with a thousand columns in the header and one cell in each row."""
    return b"email" + b"".join(b",c%d" % n for n in range(999)) + b"\nx" * 170_000


def same_names() -> bytes:
    """Make a header of two million columns of one name."""
    return b"email" + b",a" * 2_000_000


def deep() -> bytes:
    """Make a JSON list of an object with half a million lists in each other."""
    return b'[{"email": "a@example.org", "x": ' + b"[" * 500_000 + b"]" * 500_000 + b"}]"


def packed() -> bytes:
    """Make 1.8 MB of gzip that unpack to 1.8 GB of rows."""
    block = gzip.compress((b"a@example.org," + b"x" * 985 + b"\n") * 100_000, 9)
    return gzip.compress(b"email,note\n") + block * 18


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "other_keys": ("ndjson", other_keys),
    "one_line": ("ndjson", one_line),
    "sparse": ("ndjson", sparse),
    "forty_keys": ("ndjson", forty_keys),
    "ragged": ("csv", ragged),
    "same_names": ("csv", same_names),
    "deep": ("json", deep),
    "packed": ("csv.gz", packed),
}
WIDE_FORMATS = ("csv", "ndjson", "parquet")


def wide_file(path: Path) -> None:
    """Write 300 columns of all kinds in 100,000 rows, in the format of the ending."""
    columns = [f"{KINDS[n % len(KINDS)].format(n)} AS field_{n}" for n in range(WIDE - 1)]
    form = "JSON" if path.suffix == ".ndjson" else path.suffix[1:].upper()
    query = f"SELECT 'p' || r || '@example.org' AS email, {', '.join(columns)} FROM range({WIDE_ROWS}) t(r)"
    with duckdb.connect() as con:
        con.execute(f"COPY ({query}) TO '{path}' (FORMAT {form})")


def main(arguments: list[str] | None = None) -> None:
    """Run all attacks, or those named, and print a table of each sort."""
    wide = [f"wide_{form}" for form in WIDE_FORMATS]
    parser = argparse.ArgumentParser(prog="python -m bench.attacks.files")
    parser.add_argument("names", nargs="*", choices=["uploads", *FILES, *wide, []])
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    options = parser.parse_args(arguments)
    names = options.names or ["uploads", *FILES, *wide]
    with tempfile.TemporaryDirectory(prefix="tamis-attack-") as directory:
        place = Path(directory)
        if "uploads" in names:
            print("| p50 ms | p99 ms | failed | MB at most | all answered after s | stop s |")
            print("|---|---|---|---|---|---|")
            print(_uploads(place / "uploads", options.python), flush=True)
        print("\n| file | MB | what | s | CPU s | peak MB | it says |\n|---|---|---|---|---|---|---|")
        for name in names:
            if name in FILES:
                path = place / f"{name}.{FILES[name][0]}"
                path.write_bytes(FILES[name][1]())
                print(_command(place / f"{name}-data", path, options.python, "--dry-run"), flush=True)
            elif name in wide:
                path = place / f"wide.{name.removeprefix('wide_')}"
                wide_file(path)
                for more in (["--dry-run"], []):
                    print(_command(place / f"{name}{len(more)}", path, options.python, *more), flush=True)
                path.unlink()


def _tamis(data: Path, python: Path, *arguments: str, given: str = "") -> dict[str, str]:
    command = [str(python), "-m", "tamis", *arguments, "--data", str(data), "--json"]
    done = subprocess.run(command, check=True, capture_output=True, input=given, text=True)
    made: dict[str, str] = json.loads(done.stdout)
    return made


def _command(data: Path, path: Path, python: Path, *more: str) -> str:
    _tamis(data, python, "account", "create", "--email", "owner@example.org")
    _tamis(data, python, "type", "create", "People")
    command = [str(python), "-m", "tamis", "import", str(path), "--type", "People", "--create-fields", "--json"]
    begun = time.perf_counter()
    with subprocess.Popen(
        [*command, *more, "--data", str(data)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        killer = threading.Timer(COMMAND_SECONDS, process.kill)
        killer.start()
        assert process.stdout
        assert process.stderr
        out, output = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        killer.cancel()
    seconds = time.perf_counter() - begun
    if process.returncode == -signal.SIGKILL:
        result = f"killed after {COMMAND_SECONDS} s"
    else:
        result = (
            f"{json.loads(out)['created']:,} created" if process.returncode == 0 else output.strip().splitlines()[-1]
        )
    size, what = path.stat().st_size / 1e6, " ".join(more).strip("-") or "import"
    used = usage.ru_utime + usage.ru_stime
    return (
        f"| {path.name} | {size:.1f} | {what} | {seconds:.1f} | {used:.1f} | {usage.ru_maxrss / 1024:.0f} | {result} |"
    )


def _uploads(data: Path, python: Path) -> str:
    email, quiet_email = "hostile@example.org", "quiet@example.org"
    _tamis(data, python, "account", "create", "--email", email, "--password-stdin", given=PASSWORD + "\n")
    type_id = int(_tamis(data, python, "type", "create", "People", "--account", email)["id"])
    keys = _tamis(data, python, "account", "create", "--email", quiet_email)
    headers = {"PublicKey": keys["public_key"], "SecretKey": keys["secret_key"]}
    requested = request("GET", "/api/segment/list", headers)
    with another_process() as quiet, servers.tamis(data, python) as server:
        quiet.call(request_at_a_rate, server.port, requested, PAUSE, 2.0)
        visitor = Visitor(f"http://127.0.0.1:{server.port}")
        visitor.sign_in(email)
        server.forget_peak()
        heard = quiet.start(request_at_a_rate, server.port, requested, PAUSE, UPLOAD_SECONDS / 3)
        begun = time.perf_counter()
        threads = _upload_at_once(visitor, type_id)
        for thread in threads:
            thread.join(max(UPLOAD_SECONDS - (time.perf_counter() - begun), 0))
        answered = "never" if any(thread.is_alive() for thread in threads) else f"{time.perf_counter() - begun:.1f}"
        try:
            outcome = heard.result()
            suffered = f"{outcome.median:.1f} | {outcome.p99:.1f} | {outcome.failed}"
        except Exception as error:  # not answered for half a minute
            suffered = f"{type(error).__name__} | | all"
        peak = server.memory("VmHWM")
        _upload_at_once(visitor, type_id)
        time.sleep(STOP_AFTER_SECONDS)
        stopping = time.perf_counter()
    stopped = time.perf_counter() - stopping
    return f"| {suffered} | {peak:.0f} | {answered} | {stopped:.1f} |"


def _upload_at_once(visitor: Visitor, type_id: int) -> list[threading.Thread]:
    def upload_repeatedly() -> None:
        try:
            upload_file(visitor, type_id, other_keys(), "people.ndjson")
        except requests.RequestException:
            return

    threads = [threading.Thread(target=upload_repeatedly, daemon=True) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    return threads


if __name__ == "__main__":
    main()
