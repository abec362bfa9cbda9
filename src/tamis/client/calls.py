"""How a method of a resource becomes a call: it only builds a request, and each client sends it in its own way.

So each method is written once. The types of both clients live from it: a method that builds a `Request[Segment]`
returns a `Segment` from `Tamis`, and an awaitable `Segment` from `AsyncTamis`.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from tamis.client.ndjson import R, Stream
from tamis.client.request import Page, Request
from tamis.client.senders import AsyncPages, AsyncSender, Pages, SyncSender

P = ParamSpec("P")
T = TypeVar("T")
Built = TypeVar("Built")
Sender = TypeVar("Sender", bound=SyncSender | AsyncSender)


class Resource(Generic[Sender]):
    """A group of calls, sent by one client."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class _Method(Generic[P, Built]):
    """A method of a resource that builds what a client sends."""

    def __init__(self, build: Callable[Concatenate[Any, P], Built]) -> None:
        self._build = build
        self.__doc__ = build.__doc__


class call(_Method[P, Request[T]], Generic[P, T]):  # noqa: N801  a decorator
    """Makes a method that builds a request into one that returns its answer."""

    @overload
    def __get__(self, resource: None, owner: type) -> "call[P, T]": ...
    @overload
    def __get__(self, resource: Resource[SyncSender], owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, resource: Resource[AsyncSender], owner: type) -> Callable[P, Awaitable[T]]: ...
    def __get__(self, resource: Resource[Any] | None, owner: type) -> Any:
        return self if resource is None else _bound(self._build, resource, resource._sender.send)


class paged(_Method[P, Request[Page[T]]], Generic[P, T]):  # noqa: N801  a decorator
    """Makes a method that builds the request of a first page into one that returns all pages, fetched on demand."""

    @overload
    def __get__(self, resource: None, owner: type) -> "paged[P, T]": ...
    @overload
    def __get__(self, resource: Resource[SyncSender], owner: type) -> Callable[P, Pages[T]]: ...
    @overload
    def __get__(self, resource: Resource[AsyncSender], owner: type) -> Callable[P, AsyncPages[T]]: ...
    def __get__(self, resource: Resource[Any] | None, owner: type) -> Any:
        if resource is None:
            return self
        sender, pages = resource._sender, Pages if isinstance(resource._sender, SyncSender) else AsyncPages
        return _bound(self._build, resource, lambda request: pages(sender, request))


class download(_Method[P, tuple[Request[bytes], Path]], Generic[P]):  # noqa: N801  a decorator
    """Makes a method that builds a request and names a file into one that writes the answer to the file, and returns
    its size in bytes."""

    @overload
    def __get__(self, resource: None, owner: type) -> "download[P]": ...
    @overload
    def __get__(self, resource: Resource[SyncSender], owner: type) -> Callable[P, int]: ...
    @overload
    def __get__(self, resource: Resource[AsyncSender], owner: type) -> Callable[P, Awaitable[int]]: ...
    def __get__(self, resource: Resource[Any] | None, owner: type) -> Any:
        return self if resource is None else _bound(self._build, resource, lambda it: resource._sender.download(*it))


class streamed(_Method[P, Stream[R]], Generic[P, R]):  # noqa: N801  a decorator
    """Makes a method that names items of any number into one that sends them in several requests."""

    @overload
    def __get__(self, resource: None, owner: type) -> "streamed[P, R]": ...
    @overload
    def __get__(self, resource: Resource[SyncSender], owner: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, resource: Resource[AsyncSender], owner: type) -> Callable[P, Awaitable[R]]: ...
    def __get__(self, resource: Resource[Any] | None, owner: type) -> Any:
        return self if resource is None else _bound(self._build, resource, resource._sender.stream)


def _bound(build: Callable[..., Any], resource: Resource[Any], send: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return a method, with the name, the parameters and the docstring of the one that builds its request."""
    method = build.__get__(resource)

    @wraps(method)
    def sent(*arguments: Any, **named: Any) -> Any:
        return send(method(*arguments, **named))

    return sent
