"""A disk that keeps only what was synced: the files below one directory after each recorded call, as they are
for programs, and as a crash could leave them.

The rules are those of POSIX, which promises less than most file systems do: what is written to a file is kept when the
file is synced, the names in a directory are kept when the directory is. Until then, each write may be lost by itself,
or reach the disk in part, in sectors of 512 bytes and in any order; names may be lost from the last one back, as they
are by a journal. (ALICE, OSDI 2014, calls this an abstract persistence model; CrashMonkey, OSDI 2018, replays as here.)
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.power.recording import Event, data, text

SECTOR = 512
_HANDLE = re.compile(r"(?:AT_FDCWD|\d+)<([^>]*)>")
CREATED, TRUNCATED, APPENDED = "O_CREAT", "O_TRUNC", "O_APPEND"


@dataclass(eq=False)
class File:
    """A file: what programs read, what is on the disk for certain, and what was written since the last sync, each as a
    place and bytes, or a new length and nothing."""

    content: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, place: int, piece: bytes) -> None:
        """Write bytes."""
        _write(self.content, place, piece)
        self.pending.append((place, piece))

    def cut(self, length: int) -> None:
        """Return the file a length."""
        _cut(self.content, length)
        self.pending.append((length, None))

    def sync(self) -> None:
        """Keep what was written."""
        for change in self.pending:
            _apply(self.kept, *change)
        self.pending.clear()

    def as_a_crash_may_leave_it(self, chance: random.Random) -> bytes:
        """Return what is kept, and of each write since all, nothing, or some sectors."""
        found = bytearray(self.kept)
        for place, piece in self.pending:
            fate = chance.random()
            if fate < 0.4:
                _apply(found, place, piece)
            elif fate < 0.7 and piece:
                for start in range(0, len(piece), SECTOR):
                    if chance.random() < 0.5:
                        _write(found, place + start, piece[start : start + SECTOR])
        return bytes(found)


@dataclass(eq=False)
class Directory:
    """A directory: the names that programs see, and those that are on the disk for certain."""

    names: dict[str, "File | Directory"] = field(default_factory=dict)
    kept: dict[str, "File | Directory"] = field(default_factory=dict)


Entry = File | Directory
Change = tuple[Directory, str, Entry | None]
"""A name in a directory that refers to something else from now on, or to nothing."""


class Disk:
    """The files below a directory that exists from the beginning."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._top = Directory()
        self._pending: list[tuple[Change, ...]] = []

    def apply(self, event: Event) -> None:
        """Do what a call did."""
        handler = getattr(self, f"_{event.name.rstrip('2')}", None) or getattr(self, f"_{event.name}", None)
        assert handler, f"no model of {event.name}({event.arguments[:200]})"
        handler(event)

    @property
    def top(self) -> Directory:
        """The directory itself."""
        return self._top

    # -- calls -------------------------------------------------------------------------------------------------------

    def _openat(self, event: Event) -> None:
        path, flags = _paths(event)[0], event.arguments
        if "O_TMPFILE" in flags or not (place := self._place(path)):
            return
        directory, name = place
        if CREATED in flags and name not in directory.names:
            self._change((directory, name, File()))
        found = directory.names.get(name)
        if TRUNCATED in flags and isinstance(found, File) and found.content:
            found.cut(0)

    _open = _creat = _openat

    def _write(self, event: Event) -> None:
        if file := self._file(event):
            file.write(len(file.content), _bytes(event)[: event.result])

    def _pwrite64(self, event: Event) -> None:
        if file := self._file(event):
            file.write(int(event.arguments.rpartition(",")[2]), _bytes(event)[: event.result])

    def _ftruncate(self, event: Event) -> None:
        if file := self._file(event):
            file.cut(int(event.arguments.rpartition(",")[2]))

    def _fallocate(self, event: Event) -> None:
        mode, start, length = (part.strip() for part in event.arguments.rsplit(",", 3)[1:])
        file = self._file(event)
        if file and mode == "0" and int(start) + int(length) > len(file.content):
            file.cut(int(start) + int(length))

    def _fsync(self, event: Event) -> None:
        path = text(_HANDLE.match(event.arguments)[1])  # type: ignore[index]  # a handle is what it takes
        found = self._entry(path)
        if isinstance(found, File):
            found.sync()
        elif isinstance(found, Directory):
            left = []
            for changes in self._pending:
                if any(change[0] is found for change in changes):
                    _keep(changes)
                else:
                    left.append(changes)
            self._pending = left

    _fdatasync = _fsync

    def _rename(self, event: Event) -> None:
        source, target = _paths(event)
        old, new = self._place(source), self._place(target)
        if old and new:
            self._change((*old, None), (*new, old[0].names[old[1]]))
        elif old:
            self._change((*old, None))
        elif new:  # what comes from elsewhere is read from there: nothing of it is known to be kept
            raise AssertionError(f"{source} was renamed into what is recorded")

    _renameat = _rename

    def _unlink(self, event: Event) -> None:
        if place := self._place(_paths(event)[0]):
            self._change((*place, None))

    _unlinkat = _rmdir = _unlink

    def _mkdir(self, event: Event) -> None:
        if place := self._place(_paths(event)[0]):
            self._change((*place, Directory()))

    _mkdirat = _mkdir

    def _change(self, *changes: Change) -> None:
        for directory, name, entry in changes:
            _name(directory.names, name, entry)
        self._pending.append(changes)

    # -- what there is -------------------------------------------------------------------------------------------------

    def _place(self, path: str) -> tuple[Directory, str] | None:
        if not Path(path).is_relative_to(self._root) or Path(path) == self._root:
            return None
        *parents, name = Path(path).relative_to(self._root).parts
        found: Entry = self._top
        for parent in parents:
            assert isinstance(found, Directory)
            found = found.names[parent]
        assert isinstance(found, Directory)
        return found, name

    def _entry(self, path: str) -> Entry | None:
        if Path(path) == self._root:
            return self._top
        place = self._place(path) if not path.endswith("(deleted)") else None
        return place[0].names.get(place[1]) if place else None

    def _file(self, event: Event) -> File | None:
        handle = _HANDLE.match(event.arguments)
        found = self._entry(text(handle[1])) if handle else None
        return found if isinstance(found, File) else None

    # -- crashes -------------------------------------------------------------------------------------------------------

    def build(self, kind: str, target: Path, chance: random.Random) -> None:
        """Make a directory as a crash at this point may leave it. `kind` is one of CRASHES."""
        names, content = CRASHES[kind]
        kept: dict[int, dict[str, Entry]] = {}
        if names:
            count = len(self._pending) if names == "all" else chance.randint(0, len(self._pending))
            for changes in self._pending[:count]:
                for directory, name, entry in changes:
                    _name(kept.setdefault(id(directory), dict(directory.kept)), name, entry)
        _build(self._top, target, kept, lambda file: content(file, chance))


def _build(
    directory: Directory, target: Path, changed: dict[int, dict[str, Entry]], content: Callable[[File], bytes]
) -> None:
    target.mkdir()
    for name, entry in changed.get(id(directory), directory.kept).items():
        if isinstance(entry, Directory):
            _build(entry, target / name, changed, content)
        else:
            (target / name).write_bytes(content(entry))


CRASHES: dict[str, tuple[str, Callable[[File, random.Random], bytes]]] = {
    "nothing that was not synced": ("", lambda file, _: bytes(file.kept)),
    "all names, and no bytes that were not synced": ("all", lambda file, _: bytes(file.kept)),
    "all bytes, and no names that were not synced": ("", lambda file, _: bytes(file.content)),
    "everything": ("all", lambda file, _: bytes(file.content)),
    "some of each, and torn": ("some", File.as_a_crash_may_leave_it),
}


def _keep(changes: tuple[Change, ...]) -> None:
    for directory, name, entry in changes:
        _name(directory.kept, name, entry)


def _name(names: dict[str, Entry], name: str, entry: Entry | None) -> None:
    if entry is None:
        names.pop(name, None)
    else:
        names[name] = entry


def _apply(content: bytearray, place: int, piece: bytes | None) -> None:
    if piece is None:
        _cut(content, place)
    else:
        _write(content, place, piece)


def _write(content: bytearray, place: int, piece: bytes) -> None:
    if place > len(content):
        content.extend(bytes(place - len(content)))
    content[place : place + len(piece)] = piece


def _cut(content: bytearray, length: int) -> None:
    del content[length:]
    content.extend(bytes(length - len(content)))


def _paths(event: Event) -> list[str]:
    """Read the paths that a call names, each below the directory before it where there is one."""
    found = []
    for match in re.finditer(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:\\x[0-9a-f]{2})*)"', event.arguments):
        found.append(str(Path(text(match[1] or ""), text(match[2]))))
    return found


def _bytes(event: Event) -> bytes:
    """Read the bytes that a call writes, which stand in quotation marks; a vector has several."""
    return b"".join(data(found) for found in event.arguments.split('"')[1::2])
