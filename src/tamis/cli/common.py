"""Helpers of all commands: options, access to the stores, and output of results and refusals."""

import json
import os
import pwd
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tamis.actions.accounts.accounts import choose_account
from tamis.actions.fields.types import find_type
from tamis.actions.services import Services
from tamis.cli.messages import error_lines
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.actors import Actor, ActorKind
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import TamisError
from tamis.domain.segments.membership_changes import Cause
from tamis.domain.values.dates import format_day, local_time
from tamis.domain.values.fields import Value, format_value
from tamis.domain.values.hidden_characters import escape_hidden
from tamis.domain.values.text import pluralize
from tamis.settings import Settings

ONCE = "The secret key is shown only this once: save it now."
TypeOption = Annotated[str, Parameter(name="--type", help="ID or name of the contact type.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """Options that every command takes."""

    data: Annotated[Path | None, Parameter(help="Data directory (or TAMIS_DATA; default ./tamis-data).")] = None
    account: Annotated[str | None, Parameter(help="Email of the account; required if there are several.")] = None
    json: Annotated[bool, Parameter(negative="", help="Print one JSON document and nothing else.")] = False

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return Settings.from_environment(self.data)


@contextmanager
def open_services(common: Common) -> Iterator[Services]:
    """Open the data directory for a block."""
    services = Services(common.settings)
    try:
        with services.records.diagnosing():
            yield services.acting_as(command_actor())
    finally:
        services.close()


def command_actor() -> Actor:
    """Return the user of the machine, who runs this command."""
    user = machine_user()
    return Actor(ActorKind.COMMAND, user, user)


def machine_user() -> str:
    """Return the name of the user that this process runs as, or its number where it has no name, as in containers."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def resolve_account(services: Services, common: Common) -> Account:
    """Return the account that a command is about."""
    return choose_account(services.records.reader(), common.account)


def resolve_type(services: Services, account: Account, reference: str) -> ContactType:
    """Return the contact type that a command is about."""
    return find_type(services.records.reader(), account, reference)


def print_result(common: Common, document: Mapping[str, object], *lines: str) -> None:
    """Print a result: as JSON, or as lines for people."""
    if common.json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        for line in lines:
            print_line(line)


def print_line(*cells: object, flush: bool = False) -> None:
    """Print tab-separated cells for people; characters that a terminal would obey or hide are escaped."""
    print(*(escape_hidden(str(cell)) for cell in cells), sep="\t", flush=flush)


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = (), unbroken: Sequence[int] = ()
) -> None:
    """Print a table for people; `right` are the right-aligned columns, `unbroken` others that never wrap."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(
            Text(escape_hidden(column)),
            justify="right" if index in right else "left",
            overflow="fold",
            no_wrap=index in (*right, *unbroken),
        )
    for row in rows:
        table.add_row(*(Text("" if cell is None else escape_hidden(str(cell))) for cell in row))
    Console().print(table)


CAUSES = {
    Cause.OVERRIDE: "manual change",
    Cause.FIRST: "initial build",
    Cause.KEPT: "history starts here",
}
"""Causes of membership changes that people read in other words than they are stored and written as JSON."""


def format_for_display(value: Value, zone: ZoneInfo) -> str:
    """Write a value of a contact for people."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return local_time(value, zone)
        case date():
            return format_day(value)
    return format_value(value)


def mailable_text(mailable: int, members: int) -> str:
    """Return how many can be mailed, where these are not all, and how many members there are."""
    if mailable == members:
        return pluralize(members, "member")
    return f"{mailable:,} can be mailed, of {pluralize(members, 'member')}"


def print_notice(text: str) -> None:
    """Print a notice for people to standard error."""
    print(escape_hidden(text), file=sys.stderr)


def exit_refused(error: TamisError) -> NoReturn:
    """Print why a command was refused, and exit with status 1."""
    for line in error_lines(error):
        print_notice(line)
    sys.exit(1)
