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
    host_and_port,
    host_names,
    memory,
    networks,
    one_of,
    origin,
    path_or_none,
    records_url,
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
    records: str = _setting(
        records_url,
        "",
        "PostgreSQL database that keeps the records, as `postgresql://USER@HOST/DATABASE`, instead of a file in the "
        "data directory (see [PostgreSQL](postgresql.md))",
        secret=True,
    )
    columns_memory: str = _setting(memory, "1GB", "memory that the projection may use before it spills to disk")
    columns_threads: int = _setting(threads, "all cores", "threads for evaluating rules")
    import_memory: str = _setting(
        memory,
        "300MB",
        "memory that an import may use, in addition to the projection, before it spills to disk",
    )
    import_step_time: timedelta = _setting(
        duration, "10m", "how long one step of reading an import file may take before it is interrupted"
    )
    max_body: int = _setting(size, "1M", "largest request body; a larger one is answered with 413")
    max_upload: int = _setting(size, "5G", "largest file that can be uploaded in the console")
    max_request_line: int = _setting(size, "8K", "longest request line; a longer one is answered with 414")
    max_header_bytes: int = _setting(size, "32K", "largest total size of request headers; more is answered with 431")
    max_header_lines: int = _setting(
        whole_number(1, 10_000), "100", "largest number of request headers; more are answered with 431"
    )
    max_pipelined: int = _setting(
        whole_number(1, 1_000),
        "8",
        "how many pipelined requests of a connection are read ahead; more wait unread",
    )
    header_timeout: timedelta = _setting(
        duration, "20s", "how long request headers may take to arrive; after that, the answer is 408"
    )
    body_timeout: timedelta = _setting(
        duration, "30s", "how long a request body may pause before it is complete; after that, the answer is 408"
    )
    min_body_rate: int = _setting(
        size, "512", "minimum bytes per second of a request body in each 30 seconds; a slower one is answered with 408"
    )
    reader_timeout: timedelta = _setting(
        duration, "60s", "how long a client may read nothing of its response before the connection is closed"
    )
    idle_timeout: timedelta = _setting(duration, "75s", "how long an idle connection is kept open")
    max_connections: int = _setting(
        whole_number(1, 1_000_000),
        "2000",
        "maximum number of connections; the longest idle ones make room, otherwise a new one is answered with 503",
    )
    max_connections_per_address: int = _setting(
        whole_number(1, 1_000_000),
        "200",
        "maximum number of connections per client address (per /64 network for IPv6); one more is answered with 503; "
        "trusted proxies have no limit",
    )
    check_hour: int = _setting(
        whole_number(0, 23),
        "3",
        "hour of the day, in the time zone of the machine, at which the server checks the records file for damage",
    )
    erase_within: timedelta = _setting(
        duration, "24h", "how soon, at the latest, the server erases deleted data from the files"
    )
    history_days: int = _setting(
        whole_number(1, MAX_DAYS),
        "400",
        "days for which entries and exits of segments are kept; older ones are summarized by day "
        "(see [history](history.md)). From 1 to 36500",
    )
    trash_days: int = _setting(
        whole_number(1, MAX_DAYS),
        "30",
        "days for which a deleted segment can be restored (see [segments](segments.md#the-trash)). From 1 to 36500",
    )
    audit_days: int = _setting(
        whole_number(1, MAX_DAYS),
        "730",
        "days for which entries of the audit log are kept (see [audit log](audit.md)). From 1 to 36500",
    )
    undo_days: int = _setting(
        whole_number(1, MAX_DAYS),
        "30",
        "days for which an import can be undone and its file of rejected rows is kept. From 1 to 36500",
    )
    session_idle: timedelta = _setting(duration, "7d", "how long a console session lasts without activity")
    session_lifetime: timedelta = _setting(duration, "30d", "how long a console session lasts at most")
    public_url: str = _setting(
        origin,
        "",
        "address at which people reach this server, such as `https://tamis.example.org`, for links in emails, of "
        "commands, and to unsubscribe (see [unsubscribe links](unsubscribe.md))",
    )
    smtp_host: str = _setting(
        host_and_port,
        "",
        "mail server as `HOST:PORT`, for invitations and password links; needs `TAMIS_MAIL_FROM` and "
        "`TAMIS_PUBLIC_URL` (see [team](team.md#emails))",
    )
    smtp_security: str = _setting(
        one_of("starttls", "tls", "none"), "starttls", "encryption of the connection to the mail server"
    )
    smtp_user: str = _setting(str, "", "user name at the mail server; without one, Tamis does not sign in to it")
    smtp_password_file: Path | None = _setting(path_or_none, "", "file with the password at the mail server")
    mail_from: str = _setting(str, "", "sender of emails, such as `Tamis <tamis@example.org>`")
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = _setting(
        networks,
        "loopback",
        "addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` headers are trusted "
        "(see [behind a proxy](operations.md#behind-a-proxy)); `loopback` is the machine itself, `none` is nobody",
    )
    hosts: frozenset[str] = _setting(
        host_names,
        "any",
        "host names of this server, separated by commas; a request for another one is answered with 421",
    )
    hsts: timedelta | None = _setting(
        duration_or_off, "365d", "how long browsers must use HTTPS after their first HTTPS request (HSTS), or `off`"
    )
    log: str = _setting(one_of("text", "json"), "text", "format of the server log on standard error: `text` or `json`")
    access_log: str = _setting(
        one_of("off", "on"),
        "off",
        "`on` logs one line per request (see [logging](logging.md#access-log))",
    )
    metrics_token: str = _setting(
        token,
        "",
        "token for `/metrics`, sent as `Authorization: Bearer …`; without a token, the page does not exist "
        "(see [monitoring](monitoring.md))",
        secret=True,
    )
    metrics_port: int = _setting(
        whole_number(0, 65535),
        "0",
        "port on 127.0.0.1 that serves `/metrics` to anyone on the machine; 0 is none",
    )
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = _setting(
        networks,
        "none",
        "private addresses and networks to which webhooks may be delivered, also over `http://` "
        "(see [webhooks](webhooks.md#addresses)); `loopback` is the machine itself",
    )
    disk_warning: int = _setting(size, "1G", "the log warns when less disk space than this is free")
    requests_per_minute: int = _setting(
        whole_number(0, 10**9),
        "0",
        "requests per minute for each key pair to the Segment API; more are answered with 429; 0 is no limit",
    )
    api_requests_per_minute: int = _setting(
        whole_number(0, 10**9),
        "600000",
        "requests per minute for each key to the API for programs; more are answered with 429; 0 is no limit",
    )
    account_requests_per_minute: int = _setting(
        whole_number(0, 10**9),
        "0",
        "requests per minute for each account to each of the two APIs, across its keys; 0 is no limit",
    )
    requests_waiting: int = _setting(
        whole_number(1, 10_000),
        "100",
        "requests per account and kind that may wait; more are answered with 429",
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
