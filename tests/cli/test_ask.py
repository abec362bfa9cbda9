"""Commands beside a server find it by a file that a crash may have cut off."""

from pathlib import Path

import pytest

from tamis.actions.house import House
from tamis.cli.ask import SERVER_FILE, _put_to_server
from tamis.settings import Settings


@pytest.mark.parametrize("content", [b"", b'{"address": "http://127', bytes(90), b"{}", b"[]"])
def test_a_file_that_was_cut_off_names_no_server(tmp_path: Path, content: bytes) -> None:
    house = House(Settings(tmp_path / "data"))
    try:
        (house.settings.data / SERVER_FILE).write_bytes(content)
        assert _put_to_server(house, "segment_sizes", (), 1) is None
    finally:
        house.close()
