"""What all tests share: settings, and the two ways in which a command meets its data."""

import atexit
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import on_postgresql
from tests.support.effort import examples
from tests.support.process import Server

# The tests draw new examples in every run; a failure prints the blob that replays it. No test may depend on time.
settings.register_profile("ci", deadline=None, derandomize=False, print_blob=True, max_examples=examples(100))
settings.load_profile("ci")

on_postgresql.install()

gc.disable()  # until all tests are collected: they live as long as the run
gc.set_threshold(20_000, 20, 100)


def pytest_xdist_auto_num_workers() -> int:
    """Start three workers for two cores: a worker often waits for a disk, a server or a browser."""
    return max(len(os.sched_getaffinity(0)) * 3 // 2, 1)


def pytest_collection_finish() -> None:
    """Spare the garbage collector the tests themselves, which it would go through again and again."""
    gc.freeze()
    gc.enable()


@atexit.register
def end_silently() -> None:
    """Discard what is written to standard error from now on: all tests are reported, and DuckDB's binding would list
    each object that lives longer than the interpreter. The exit status stays what it is."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


@pytest.fixture(params=["alone", "beside a server"])
def either(request: pytest.FixtureRequest, data: Path) -> Iterator[Path]:
    """The same directory, once without and once with a server on it."""
    if request.param == "alone":
        yield data
    else:
        with Server(data):
            yield data
