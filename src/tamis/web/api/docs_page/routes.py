"""The routes of the page and of its script, styles and fonts."""

import asyncio
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from tamis.web.api.docs_page.render import render_page

ASSETS = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}


def docs_routes(describe: Callable[[], dict[str, Any]]) -> list[HTTPRouteHandler]:
    """Make the routes; the page is rendered once."""
    rendered = cache(lambda: render_page(describe()))
    package = files(__package__)

    def asset(name: str, media_type: str) -> HTTPRouteHandler:
        content = package.joinpath(name).read_bytes()

        @get(f"/docs/{name}", include_in_schema=False, name=f"docs_{name}")
        async def get_asset() -> Response[bytes]:
            return Response(content, media_type=media_type)

        return get_asset

    @get("/docs", include_in_schema=False)
    async def get_docs() -> Response[str]:
        return Response(await asyncio.to_thread(rendered), media_type="text/html; charset=utf-8")

    return [get_docs, *(asset(name, media_type) for name, media_type in ASSETS.items())]
