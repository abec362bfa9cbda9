"""A file that is wanted on another disk than the data's gets there whole, or not at all."""

from pathlib import Path

import pytest

from tests.support.process import Refused, tamis
from tests.support.small_disk import small_disk

DISK, PEOPLE = 2 << 20, 20_000


def test_an_export_to_another_disk_is_complete_or_absent(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "people.csv"
    tamis(data, "account", "create", "--email", "owner@example.org")
    tamis(data, "type", "create", "People")
    file.write_text("email\n" + "".join(f"p{n}@example.org\n" for n in range(PEOPLE)))
    tamis(data, "import", file, "--type", "People")
    wanted = ("export", "--type", "People", "--fields", "email")
    with small_disk(DISK) as disk:
        tamis(data, *wanted, disk.inside / "whole.csv", prefix=disk.prefix)
        assert (disk.outside / "whole.csv").read_text() == file.read_text()
        disk.fill(left=1 << 16)
        with pytest.raises(Refused, match="No space left on device; no file was left behind"):
            tamis(data, *wanted, disk.inside / "whole.csv", "--force", prefix=disk.prefix)
        assert (disk.outside / "whole.csv").read_text() == file.read_text()
        assert sorted(path.name for path in disk.outside.iterdir()) == ["ballast", "whole.csv"]
    assert not list((data / "exports").iterdir())
