"""The command `tamis`."""

import codecs
import io
import json
import logging
import os
import sys

from cyclopts import App, Argument, CycloptsError, CycloptsPanel
from cyclopts.exceptions import CoercionError, MissingArgumentError

from tamis import __version__, log
from tamis.actions.maintenance.file_permissions import set_private_umask
from tamis.cli.common import exit_refused
from tamis.domain.errors import Refused, TamisError
from tamis.domain.values.text import SURROGATE

AS_IN_JSON = "as in JSON"
NUMBERS = {int: "a whole number", float: "a number"}


def _describe_usage_error(error: CycloptsError) -> object:
    """Return an error about the usage as a panel; an argument is named as in the help."""
    if isinstance(error, CoercionError) and error.token is not None and error.target_type in NUMBERS:
        name = error.token.keyword or (_name_in_help(error.argument) if error.argument else "the value")
        return CycloptsPanel(f'{name} must be {NUMBERS[error.target_type]}, not "{error.token.value}"')
    if not isinstance(error, MissingArgumentError) or error.argument is None:
        return CycloptsPanel(error)
    command = " ".join(["tamis", *(error.command_chain or ())])
    if error.keyword is not None:
        return CycloptsPanel(f'{error.keyword} needs a value; see "{command} --help"')
    return CycloptsPanel(f'{_name_in_help(error.argument)} is missing; see "{command} --help"')


def _name_in_help(argument: Argument) -> str:
    return argument.name.removeprefix("--").upper() if argument.field_info.is_positional else argument.name


app = App(
    name="tamis",
    help="An audience segmentation server for email marketing.",
    version=__version__,
    error_formatter=_describe_usage_error,
)
for name, target, help_text in (
    ("account", "accounts.account:account_app", "Manage accounts, which own contacts and segments."),
    ("user", "accounts.users:user_app", "Manage the users of an account and their roles."),
    ("key", "accounts.keys:key_app", "Manage the keys that programs use to call the APIs."),
    ("signing-key", "consent.signing_keys:signing_key_app", "Manage the keys that sign unsubscribe links."),
    ("audit", "accounts.audit:audit_app", "See who did what in an account."),
    ("type", "contacts.types:type_app", "Manage contact types, each with its own fields."),
    ("field", "contacts.fields:field_app", "Manage the fields of a contact type."),
    ("contact", "contacts.contact:contact_app", "Show, create, edit and delete contacts."),
    ("segment", "segments.segment:segment_app", "Manage segments, which select contacts by a rule."),
    (
        "import",
        "importing.imports:import_app",
        "Import contacts from a CSV, Excel, NDJSON or Parquet file.",
    ),
    ("events", "events.events:events_app", "Import what contacts did, and describe, hide and keep it."),
    ("topic", "consent.topics:topic_app", "Manage topics, and who is subscribed to them."),
    ("suppress", "consent.suppressions:suppress_app", "Manage emails that may not be mailed."),
    (
        "provider",
        "server.providers:provider_app",
        "Manage providers: services that send email and report what became of it.",
    ),
    ("pull", "definitions:pull", "Write contact types, fields and segments to a YAML file."),
    ("plan", "definitions:plan", "Show what applying a YAML file would change; exits with 2 if anything would."),
    ("apply", "definitions:apply", "Make contact types, fields and segments match a YAML file."),
    ("export", "segments.export:export", "Export a segment, or all contacts of a type, to a file."),
    ("webhook", "server.webhooks:webhook_app", "List webhooks, and receive them on this machine."),
    ("erase", "server.maintenance:erase_files", "Erase deleted data from the files now instead of later."),
    ("backup", "server.maintenance:backup", "Back up the data directory, even while a server uses it."),
    (
        "restore",
        "server.maintenance:restore_backup",
        "Restore a backup into a new or empty data directory.",
    ),
    ("accept-loss", "server.maintenance:accept_data_loss", "Continue without writes that a damaged log has lost."),
    ("doctor", "server.doctor:doctor", "Check the data for errors; changes nothing."),
    ("mcp", "server.mcp:mcp", "Connect assistants over the Model Context Protocol."),
    ("serve", "server.serve:serve", "Serve the data directory over HTTP until stopped."),
    ("demo", "server.serve:demo", "Create a demo with 599 customers and five segments, then serve it."),
):
    app.command(f"tamis.cli.{target}", name=name, help=help_text)  # loaded on demand, so that each starts quickly


def _as_in_json(error: UnicodeError) -> tuple[str, int]:
    """Escape characters that standard output cannot encode, so that a JSON document stays valid and complete."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def main(arguments: list[str] | None = None) -> None:
    """Run a command: exit status 0 when it is done, 1 when it was refused, 2 for wrong usage."""
    log.start_log("text", logging.WARNING)
    set_private_umask()
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error(AS_IN_JSON, _as_in_json)
        sys.stdout.reconfigure(errors=AS_IN_JSON)
    try:
        app(arguments, exit_on_error=False, print_error=True, result_action="return_value")
    except CycloptsError:
        sys.exit(2)
    except TamisError as error:
        exit_refused(error)
    except UnicodeEncodeError as error:  # bytes of an argument that are not UTF-8 become lone surrogates
        if SURROGATE.search(error.object[error.start : error.end]) is None:
            raise
        exit_refused(Refused("not_utf8_argument", argument=error.object))
    except BrokenPipeError:  # the reader of our output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
