"""Emails at the end of paths: `/contacts/{email}` and `/members/{email}`."""

from typing import Annotated, Any
from urllib.parse import unquote

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import Parameter


def email_in_path(
    request: Request[Any, Any, Any],
    email: Annotated[str, Parameter(description="The email, percent-encoded, in any spelling.")],  # noqa: ARG001
) -> str:
    """Return the email that ends the path as it was sent: `email` lacks slashes that were sent as `%2F`, or twice."""
    collection = request.scope["path_template"].split("/")[-2]
    raw: bytes = request.scope["raw_path"]
    return unquote(raw.partition(f"/{collection}/".encode())[2].decode("latin-1").rstrip("/"), errors="replace")


EmailDep = NamedDependency[str]
"""The parameter `address` of a handler whose path ends with an email."""
