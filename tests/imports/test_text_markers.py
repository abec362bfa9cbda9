"""Markers that force numbers to be text are stripped, and the output of an export is imported unchanged."""

import pytest

from tamis.actions.importing.reports.report import ImportOptions
from tamis.domain.values.fields import Kind
from tests.imports.conftest import Workspace


def column(*cells: str) -> str:
    """Write a file with a column of cells, each for a different contact."""
    return "email;x\n" + "".join(
        f'p{n}@example.org;"{cell.replace(chr(34), chr(34) * 2)}"\n' for n, cell in enumerate(cells)
    )


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (['="04001"', '="1234"', ""], ["04001", "1234", None]),
        (["'7012345678901", "'7012345678902"], ["7012345678901", "7012345678902"]),
        (["'01501", "'+4722000001", "01502"], ["01501", "+4722000001", "01502"]),
        (["'90s kids", "'80s kids"], ["'90s kids", "'80s kids"]),
        (["'123", "free text", "more"], ["'123", "free text", "more"]),
        (["'123", "'tis"], ["'123", "'tis"]),
        (["''123", "''+4"], ["'123", "'+4"]),
        (["'=1+1"], ["=1+1"]),
    ],
)
def test_markers_are_stripped(workspace: Workspace, cells: list[str], values: list[str | None]) -> None:
    report = workspace.take(column(*cells))
    assert [field.kind for field in report.created_fields] == [Kind.TEXT]
    assert [workspace.values(f"p{n}@example.org").get("x") for n in range(len(cells))] == values
    assert workspace.take(column(*cells)).unchanged == len(cells)


def test_markers_are_kept_with_formulas(workspace: Workspace) -> None:
    workspace.take(column('="04001"', "'01501"), ImportOptions(create_fields=True, keep_formulas=True))
    assert [workspace.values(f"p{n}@example.org")["x"] for n in range(2)] == ['="04001"', "'01501"]
