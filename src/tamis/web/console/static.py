"""Styles, scripts and fonts: read once, compressed once, and kept by browsers for as long as they do not change."""

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

from tamis.web.console.session import WebRequest

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
    plain: bytes
    packed: bytes | None


@cache
def _files() -> dict[str, StaticFile]:
    found: dict[str, StaticFile] = {}

    def walk(directory: Traversable, prefix: str) -> None:
        for entry in directory.iterdir():
            kind = KINDS.get(entry.name.rpartition(".")[2])
            if entry.is_dir():
                walk(entry, f"{prefix}{entry.name}/")
            elif kind:
                plain = entry.read_bytes()
                packed = None if kind == KINDS["woff2"] else gzip.compress(plain, 9, mtime=0)
                found[prefix + entry.name] = StaticFile(kind, plain, packed)

    walk(files("tamis.web.console") / "static", "")
    return found


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name, file in sorted(_files().items()):
        digest.update(name.encode() + b"\0" + file.plain)
    return digest.hexdigest()[:12]


def url_of(name: str) -> str:
    """Return the address of a file, which is another one after a change; scripts reach each other by relative ones."""
    if name not in _files():
        raise LookupError(f"there is no static file {name}")
    return f"/static/{_version()}/{name}"


@get("/static/{version:str}/{name:path}", sync_to_thread=False)
def serve(request: WebRequest, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Send a file."""
    file = _files().get(name.lstrip("/"))
    if file is None:
        raise NotFoundException
    headers = {"cache-control": FOR_A_YEAR if version == _version() else "no-cache", "vary": "accept-encoding"}
    packs = file.packed is not None and "gzip" in request.headers.get("accept-encoding", "")
    if packs:
        headers["content-encoding"] = "gzip"
    return Response(file.packed if packs and file.packed else file.plain, media_type=file.kind, headers=headers)
