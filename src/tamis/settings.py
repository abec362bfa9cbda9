"""What can be set, in one frozen record."""

import os
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tamis.domain.errors import Invalid, Problem

SPAN = re.compile(r"([0-9]{1,6})\s*([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
MOST_DAYS = 36_500
MOST_BYTES = 1 << 50


@dataclass(frozen=True)
class Settings:
    """Settings of one process; each has its environment variable, and docs/settings.md explains them."""

    data: Path
    columns_memory: str = "1GB"
    import_memory: str = "300MB"
    columns_threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    max_body: int = 1_048_576
    max_upload: int = 5 * 1024**3
    requests_per_minute: int = 0
    erase_within: timedelta = timedelta(hours=24)
    history_days: int = 400
    undo_days: int = 30

    @classmethod
    def from_environment(cls, data: Path | None = None) -> "Settings":
        """Read the settings of this process; `data` wins over TAMIS_DATA."""
        env = os.environ
        return cls(
            data=data or Path(env.get("TAMIS_DATA") or "tamis-data"),
            columns_memory=env.get("TAMIS_COLUMNS_MEMORY") or cls.columns_memory,
            import_memory=env.get("TAMIS_IMPORT_MEMORY") or cls.import_memory,
            columns_threads=int(env.get("TAMIS_COLUMNS_THREADS") or 0) or os.cpu_count() or 1,
            max_body=int(env.get("TAMIS_MAX_BODY") or cls.max_body),
            max_upload=_bytes("TAMIS_MAX_UPLOAD", env.get("TAMIS_MAX_UPLOAD")) or cls.max_upload,
            requests_per_minute=int(env.get("TAMIS_REQUESTS_PER_MINUTE") or 0),
            erase_within=_span("TAMIS_ERASE_WITHIN", env.get("TAMIS_ERASE_WITHIN")) or cls.erase_within,
            history_days=_days("TAMIS_HISTORY_DAYS", env.get("TAMIS_HISTORY_DAYS")) or cls.history_days,
            undo_days=_days("TAMIS_UNDO_DAYS", env.get("TAMIS_UNDO_DAYS")) or cls.undo_days,
        )


def _span(name: str, text: str | None) -> timedelta | None:
    if not text:
        return None
    found = SPAN.fullmatch(text.strip())
    if not found or int(found[1]) == 0:
        raise Invalid([Problem(name, f'"{text}" is no span of time; write a number and s, m, h or d, such as 24h')])
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _bytes(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.strip().isdigit() and 1 <= int(text) <= MOST_BYTES):
        raise Invalid([Problem(name, f'"{text}" is no number of bytes from 1 to {MOST_BYTES:,}')])
    return int(text)


def _days(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.strip().isdigit() and 1 <= int(text) <= MOST_DAYS):
        raise Invalid([Problem(name, f'"{text}" is no number of days from 1 to {MOST_DAYS:,}')])
    return int(text)
