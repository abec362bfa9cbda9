"""The command `tamis`."""

import codecs
import io
import json
import os
import sys

from cyclopts import App, CycloptsError

from tamis import __version__
from tamis.cli.account import account_app, key_app
from tamis.cli.common import refuse
from tamis.cli.contact import contact_app
from tamis.cli.doctor import doctor
from tamis.cli.explain import explain
from tamis.cli.export import export
from tamis.cli.fields import field_app
from tamis.cli.history import history
from tamis.cli.imports import import_app
from tamis.cli.keeping import backup, erase_files, restore_backup
from tamis.cli.segment import segment_app
from tamis.cli.serve import demo, serve
from tamis.cli.sets import overlap, sample
from tamis.cli.types import type_app
from tamis.domain.errors import Refused, TamisError
from tamis.domain.text import SURROGATE

AS_IN_JSON = "as in JSON"

app = App(name="tamis", help="An audience segmentation server for e-mail marketing.", version=__version__)
for command in (account_app, key_app, type_app, field_app, contact_app, segment_app):
    app.command(command)
segment_app.command(overlap)
segment_app.command(sample)
segment_app.command(history)
segment_app.command(explain)
app.command(import_app)
app.command(export)
app.command(erase_files, name="erase")
app.command(backup)
app.command(restore_backup, name="restore")
app.command(doctor)
app.command(serve)
app.command(demo)


def _as_in_json(error: UnicodeError) -> tuple[str, int]:
    """Escape what standard output has no bytes for, so that a JSON document stays one, with nothing lost."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def main(arguments: list[str] | None = None) -> None:
    """Run a command: exit status 0 when it is done, 1 when it was refused, 2 when it was used wrongly."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error(AS_IN_JSON, _as_in_json)
        sys.stdout.reconfigure(errors=AS_IN_JSON)
    try:
        app(arguments, exit_on_error=False, print_error=True, result_action="return_value")
    except CycloptsError:
        sys.exit(2)
    except TamisError as error:
        refuse(error)
    except UnicodeEncodeError as error:  # bytes of an argument that are no UTF-8 came as lone surrogates
        if SURROGATE.search(error.object[error.start : error.end]) is None:
            raise
        refuse(Refused(f"{error.object!a} is not written in UTF-8: look for a mistake in it"))
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
