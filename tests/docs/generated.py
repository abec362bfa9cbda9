"""What the docs repeat from the code. `make docs` writes it, and a test compares it."""

import re
from collections.abc import Callable
from pathlib import Path

from cyclopts import App

from tamis.cli.main import app
from tamis.rules.operators import OPERATORS
from tamis.settings import settings_table
from tamis.web.console.page_handlers import page_handlers
from tamis.web.console.roles import needed_role

DOCS = Path(__file__).parents[2] / "docs"
KINDS = ("text", "choice", "choices", "number", "date", "datetime", "boolean")
COMMON_OPTIONS = ("data", "account", "json")
COMMANDS = """# Commands

All commands of `tamis` and their options, as `tamis COMMAND --help` shows them. `make docs` writes this page.

Most commands also take:

{common}

Exit status: 0 when the command is done, 1 when it was refused, 2 when it was called incorrectly.

{commands}
"""


def commands(_: str) -> str:
    """Return the page of all commands, with the options that most commands share in one place."""
    text = app.generate_docs(max_heading_level=3)
    _, module, name = App().name[0].partition(" -m ")  # after `python -m`, usage lines name the running module too
    text = text.replace(f"{module}{name}", "") if name else text
    text = text.replace("tamis import import ", "tamis import ")  # whose own usage line names it already
    shared = [re.search(rf"^\* `--{name}[ `].*$", text, re.MULTILINE) for name in COMMON_OPTIONS]
    lines = [match[0] for match in shared if match]
    for line in lines:
        text = text.replace(f"{line}\n", "")
    text = re.sub(r"\*\*Parameters\*\*:\n+(?=#|\Z)", "", text)
    start = re.search(r"^## tamis ", text, re.MULTILINE)
    assert start
    return COMMANDS.format(common="\n".join(lines), commands=text[start.start() :].strip())


def operators(page: str) -> str:
    """Return the page of rules with the rows of its table of operators."""
    rows = [
        "| `{}` | {} | {} | {} | {} | {} |".format(
            operator.name,
            " ".join(f"`{alias}`" for alias in operator.aliases),
            ", ".join(kind for kind in KINDS if kind in operator.kinds) or "no field",
            operator.takes,
            operator.phrase.format("…", "…"),
            "yes" if operator.holds_when_missing else "no",
        )
        for operator in OPERATORS
    ]
    return _with_rows(page, "| `", rows)


def settings(page: str) -> str:
    """Return the page of settings with the rows of its table."""
    return _with_rows(page, "| `TAMIS_", settings_table().splitlines())


def roles(page: str) -> str:
    """Return the page of roles with the rows of its table of routes."""
    rows = sorted(
        (re.sub(r":\w+\}", "}", path), method, needed_role(handler.opt, method))
        for handler in page_handlers()
        for method in handler.http_methods - {"HEAD", "OPTIONS"}
        for path in handler.paths
    )
    lines = [f"| `{method} {path}` | {needed or 'no role: guests, too'} |" for path, method, needed in rows]
    return _with_rows(page, "| `", lines)


def _with_rows(page: str, start: str, rows: list[str]) -> str:
    """Replace the rows of the first table whose rows begin with `start`."""
    lines = page.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(start))
    after = next((number for number in range(first, len(lines)) if not lines[number].startswith(start)), len(lines))
    return "\n".join([*lines[:first], *rows, *lines[after:]]) + "\n"


PAGES: dict[str, Callable[[str], str]] = {
    "commands.md": commands,
    "rules.md": operators,
    "settings.md": settings,
    "roles.md": roles,
}
"""Each page with what makes its new text from the present one."""


if __name__ == "__main__":
    for name, generate in PAGES.items():
        path = DOCS / name
        path.write_text(generate(path.read_text() if path.exists() else ""))
