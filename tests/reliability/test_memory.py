"""Freed memory goes back to the system."""

import threading

import pytest

from tamis import memory


def test_freed_memory_is_returned_until_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, calls = threading.Event(), list[int]()

    def trim(pad: int) -> int:
        calls.append(pad)
        if len(calls) == 3:
            stop.set()
        return 1

    monkeypatch.setattr(memory, "INTERVAL_SECONDS", 0)
    monkeypatch.setattr(memory, "_trim", lambda: trim)
    memory.trim_memory_periodically(stop)
    assert calls == [0, 0, 0]
    monkeypatch.setattr(memory, "_trim", lambda: None)
    memory.trim_memory_periodically(threading.Event())


def test_the_c_library_supports_trimming() -> None:
    trim = memory._trim()
    assert trim is None or trim(0) in (0, 1)
