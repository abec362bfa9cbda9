"""Parsers of setting values; each raises ValueError with a message that says what to write."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

BYTE_UNITS = {
    "": 1,
    "b": 1,
    **{f"{letter}{end}": 1024**power for power, letter in enumerate("kmgt", 1) for end in ("", "ib")},
    **{f"{letter}b": 1000**power for power, letter in enumerate("kmgt", 1)},
}
LOOPBACK = "127.0.0.0/8,::1/128"
TIME_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
MAX_BYTES = 1 << 50
MIN_TOKEN_LENGTH = 16


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers within bounds."""

    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,15}", text) or not least <= int(text) <= most:
            raise ValueError(f"use a whole number from {least:,} to {most:,}")
        return int(text)

    return read


def size(text: str) -> int:
    """Return a number of bytes: `K`, `M`, `G`, `T` are powers of 1,024, `kB`, `MB`, `GB`, `TB` of 1,000."""
    found = re.fullmatch(r"([0-9]{1,15})\s*([a-z]*)", text.lower())
    count = int(found[1]) * BYTE_UNITS[found[2]] if found and found[2] in BYTE_UNITS else 0
    if not 1 <= count <= MAX_BYTES:
        raise ValueError("use a number of bytes such as 1048576, 64K, 1M or 5G")
    return count


def one_of(*words: str) -> Callable[[str], str]:
    """Return a parser of a fixed set of words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"use one of {', '.join(words)}")
        return text

    return read


def memory(text: str) -> str:
    """Return a size in the form that DuckDB reads."""
    return f"{size(text)}B" if text.isdigit() or not text.lower().endswith("b") else text


def duration(text: str) -> timedelta:
    """Return a duration."""
    found = re.fullmatch(r"([0-9]{1,6})\s*([smhd])", text)
    if not found or int(found[1]) == 0:
        raise ValueError("use a number with s, m, h or d, such as 24h")
    return timedelta(**{TIME_UNITS[found[2]]: int(found[1])})


def duration_or_off(text: str) -> timedelta | None:
    """Return a duration, or None for `off`."""
    return None if text == "off" else duration(text)


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return addresses and networks, separated by commas; `loopback` stands for the machine itself, `none` for none."""
    words = [] if text == "none" else re.split(r"[\s,]+", text.replace("loopback", LOOPBACK))
    try:
        return tuple(ip_network(word) for word in words)
    except ValueError:
        raise ValueError("use addresses and networks such as 10.0.0.2, 172.16.0.0/12, loopback or none") from None


def host_names(text: str) -> frozenset[str]:
    """Return host names, separated by commas, in lower case; the empty set for `any`."""
    names = frozenset() if text == "any" else frozenset(re.split(r"[\s,]+", text.lower()))
    if not all(re.fullmatch(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]", name) for name in names):
        raise ValueError("use host names such as tamis.example.org, without a port, or any")
    return names


def host_and_port(text: str) -> str:
    """Return a host and a port; empty for none."""
    if text and not re.fullmatch(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}", text):
        raise ValueError("use a host and a port such as mail.example.org:587")
    return text


def origin(text: str) -> str:
    """Return scheme, host and port of a URL, without a final slash; empty for none."""
    if text and not re.fullmatch(r"https?://([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?", text):
        raise ValueError("use an address such as https://tamis.example.org, without a path")
    return text.removesuffix("/")


def path_or_none(text: str) -> Path | None:
    """Return the path of a file; None for none."""
    return Path(text) if text else None


def records_url(text: str) -> str:
    """Return the URL of a PostgreSQL database; empty for none."""
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("use a URL such as postgresql://tamis@db.example.org/tamis")
    return text


def token(text: str) -> str:
    """Return a secret, which must be long enough not to be guessed."""
    if text and len(text) < MIN_TOKEN_LENGTH:
        raise ValueError(f"use at least {MIN_TOKEN_LENGTH} characters, such as the output of: openssl rand -hex 32")
    return text


def threads(text: str) -> int:
    """Return a number of threads."""
    return os.cpu_count() or 1 if text == "all cores" else whole_number(1, 1024)(text)
