"""What Tamis promises, as a model of single steps: one account with one contact type, segments and keys.

A call is answered at once, from a state that is a value: members = (selected by the rule − excluded) ∪ added, whoever
is added twice is taken, whoever is deleted stays out, a size is the number of rows. Contacts have a number `n`; a rule
selects those with at least so much, or all members of another segment.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

OK, TAKEN, MISSING, REFUSED = "ok", "taken", "missing", "refused"


class Add(NamedTuple):
    """Add an address to a segment: OK, TAKEN or MISSING."""

    segment: str
    address: str


class Delete(NamedTuple):
    """Delete an address from a segment: OK or MISSING."""

    segment: str
    address: str


class Members(NamedTuple):
    """List the addresses in a segment: all rows, sorted, or MISSING."""

    segment: str


class Page(NamedTuple):
    """List some rows of a segment that has contacts only, from behind a contact's number: the first `limit` rows."""

    segment: str
    after: int
    limit: int


class Sizes(NamedTuple):
    """List all segments, each with its name and how many rows it has."""


class SizeOf(NamedTuple):
    """Tell how many rows a segment has, or MISSING."""

    segment: str


class Make(NamedTuple):
    """Make a segment of the contacts whose number is at least so much: OK."""

    segment: str
    least: int


class Edit(NamedTuple):
    """Give a segment another least number: OK or MISSING."""

    segment: str
    least: int


class Drop(NamedTuple):
    """Delete a segment: OK or MISSING."""

    segment: str


class Write(NamedTuple):
    """Return some contacts, by number, other values, all at once: OK."""

    values: tuple[tuple[int, int], ...]


class Exchange(NamedTuple):
    """Return a contact another value if it still has the one that was seen: OK or REFUSED."""

    contact: int
    seen: int
    value: int


class Values(NamedTuple):
    """Read the values of all contacts, by number."""


class Value(NamedTuple):
    """Read the value of one contact."""

    contact: int


class MakeKey(NamedTuple):
    """Make a key: OK."""

    key: str


class Revoke(NamedTuple):
    """Revoke a key: OK."""

    key: str


class Knock(NamedTuple):
    """Ask with a key: OK or REFUSED."""

    key: str


class Segment(NamedTuple):
    """A segment: by the least number or by the members of another one, and who was added and excluded."""

    least: int | None = None
    follows: str | None = None
    added: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()


class State(NamedTuple):
    """The whole state at one time: the value of each contact, whose address is `address_of` its number, the segments in
    order of their names, and the keys that are not revoked."""

    values: tuple[int, ...]
    segments: tuple[tuple[str, Segment], ...]
    keys: frozenset[str] = frozenset()


@cache
def address_of(contact: int) -> str:
    """Return the address of a contact."""
    return f"contact{contact:03}@example.org"


def object_of(call: Any) -> str:
    """Name the object that a call is about: contacts and segments share a state, keys are apart from both."""
    return "keys" if isinstance(call, MakeKey | Revoke | Knock) else "audience"


def state_of(values: Sequence[int], segments: dict[str, Segment], keys: Sequence[str] = ()) -> State:
    """Return a state to begin with."""
    return State(tuple(values), tuple(sorted(segments.items())), frozenset(keys))


def perform(state: State, call: Any) -> tuple[State, Any]:
    """Perform a call: the state after it and what it answers."""
    match call:
        case Add() | Delete() | Edit() | Drop() | Members() | SizeOf() | Page():
            segments = dict(state.segments)
            if call.segment not in segments:
                return state, MISSING
            return _on_segment(state, segments, call)
        case Sizes():
            segments = dict(state.segments)
            return state, tuple((name, len(_members(state, segments, name))) for name, _ in state.segments)
        case Make(name, least):
            return _with_segments(state, {**dict(state.segments), name: Segment(least)}), OK
        case Write(changes):
            values = list(state.values)
            for contact, value in changes:
                values[contact] = value
            return state._replace(values=tuple(values)), OK
        case Exchange(contact, seen, value):
            if state.values[contact] != seen:
                return state, REFUSED
            return perform(state, Write(((contact, value),)))
        case Values():
            return state, state.values
        case Value(contact):
            return state, state.values[contact]
        case _:
            return _on_keys(state, call)


def _on_keys(state: State, call: Any) -> tuple[State, Any]:
    match call:
        case MakeKey(key):
            return state._replace(keys=state.keys | {key}), OK
        case Revoke(key):
            return state._replace(keys=state.keys - {key}), OK
        case Knock(key):
            return state, OK if key in state.keys else REFUSED
    raise AssertionError(f"the model knows no {call!r}")


def _on_segment(state: State, segments: dict[str, Segment], call: Any) -> tuple[State, Any]:
    segment = segments[call.segment]
    members = _members(state, segments, call.segment)
    match call:
        case Members():
            return state, tuple(sorted(members))
        case SizeOf():
            return state, len(members)
        case Page(_, after, limit):
            addresses = [address_of(contact) for contact in range(after + 1, len(state.values))]
            return state, tuple([address for address in addresses if address in members][:limit])
        case Drop():
            return _with_segments(state, {name: each for name, each in segments.items() if name != call.segment}), OK
        case Edit(_, least):
            changed = segment._replace(least=least)
        case Add(_, address):
            if address in members:
                return state, TAKEN
            changed = segment._replace(excluded=segment.excluded - {address})
            segments[call.segment] = changed
            if address not in _members(state, segments, call.segment):
                changed = changed._replace(added=changed.added | {address})
        case Delete(_, address):
            if address not in members:
                return state, MISSING
            changed = segment._replace(added=segment.added - {address}, excluded=segment.excluded | {address})
    return _with_segments(state, {**segments, call.segment: changed}), OK


def _members(state: State, segments: dict[str, Segment], name: str) -> frozenset[str]:
    segment = segments[name]
    selected: frozenset[str] = frozenset()
    if segment.follows is not None:
        selected = _members(state, segments, segment.follows)
    elif segment.least is not None:
        selected = frozenset(address_of(n) for n, value in enumerate(state.values) if value >= segment.least)
    return (selected - segment.excluded) | segment.added


def _with_segments(state: State, segments: dict[str, Segment]) -> State:
    return state._replace(segments=tuple(sorted(segments.items())))
