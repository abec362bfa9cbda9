"""What can be set, in one frozen record."""

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Settings of one process; each has its environment variable, and docs/settings.md explains them."""

    data: Path
    columns_memory: str = "1GB"
    columns_threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    max_body: int = 1_048_576
    requests_per_minute: int = 0

    @classmethod
    def from_environment(cls, data: Path | None = None) -> "Settings":
        """Read the settings of this process; `data` wins over TAMIS_DATA."""
        env = os.environ
        return cls(
            data=data or Path(env.get("TAMIS_DATA") or "tamis-data"),
            columns_memory=env.get("TAMIS_COLUMNS_MEMORY") or cls.columns_memory,
            columns_threads=int(env.get("TAMIS_COLUMNS_THREADS") or 0) or os.cpu_count() or 1,
            max_body=int(env.get("TAMIS_MAX_BODY") or cls.max_body),
            requests_per_minute=int(env.get("TAMIS_REQUESTS_PER_MINUTE") or 0),
        )
