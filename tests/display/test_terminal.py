"""Output for people hides nothing and sends no control codes to a terminal; output for programs is exact."""

import ast
import json
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tamis.cli.common import Common, print_notice, print_result, print_table
from tests.support import forked
from tests.support.process import TIMEOUT_SECONDS, environment, tamis

ROOT = Path(__file__).parents[2]
TEXT = st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "L", "N", "P", "S", "Zs"]))
HIDDEN = ("\u202e", "\u200b", "\u2066", "\ufeff")


def is_harmless(printed: str) -> bool:
    """Return whether nothing in what was printed moves a cursor, turns text around or hides."""
    return not any(
        unicodedata.category(character) in ("Cc", "Zl", "Zp") or character in HIDDEN
        for line in printed.split("\n")
        for character in line.replace("\t", "")
    )


@given(TEXT)
def test_terminal_output_is_harmless_for_any_text(text: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        out, err = Collected(), Collected()
        patched.setattr(sys, "stdout", out)
        patched.setattr(sys, "stderr", err)
        print_result(Common(), {}, text)
        print_table(("Name", text), [(text, "[red]x[/red][link=http://example.org]y[/link]")])
        print_notice(text)
    assert len(err.text.split("\n")) == 2, "one line, and its end"
    assert is_harmless(out.text)
    assert is_harmless(err.text)
    assert "[red]x[/red]" in out.text.replace("\n", "").replace(" ", "") or cell_len(text) > 20


def test_only_one_module_prints() -> None:
    """All else goes through it, but JSON and what the server says at its start."""
    printing = {
        path.name
        for path in (ROOT / "src/tamis/cli").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "print"
        and "json.dumps" not in ast.unparse(call)
    }
    assert printing == {"common.py", "serve.py"}


def test_contact_names_and_values_cannot_control_the_terminal(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "contacts.csv"
    name = "Ann \u202egnp.exe\u2066 [bold]Lee[/bold]"
    file.write_text(f"email,first name\nann@example.org,{name}\n")
    tamis(data, "account", "create", "--email", "owner@example.org")
    tamis(data, "type", "create", name)
    tamis(data, "import", file, "--type", "1", "--create-fields")
    tamis(data, "segment", "create", name, "--type", "1", "--where", 'email ends with "example.org"')
    shown = "Ann ⟨U+202E⟩gnp.exe⟨U+2066⟩ [bold]Lee[/bold]"
    for command in (
        ("type", "list"),
        ("contact", "show", "ann@example.org", "--type", "1"),
        ("segment", "list"),
        ("segment", "members", "1"),
    ):
        printed = people(data, *command)
        assert is_harmless(printed), command
        assert shown.rsplit(maxsplit=1)[-1] in printed.replace("\n", ""), command
    assert shown in people(data, "contact", "show", "ann@example.org", "--type", "1")
    assert tamis(data, "contact", "show", "ann@example.org", "--type", "1")["values"]["first_name"] == name
    (segment,) = tamis(data, "segment", "list")["segments"]
    assert segment["name"] == name
    exported = tmp_path / "out.ndjson"
    tamis(data, "export", "1", exported)
    assert json.loads(exported.read_text().splitlines()[0])["first_name"] == name


def people(data: Path, *command: str) -> str:
    """Run a command as people do, and return what it prints."""
    done = forked.run_text(
        [sys.executable, "-m", "tamis", *command, "--data", str(data)],
        environment({"COLUMNS": "200"}),
        check=True,
        timeout=TIMEOUT_SECONDS,
    )
    return done.stdout


class Collected:
    """A stream that keeps what is written to it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        """Keep a text."""
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Do nothing."""

    def isatty(self) -> bool:
        """Return that it is none."""
        return False
