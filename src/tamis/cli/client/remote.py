"""Options of commands that use the API: of a server elsewhere, or of a data directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tamis.cli.common import Common

if TYPE_CHECKING:
    from tamis.client import Tamis


@Parameter(name="*")
@dataclass(frozen=True)
class Remote:
    """Options of commands that also work with a server elsewhere."""

    url: Annotated[
        str | None, Parameter(help="URL of a server; its secret key is read from TAMIS_SECRET_KEY or --key-file.")
    ] = None
    key_file: Annotated[Path | None, Parameter(help="File with the secret key for --url.")] = None

    @contextmanager
    def client(self, common: Common) -> "Iterator[Tamis]":
        """Open a client for a block; refuses the command with what the API answers in it."""
        from tamis.cli.client.api_client import open_client, refuse_api_errors  # loads what other commands do not need

        with refuse_api_errors(), open_client(common, self.url, self.key_file) as client:
            yield client
