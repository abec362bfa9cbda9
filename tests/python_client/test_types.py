"""The types that a type checker sees: those of answers in `Tamis`, and awaitable ones in `AsyncTamis`."""

from collections.abc import Callable
from typing import assert_type, get_type_hints

from tamis.client import AsyncTamis, Tamis
from tamis.client.models.contacts import BatchResult, Contact
from tamis.client.models.programs import Change
from tamis.client.models.segments import Segment
from tamis.client.senders import AsyncPages, Pages


def blocking(client: Tamis) -> None:
    """Use a client; mypy checks the types, and nothing is run."""
    assert_type(client.segments.get(7), Segment)
    assert_type(client.segments.list(page_size=10), Pages[Segment])
    assert_type(next(iter(client.segments.list())), Segment)
    assert_type(client.segments.delete(7), None)
    assert_type(client.contacts.delete(1, "a@example.org"), Contact | None)
    assert_type(client.contacts.stream(1, []), BatchResult)
    assert_type(client.segments.export(7, "members.csv"), int)
    assert_type(next(client.changes()), Change)
    client.segments.get("seven")  # type: ignore[arg-type]
    client.segments.create(1, "Young", rul="age < 30")  # type: ignore[call-arg]


async def asynchronous(client: AsyncTamis) -> None:
    """Use a client; mypy checks the types, and nothing is run."""
    assert_type(await client.segments.get(7), Segment)
    assert_type(client.segments.list(), AsyncPages[Segment])
    async for segment in client.segments.list():
        assert_type(segment, Segment)
    assert_type(await client.contacts.stream(1, []), BatchResult)
    async for change in client.changes():
        assert_type(change, Change)


def test_a_call_has_the_name_and_the_parameters_of_what_builds_it() -> None:
    with Tamis("http://127.0.0.1:1", "sk_none") as client:
        get: Callable[..., object] = client.segments.get
    assert get.__name__ == "get"
    assert get.__doc__ == "Return a segment."
    assert list(get_type_hints(get)) == ["segment_id", "return"]
