"""Static files: read and compressed once, and cached by browsers until they change."""

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response

from tamis.web.console.requests.session import WebRequest
from tamis.web.console.roles import PUBLIC

KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
FOR_A_YEAR = "public, max-age=31536000, immutable"


class StaticFile(NamedTuple):
    """A file as it is sent; fonts are compressed already."""

    kind: str
    content: bytes
    compressed: bytes | None


@cache
def _files() -> dict[str, StaticFile]:
    found: dict[str, StaticFile] = {}

    def walk(directory: Traversable, prefix: str) -> None:
        for entry in directory.iterdir():
            kind = KINDS.get(entry.name.rpartition(".")[2])
            if entry.is_dir():
                walk(entry, f"{prefix}{entry.name}/")
            elif kind:
                content = entry.read_bytes()
                compressed = None if kind == KINDS["woff2"] else gzip.compress(content, 9, mtime=0)
                found[prefix + entry.name] = StaticFile(kind, content, compressed)

    walk(files("tamis.web.console") / "static", "")
    return found


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name, file in sorted(_files().items()):
        digest.update(name.encode() + b"\0" + file.content)
    return digest.hexdigest()[:12]


def url_of(name: str) -> str:
    """Return the URL of a file, which changes with any static file; scripts import each other by relative URLs."""
    if name not in _files():
        raise LookupError(f"there is no static file {name}")
    return f"/static/{_version()}/{name}"


@get("/static/{version:str}/{name:path}", opt=PUBLIC, sync_to_thread=False)
def serve(request: WebRequest, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Send a file."""
    file = _files().get(name.lstrip("/"))
    if file is None:
        raise NotFoundException
    headers = {"cache-control": FOR_A_YEAR if version == _version() else "no-cache", "vary": "accept-encoding"}
    is_compressed = file.compressed is not None and "gzip" in request.headers.get("accept-encoding", "")
    if is_compressed:
        headers["content-encoding"] = "gzip"
    return Response(
        file.compressed if is_compressed and file.compressed else file.content, media_type=file.kind, headers=headers
    )
