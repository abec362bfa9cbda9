"""The handlers of all pages: modules of `pages` are found automatically."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from litestar.handlers import HTTPRouteHandler

from tamis.web.console import pages


@cache
def page_handlers() -> list[HTTPRouteHandler]:
    """Collect the `handlers` of all modules in `pages`."""
    modules = [import_module(f"{pages.__name__}.{found.name}") for found in iter_modules(pages.__path__)]
    return [handler for module in modules for handler in getattr(module, "handlers", [])]
