"""Emails at the end of paths: `/contacts/{email}` and `/members/{email}`."""

from typing import Any
from urllib.parse import unquote

from litestar import Request


def email_in_path(request: Request[Any, Any, Any], collection: str) -> str:
    """Return the email that follows a collection in the path, of which the server has decoded escaped slashes, too."""
    raw: bytes = request.scope["raw_path"]
    return unquote(raw.partition(f"/{collection}/".encode())[2].decode("latin-1").rstrip("/"), errors="replace")
