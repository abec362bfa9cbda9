"""The table of settings: the name, the parser, the default and the description of each."""

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, TypeVar

from tamis.domain.errors import Invalid, Problem
from tamis.setting_parsers import (
    duration,
    duration_or_off,
    host_names,
    memory,
    networks,
    one_of,
    size,
    threads,
    token,
    whole_number,
)

T = TypeVar("T")
PREFIX = "TAMIS_"
MAX_DAYS = 36_500


def _setting(read: Callable[[str], T], default: str, what: str, *, secret: bool = False) -> T:
    """Declare a setting: how it is parsed, its default as a person would write it, and its description. The value of a
    secret setting appears in no message."""
    metadata = {"read": read, "default": default, "what": what, "secret": secret}
    return field(default_factory=lambda: read(default), metadata=metadata, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """The settings of one process. Each is read from the environment variable TAMIS_ and its name in capitals."""

    data: Path
    columns_memory: str = _setting(memory, "1GB", "most memory that the column store uses before it spills to disk")
    columns_threads: int = _setting(threads, "all cores", "threads that count")
    import_memory: str = _setting(
        memory,
        "300MB",
        "most memory in which an import lays out its file before it spills to disk, beside what the column store uses",
    )
    import_step_time: timedelta = _setting(
        duration, "10m", "longest time that one step of reading a file for an import may take before it is interrupted"
    )
    max_body: int = _setting(size, "1M", "largest body of a request; a larger one answers 413")
    max_upload: int = _setting(size, "5G", "largest file that the console takes for an import")
    max_request_line: int = _setting(size, "8K", "longest address of a request; a longer one answers 414")
    max_header_bytes: int = _setting(size, "32K", "most bytes of the headers of a request; more answer 431")
    max_header_lines: int = _setting(whole_number(1, 10_000), "100", "most headers of a request; more answer 431")
    max_pipelined: int = _setting(
        whole_number(1, 1_000),
        "8",
        "so many requests of a connection are looked at while the one before them is answered; more wait unread",
    )
    header_timeout: timedelta = _setting(
        duration, "20s", "how long the headers of a request may take; then the answer is 408"
    )
    body_timeout: timedelta = _setting(
        duration, "30s", "how long a body may pause before all of it has come; then the answer is 408"
    )
    min_body_rate: int = _setting(
        size, "512", "least bytes a second in which a body comes once it has taken 30 seconds; a slower one answers 408"
    )
    reader_timeout: timedelta = _setting(
        duration, "60s", "how long a client may take nothing of its answer; then the connection is broken"
    )
    idle_timeout: timedelta = _setting(duration, "75s", "how long a connection is kept open without a request")
    max_connections: int = _setting(
        whole_number(1, 1_000_000),
        "2000",
        "most connections at once; those that wait longest for their clients make room, else one more answers 503",
    )
    max_connections_per_address: int = _setting(
        whole_number(1, 1_000_000),
        "200",
        "most connections at once of one client address (of an IPv6 network /64); one more answers 503. Trusted "
        "proxies have as many as they want",
    )
    check_hour: int = _setting(
        whole_number(0, 23),
        "3",
        "at which hour, on the clock of the machine, a server checks each day that the file of the records is whole",
    )
    erase_within: timedelta = _setting(
        duration, "24h", "when, at the latest, a server takes what was deleted out of the files"
    )
    history_days: int = _setting(
        whole_number(1, MAX_DAYS),
        "400",
        "for so many days it is known who entered and left which segment when; what is older is summed up by day "
        "(see [history](history.md)). From 1 to 36500",
    )
    undo_days: int = _setting(
        whole_number(1, MAX_DAYS),
        "30",
        "for so many days an import can be undone, and the file of its rejected rows is kept. From 1 to 36500",
    )
    session_idle: timedelta = _setting(duration, "7d", "after how long without use a session of the console ends")
    session_lifetime: timedelta = _setting(duration, "30d", "after how long a session of the console ends in any case")
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = _setting(
        networks,
        "loopback",
        "addresses and networks of the proxies that may say, by `X-Forwarded-For` and `X-Forwarded-Proto`, who asks "
        "(see [behind a proxy](operations.md#behind-a-proxy)); `loopback` is the machine itself, `none` is nobody",
    )
    hosts: frozenset[str] = _setting(
        host_names,
        "any",
        "the host names by which Tamis is reached, separated by commas; a request for another answers 421",
    )
    hsts: timedelta | None = _setting(
        duration_or_off, "365d", "for how long browsers that came by HTTPS come back by nothing else (HSTS); or `off`"
    )
    log: str = _setting(
        one_of("text", "json"), "text", "how the server writes its log to standard error: `text` or `json`"
    )
    access_log: str = _setting(
        one_of("off", "on"),
        "off",
        "`on` writes one line for each request (see [logging](logging.md#access-log))",
    )
    metrics_token: str = _setting(
        token,
        "",
        "whoever sends it as `Authorization: Bearer …` gets `/metrics`; without it there is no such page "
        "(see [monitoring](monitoring.md))",
        secret=True,
    )
    metrics_port: int = _setting(
        whole_number(0, 65535),
        "0",
        "on this port of 127.0.0.1 `/metrics` is answered to anybody on the machine; 0 is none",
    )
    disk_warning: int = _setting(size, "1G", "the log warns when the disk has less room than this")
    requests_per_minute: int = _setting(
        whole_number(0, 10**9), "0", "most requests of a key pair a minute; one more answers 429; 0 is no limit"
    )
    account_requests_per_minute: int = _setting(
        whole_number(0, 10**9),
        "0",
        "most requests of an account a minute, whichever of its key pairs they come with; 0 is no limit",
    )
    requests_waiting: int = _setting(
        whole_number(1, 10_000),
        "100",
        "most requests of an account that wait for their turn, of each kind; one more answers 429",
    )

    @classmethod
    def from_environment(cls, data: Path | None = None, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings of this process; `data` wins over TAMIS_DATA.

        Raises Invalid with all settings that cannot be parsed.
        """
        values: dict[str, Any] = {}
        problems = []
        for setting in environment_settings():
            text = environment.get(variable_name(setting), "").strip()
            if text:
                try:
                    values[setting.name] = setting.metadata["read"](text)
                except ValueError as error:
                    shown = "what is set" if setting.metadata["secret"] else f'"{text}"'
                    problems.append(Problem(variable_name(setting), "setting_not_read", shown=shown, reason=str(error)))
        if problems:
            raise Invalid(problems)
        return cls(data=data or Path(environment.get("TAMIS_DATA") or "tamis-data"), **values)


def environment_settings() -> list[Field[Any]]:
    """Return the settings that are read from the environment, in the order of the table."""
    return [setting for setting in fields(Settings) if setting.metadata]


def variable_name(setting: Field[Any]) -> str:
    """Return the name of a setting's environment variable."""
    return PREFIX + setting.name.upper()


def settings_table() -> str:
    """Return the rows of the table in docs/settings.md."""
    return "\n".join(
        f"| `{variable_name(setting)}` | {_shown(setting.metadata['default'])} | {setting.metadata['what']} |"
        for setting in environment_settings()
    )


def _shown(default: str) -> str:
    return f"`{default}`" if default and " " not in default else default or "none"


if __name__ == "__main__":
    print(settings_table())
