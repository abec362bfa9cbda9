"""The handlers of all pages: modules of `pages` are found automatically."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from litestar.handlers import HTTPRouteHandler

from tamis.web.console import pages


@cache
def page_handlers() -> list[HTTPRouteHandler]:
    """Collect the `handlers` of all modules in `pages`."""
    modules = [import_module(found.name) for found in walk_packages(pages.__path__, f"{pages.__name__}.")]
    return [handler for module in modules for handler in getattr(module, "handlers", [])]
